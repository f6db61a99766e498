// The losses: mse, huber, cross-entropy, nll and kl, each its value and its gradient, in plain loops over rows of
// Q-values. T is f32 in the core; the tests compile the same code for f64 and hold it against central differences.
//
// student, teacher: (B, A) Q-values. gradient: (B, A); weight · ∂loss/∂student is added to it.
// Softmax over a row is computed from the differences to its largest value.
import { exp, log } from "./math";

function at<T>(values: usize, index: usize): T {
  return load<T>(values + (index << alignof<T>()));
}

function put<T>(values: usize, index: usize, value: T): void {
  store<T>(values + (index << alignof<T>()), value);
}

function add<T>(values: usize, index: usize, value: T): void {
  put<T>(values, index, <T>(at<T>(values, index) + value));
}

/** Half the square of an error up to delta, linear beyond it (Huber 1964). */
export function huber_value<T>(error: T, delta: T): T {
  const size = abs<T>(error);
  return size <= delta ? <T>(<T>0.5 * error * error) : <T>(delta * (size - <T>0.5 * delta));
}

/** The derivative of {@link huber_value}: the error, cut to ±delta. */
export function huber_slope<T>(error: T, delta: T): T {
  return min<T>(max<T>(error, -delta), delta);
}

/** Mean over B·A of (Q_T − Q_S)². */
export function mse<T>(student: usize, teacher: usize, batch: usize, actions: usize, weight: T, gradient: usize): T {
  const count = batch * actions;
  let sum: T = 0;
  for (let i: usize = 0; i < count; i++) {
    const error = <T>(at<T>(student, i) - at<T>(teacher, i));
    sum += error * error;
    add<T>(gradient, i, <T>((weight * (<T>2 * error)) / <T>count));
  }
  return <T>(sum / <T>count);
}

/** Mean over B·A of the Huber loss of Q_S − Q_T with threshold delta. */
export function huber<T>(
  student: usize,
  teacher: usize,
  batch: usize,
  actions: usize,
  delta: T,
  weight: T,
  gradient: usize,
): T {
  const count = batch * actions;
  let sum: T = 0;
  for (let i: usize = 0; i < count; i++) {
    const error = <T>(at<T>(student, i) - at<T>(teacher, i));
    sum += huber_value<T>(error, delta);
    add<T>(gradient, i, <T>((weight * huber_slope<T>(error, delta)) / <T>count));
  }
  return <T>(sum / <T>count);
}

/** logs: (A) = log softmax(q/τ) of one row. */
function log_softmax<T>(logs: usize, q: usize, actions: usize, temperature: T): void {
  let largest = at<T>(q, 0);
  for (let a: usize = 1; a < actions; a++) largest = max<T>(largest, at<T>(q, a));
  let sum: T = 0;
  for (let a: usize = 0; a < actions; a++) {
    const scaled = <T>((at<T>(q, a) - largest) / temperature);
    put<T>(logs, a, scaled);
    sum += exp<T>(scaled);
  }
  const normaliser = log<T>(sum);
  for (let a: usize = 0; a < actions; a++) add<T>(logs, a, -normaliser);
}

/**
 * −Σ_a softmax(Q_T/τ)_a · log softmax(Q_S/τ)_a, mean over B.
 * @param scratch 2·A values
 */
export function cross_entropy<T>(
  student: usize,
  teacher: usize,
  batch: usize,
  actions: usize,
  temperature: T,
  weight: T,
  gradient: usize,
  scratch: usize,
): T {
  const teacherLogs = scratch;
  const studentLogs = scratch + (actions << alignof<T>());
  let sum: T = 0;
  for (let b: usize = 0; b < batch; b++) {
    const row = (b * actions) << alignof<T>();
    log_softmax<T>(teacherLogs, teacher + row, actions, temperature);
    log_softmax<T>(studentLogs, student + row, actions, temperature);
    for (let a: usize = 0; a < actions; a++) {
      const target = exp<T>(at<T>(teacherLogs, a));
      const logStudent = at<T>(studentLogs, a);
      sum -= target * logStudent;
      const slope = <T>((exp<T>(logStudent) - target) / temperature);
      add<T>(gradient + row, a, <T>((weight * slope) / <T>batch));
    }
  }
  return <T>(sum / <T>batch);
}

/** −log softmax(Q_S)[argmax_a Q_T], mean over B (Rusu et al. 2015, section 3). @param scratch A values */
export function nll<T>(
  student: usize,
  teacher: usize,
  batch: usize,
  actions: usize,
  weight: T,
  gradient: usize,
  scratch: usize,
): T {
  let sum: T = 0;
  for (let b: usize = 0; b < batch; b++) {
    const row = (b * actions) << alignof<T>();
    let best: usize = 0;
    for (let a: usize = 1; a < actions; a++) {
      if (at<T>(teacher + row, a) > at<T>(teacher + row, best)) best = a;
    }
    log_softmax<T>(scratch, student + row, actions, 1);
    sum -= at<T>(scratch, best);
    for (let a: usize = 0; a < actions; a++) {
      const target: T = a == best ? <T>1 : <T>0;
      add<T>(gradient + row, a, <T>((weight * (exp<T>(at<T>(scratch, a)) - target)) / <T>batch));
    }
  }
  return <T>(sum / <T>batch);
}

/**
 * Σ_a softmax(Q_T/τ)_a · log(softmax(Q_T/τ)_a / softmax(Q_S)_a), mean over B (Rusu et al. 2015, section 3): the
 * temperature sharpens or softens the teacher alone.
 * @param scratch 2·A values
 */
export function kl<T>(
  student: usize,
  teacher: usize,
  batch: usize,
  actions: usize,
  temperature: T,
  weight: T,
  gradient: usize,
  scratch: usize,
): T {
  const teacherLogs = scratch;
  const studentLogs = scratch + (actions << alignof<T>());
  let sum: T = 0;
  for (let b: usize = 0; b < batch; b++) {
    const row = (b * actions) << alignof<T>();
    log_softmax<T>(teacherLogs, teacher + row, actions, temperature);
    log_softmax<T>(studentLogs, student + row, actions, 1);
    for (let a: usize = 0; a < actions; a++) {
      const logTarget = at<T>(teacherLogs, a);
      const target = exp<T>(logTarget);
      const logStudent = at<T>(studentLogs, a);
      sum += target * (logTarget - logStudent);
      add<T>(gradient + row, a, <T>((weight * (exp<T>(logStudent) - target)) / <T>batch));
    }
  }
  return <T>(sum / <T>batch);
}
