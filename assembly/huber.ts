// The Huber loss of one error, and its slope. A learner uses it, and it is one of a student's losses.

/** Half the square of an error up to delta; linear beyond it (Huber 1964). */
export function huber_value<T>(error: T, delta: T): T {
  const size = abs<T>(error);
  return size <= delta ? <T>(<T>0.5 * error * error) : <T>(delta * (size - <T>0.5 * delta));
}

/** The derivative of {@link huber_value}: the error, clipped to ±delta. */
export function huber_slope<T>(error: T, delta: T): T {
  return min<T>(max<T>(error, -delta), delta);
}
