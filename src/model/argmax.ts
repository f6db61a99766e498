// The greedy action.

/**
 * The index of the first of the largest values.
 * @param mask which of them count: those where it is 1, at least one; all do if it is undefined
 */
export function argmax(values: ArrayLike<number>, mask?: ArrayLike<number>): number {
  let best = 0;
  if (mask !== undefined) while (mask[best] === 0) best++;
  for (let i = best + 1; i < values.length; i++) {
    if (values[i] > values[best] && (mask === undefined || mask[i] === 1)) best = i;
  }
  return best;
}
