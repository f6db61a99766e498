// The losses: the value and the gradient of each. First they are plain loops over rows of Q-values. Then they are
// computed over panels of 16 rows, four rows in lanes, with exactly the bits of the plain loops in f32.
//
// The plain loops define the losses. They are compiled only for tests, which compare them in f64 with central
// differences. Each adds weight · ∂loss/∂student to the slopes and returns the loss itself, without the weight.
// Softmax over a row is computed from the differences to its largest value.
//
// With masks, only allowed actions count: means are over allowed outputs, softmaxes over a row's allowed actions, and the
// slopes of forbidden outputs are 0. `put_aside` does this before the losses are computed, so that a loss needs no mask.
import { huber_slope, huber_value } from "./huber";
import { exp, Lanes, log } from "./math";
import { PANEL } from "./matmul";
import { area, at, clear_floats, floats, put } from "./memory";
import { argmax_panel, panel_count } from "./mlp";

/**
 * A batch's Q-values of student and teacher, and how the losses compare them. Plain loops: (B, A); over panels:
 * (panels, A, 16).
 */
@unmanaged
export class Comparison<T> {
  weights: usize; // f32 (losses): the weight of each loss in the sum, in the order of LOSSES; 0 leaves it out
  temperature: T; // τ of the softmax in cross-entropy and kl
  huberDelta: T; // threshold of huber
  transitions: bool; // whether a loss reads the taken actions and their targets
  batch: usize; // B
  actions: usize; // A
  masks: usize; // u8 (B, A), in both cases: 1 for an allowed action, 0 for a forbidden one; 0 if all are allowed
  allowed: usize; // the number of allowed outputs; B·A without masks
  student: usize; // Q_S
  teacher: usize; // Q_T
  slopes: usize; // ∂/∂Q_S of the weighted sum
  scratch: usize; // plain: 2·A values; over panels: (2, panels, A, 16)
  taken: usize; // u32, plain (B), over panels (panels, 16): the taken actions
  targets: usize; // of the same shape: their targets y
}

/** Every loss, by its number. src/core/losses.ts has their names in this order, which is also the order of the sum. */
export const LOSSES: StaticArray<(c: Comparison<f32>, weight: f32) => f32> = [
  mse_panels,
  huber_panels,
  cross_entropy_panels,
  nll_panels,
  kl_panels,
  td_panels,
];

/** Finds places for what a comparison over panels needs. */
export function place_comparison(c: Comparison<f32>, batch: usize, actions: usize): void {
  const rows = <u64>panel_count(batch) * PANEL;
  c.batch = batch;
  c.actions = actions;
  c.masks = 0;
  c.teacher = floats(rows * actions);
  c.student = floats(rows * actions);
  c.slopes = floats(rows * actions);
  c.scratch = floats(2 * rows * actions);
  c.taken = area(rows << 2);
  c.targets = floats(rows);
  c.weights = floats(LOSSES.length);
}

export function loss_weight(c: Comparison<f32>, loss: usize, weight: f32): void {
  put<f32>(c.weights, loss, weight);
}

/** @param transitions whether one of the weighted losses reads the taken actions and their targets */
export function loss_options(c: Comparison<f32>, temperature: f32, huberDelta: f32, transitions: bool): void {
  c.temperature = temperature;
  c.huberDelta = huberDelta;
  c.transitions = transitions;
}

/** The weighted sum of the losses over panels. Its gradient is left in the slopes. */
export function weighted_sum(c: Comparison<f32>): f32 {
  clear_floats(c.slopes, panel_count(c.batch) * c.actions * PANEL);
  c.allowed = c.masks != 0 ? put_aside_panels(c) : c.batch * c.actions;
  let sum: f32 = 0;
  for (let loss = 0; loss < LOSSES.length; loss++) {
    const weight = at<f32>(c.weights, loss);
    if (weight > 0) sum += weight * unchecked(LOSSES[loss])(c, weight);
  }
  return sum;
}

/**
 * Puts the forbidden actions of one row aside: they get the same Q-value from student and teacher, so far below the
 * others that their shares of a softmax are exactly 0, and yet finite. So each loss adds 0 for them to its value and its
 * slopes.
 * @param first the place of the row's first value in both, in bytes; the others follow `stride` bytes apart
 * @returns the number of allowed actions
 */
function put_row_aside<T>(c: Comparison<T>, mask: usize, first: usize, stride: usize): usize {
  let allowed: usize = 0;
  let largest: T = 0;
  let at = first;
  for (let a: usize = 0; a < c.actions; a++) {
    if (load<u8>(mask + a)) {
      allowed++;
      largest = max<T>(largest, max<T>(abs<T>(load<T>(c.student + at)), abs<T>(load<T>(c.teacher + at))));
    }
    at += stride;
  }
  // e^−1024 is 0 in f64, too
  const low = <T>(<T>-3 * largest - <T>1024 * max<T>(c.temperature, 1));
  at = first;
  for (let a: usize = 0; a < c.actions; a++) {
    if (!load<u8>(mask + a)) {
      store<T>(c.student + at, low);
      store<T>(c.teacher + at, low);
    }
    at += stride;
  }
  return allowed;
}

/** Puts the forbidden actions of all rows (B, A) aside. @returns the number of allowed outputs */
export function put_aside<T>(c: Comparison<T>): usize {
  let allowed: usize = 0;
  for (let b: usize = 0; b < c.batch; b++) {
    const row = b * c.actions;
    allowed += put_row_aside<T>(c, c.masks + row, row << alignof<T>(), sizeof<T>());
  }
  return allowed;
}

/** {@link put_aside} over panels. */
export function put_aside_panels(c: Comparison<f32>): usize {
  let allowed: usize = 0;
  for (let b: usize = 0; b < c.batch; b++) {
    const first = (((b / PANEL) * c.actions) << 6) + ((b % PANEL) << 2);
    allowed += put_row_aside<f32>(c, c.masks + b * c.actions, first, 64);
  }
  return allowed;
}

function add<T>(values: usize, index: usize, value: T): void {
  put<T>(values, index, <T>(at<T>(values, index) + value));
}

/** Mean over B·A, or over the allowed outputs, of (Q_T − Q_S)². */
export function mse<T>(c: Comparison<T>, weight: T): T {
  const count = c.batch * c.actions;
  let sum: T = 0;
  for (let i: usize = 0; i < count; i++) {
    const error = <T>(at<T>(c.student, i) - at<T>(c.teacher, i));
    sum += error * error;
    add<T>(c.slopes, i, <T>((weight * (<T>2 * error)) / <T>c.allowed));
  }
  return <T>(sum / <T>c.allowed);
}

/** Mean over B·A, or over the allowed outputs, of the Huber loss of Q_S − Q_T. */
export function huber<T>(c: Comparison<T>, weight: T): T {
  const count = c.batch * c.actions;
  let sum: T = 0;
  for (let i: usize = 0; i < count; i++) {
    const error = <T>(at<T>(c.student, i) - at<T>(c.teacher, i));
    sum += huber_value<T>(error, c.huberDelta);
    add<T>(c.slopes, i, <T>((weight * huber_slope<T>(error, c.huberDelta)) / <T>c.allowed));
  }
  return <T>(sum / <T>c.allowed);
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

/** −Σ_a softmax(Q_T/τ)_a · log softmax(Q_S/τ)_a, mean over B. */
export function cross_entropy<T>(c: Comparison<T>, weight: T): T {
  const teacherLogs = c.scratch;
  const studentLogs = c.scratch + (c.actions << alignof<T>());
  let sum: T = 0;
  for (let b: usize = 0; b < c.batch; b++) {
    const row = (b * c.actions) << alignof<T>();
    log_softmax<T>(teacherLogs, c.teacher + row, c.actions, c.temperature);
    log_softmax<T>(studentLogs, c.student + row, c.actions, c.temperature);
    for (let a: usize = 0; a < c.actions; a++) {
      const target = exp<T>(at<T>(teacherLogs, a));
      const logStudent = at<T>(studentLogs, a);
      sum -= target * logStudent;
      const slope = <T>((exp<T>(logStudent) - target) / c.temperature);
      add<T>(c.slopes + row, a, <T>((weight * slope) / <T>c.batch));
    }
  }
  return <T>(sum / <T>c.batch);
}

/** −log softmax(Q_S)[argmax_a Q_T], mean over B (Rusu et al. 2015, section 3). */
export function nll<T>(c: Comparison<T>, weight: T): T {
  const logs = c.scratch;
  let sum: T = 0;
  for (let b: usize = 0; b < c.batch; b++) {
    const row = (b * c.actions) << alignof<T>();
    let best: usize = 0;
    for (let a: usize = 1; a < c.actions; a++) {
      if (at<T>(c.teacher + row, a) > at<T>(c.teacher + row, best)) best = a;
    }
    log_softmax<T>(logs, c.student + row, c.actions, 1);
    sum -= at<T>(logs, best);
    for (let a: usize = 0; a < c.actions; a++) {
      const target: T = a == best ? <T>1 : <T>0;
      add<T>(c.slopes + row, a, <T>((weight * (exp<T>(at<T>(logs, a)) - target)) / <T>c.batch));
    }
  }
  return <T>(sum / <T>c.batch);
}

/**
 * Σ_a softmax(Q_T/τ)_a · log(softmax(Q_T/τ)_a / softmax(Q_S)_a), mean over B (Rusu et al. 2015, section 3). The
 * temperature sharpens or softens only the teacher.
 */
export function kl<T>(c: Comparison<T>, weight: T): T {
  const teacherLogs = c.scratch;
  const studentLogs = c.scratch + (c.actions << alignof<T>());
  let sum: T = 0;
  for (let b: usize = 0; b < c.batch; b++) {
    const row = (b * c.actions) << alignof<T>();
    log_softmax<T>(teacherLogs, c.teacher + row, c.actions, c.temperature);
    log_softmax<T>(studentLogs, c.student + row, c.actions, 1);
    for (let a: usize = 0; a < c.actions; a++) {
      const logTarget = at<T>(teacherLogs, a);
      const target = exp<T>(logTarget);
      const logStudent = at<T>(studentLogs, a);
      sum += target * (logTarget - logStudent);
      add<T>(c.slopes + row, a, <T>((weight * (exp<T>(logStudent) - target)) / <T>c.batch));
    }
  }
  return <T>(sum / <T>c.batch);
}

/**
 * (y − Q_S(s, a))², mean over B: the squared temporal-difference error of the taken action. The target y comes from the
 * teacher: r + γ·(1 − terminated)·max_a' Q_T(s', a').
 */
export function td<T>(c: Comparison<T>, weight: T): T {
  let sum: T = 0;
  for (let b: usize = 0; b < c.batch; b++) {
    const row = (b * c.actions) << alignof<T>();
    const action = <usize>at<u32>(c.taken, b);
    const error = <T>(at<T>(c.student + row, action) - at<T>(c.targets, b));
    sum += error * error;
    for (let a: usize = 0; a < c.actions; a++) {
      const slope: T = a == action ? <T>(<T>2 * error) : <T>0;
      add<T>(c.slopes + row, a, <T>((weight * slope) / <T>c.batch));
    }
  }
  return <T>(sum / <T>c.batch);
}

// The same over panels. In the last panel, the values after the batch's last row do not matter and are arbitrary. The
// terms of a loss are computed in lanes and then summed row by row, as above: the order of a sum is part of its bits.
// 128 rows of 2 actions, Node 20: kl 12 → 4 µs, nll 7 → 2.2 µs; a default update (4-16-2, mse + cross-entropy) 17.3 →
// 9.8 µs.

/** The bytes of (panels, A, 16). */
function panels_bytes(batch: usize, actions: usize): usize {
  return (panel_count(batch) * actions) << 6;
}

/** The sum of the terms (panels, A, 16), one row of the batch after another. */
function sum_rows(terms: usize, batch: usize, actions: usize): f32 {
  let sum: f32 = 0;
  for (let b: usize = 0; b < batch; b++) {
    const row = terms + (((b / PANEL) * actions) << 6) + ((b % PANEL) << 2);
    for (let a: usize = 0; a < actions; a++) sum += load<f32>(row + (a << 6));
  }
  return sum;
}

/** gradient += weight · slope / count, for four rows */
function add_slope(gradient: usize, slope: v128, weight: f32, count: f32): void {
  const addend = f32x4.div(f32x4.mul(f32x4.splat(weight), slope), f32x4.splat(count));
  v128.store(gradient, f32x4.add(v128.load(gradient), addend));
}

/** {@link mse} over panels. */
export function mse_panels(c: Comparison<f32>, weight: f32): f32 {
  const slopes = c.slopes;
  const scratch = c.scratch;
  const student = c.student;
  const teacher = c.teacher;
  const count = <f32>c.allowed;
  const bytes = panels_bytes(c.batch, c.actions);
  for (let i: usize = 0; i < bytes; i += 16) {
    const error = f32x4.sub(v128.load(student + i), v128.load(teacher + i));
    v128.store(scratch + i, f32x4.mul(error, error));
    add_slope(slopes + i, f32x4.mul(f32x4.splat(2), error), weight, count);
  }
  return sum_rows(scratch, c.batch, c.actions) / count;
}

/** {@link huber} over panels. */
export function huber_panels(c: Comparison<f32>, weight: f32): f32 {
  const slopes = c.slopes;
  const scratch = c.scratch;
  const student = c.student;
  const teacher = c.teacher;
  const delta = c.huberDelta;
  const count = <f32>c.allowed;
  const bytes = panels_bytes(c.batch, c.actions);
  const threshold = f32x4.splat(delta);
  const half = f32x4.splat(0.5);
  for (let i: usize = 0; i < bytes; i += 16) {
    const error = f32x4.sub(v128.load(student + i), v128.load(teacher + i));
    const size = f32x4.abs(error);
    const square = f32x4.mul(f32x4.mul(half, error), error);
    const line = f32x4.mul(threshold, f32x4.sub(size, f32x4.splat(<f32>0.5 * delta)));
    v128.store(scratch + i, v128.bitselect(square, line, f32x4.le(size, threshold)));
    const slope = f32x4.min(f32x4.max(error, f32x4.neg(threshold)), threshold);
    add_slope(slopes + i, slope, weight, count);
  }
  return sum_rows(scratch, c.batch, c.actions) / count;
}

/** logs: (panels, A, 16) = log softmax(q/τ) of each row; both may be the same place. */
export function log_softmax_panels(logs: usize, q: usize, batch: usize, actions: usize, temperature: f32): void {
  const tau = f32x4.splat(temperature);
  const panel = actions << 6;
  const end = q + panels_bytes(batch, actions);
  for (; q < end; q += panel) {
    for (let column: usize = 0; column < 64; column += 16) {
      let largest = v128.load(q + column);
      for (let a = column + 64; a < panel; a += 64) largest = f32x4.max(largest, v128.load(q + a));
      let sum = f32x4.splat(0);
      for (let a = column; a < panel; a += 64) {
        const scaled = f32x4.div(f32x4.sub(v128.load(q + a), largest), tau);
        v128.store(logs + a, scaled);
        sum = f32x4.add(sum, Lanes.exp(scaled));
      }
      // the largest value's term is 1, so the sum is at least 1, or NaN
      const normaliser = Lanes.log(sum);
      for (let a = column; a < panel; a += 64) v128.store(logs + a, f32x4.sub(v128.load(logs + a), normaliser));
    }
    logs += panel;
  }
}

/** {@link cross_entropy} over panels. */
export function cross_entropy_panels(c: Comparison<f32>, weight: f32): f32 {
  const slopes = c.slopes;
  const batch = c.batch;
  const tau = c.temperature;
  const bytes = panels_bytes(batch, c.actions);
  const teacherLogs = c.scratch;
  const studentLogs = teacherLogs + bytes;
  log_softmax_panels(teacherLogs, c.teacher, batch, c.actions, tau);
  log_softmax_panels(studentLogs, c.student, batch, c.actions, tau);
  const terms = teacherLogs;
  for (let i: usize = 0; i < bytes; i += 16) {
    const target = Lanes.exp(v128.load(teacherLogs + i));
    const logStudent = v128.load(studentLogs + i);
    v128.store(terms + i, f32x4.neg(f32x4.mul(target, logStudent)));
    const slope = f32x4.div(f32x4.sub(Lanes.exp(logStudent), target), f32x4.splat(tau));
    add_slope(slopes + i, slope, weight, <f32>batch);
  }
  return sum_rows(terms, batch, c.actions) / <f32>batch;
}

/** {@link nll} over panels. */
export function nll_panels(c: Comparison<f32>, weight: f32): f32 {
  const slopes = c.slopes;
  const batch = c.batch;
  const actions = c.actions;
  const panel = actions << 6;
  const bytes = panels_bytes(batch, actions);
  const logs = c.scratch + bytes;
  log_softmax_panels(logs, c.student, batch, actions, 1);
  let terms = c.scratch; // (panels, 1, 16): first the teacher's best actions, then the terms in the same place
  for (let first: usize = 0; first < bytes; first += panel) {
    argmax_panel(terms, c.teacher + first, actions);
    for (let column = first; column < first + 64; column += 16) {
      const best = v128.load(terms);
      let logBest = f32x4.splat(0);
      for (let a: usize = 0; a < actions; a++) {
        const at = column + (a << 6);
        const isBest = i32x4.eq(i32x4.splat(<i32>a), best);
        const logStudent = v128.load(logs + at);
        logBest = v128.bitselect(logStudent, logBest, isBest);
        const target = v128.and(f32x4.splat(1), isBest);
        add_slope(slopes + at, f32x4.sub(Lanes.exp(logStudent), target), weight, <f32>batch);
      }
      v128.store(terms, f32x4.neg(logBest));
      terms += 16;
    }
  }
  return sum_rows(c.scratch, batch, 1) / <f32>batch;
}

/** {@link kl} over panels. */
export function kl_panels(c: Comparison<f32>, weight: f32): f32 {
  const slopes = c.slopes;
  const batch = c.batch;
  const bytes = panels_bytes(batch, c.actions);
  const teacherLogs = c.scratch;
  const studentLogs = teacherLogs + bytes;
  log_softmax_panels(teacherLogs, c.teacher, batch, c.actions, c.temperature);
  log_softmax_panels(studentLogs, c.student, batch, c.actions, 1);
  const terms = teacherLogs;
  for (let i: usize = 0; i < bytes; i += 16) {
    const logTarget = v128.load(teacherLogs + i);
    const target = Lanes.exp(logTarget);
    const logStudent = v128.load(studentLogs + i);
    v128.store(terms + i, f32x4.mul(target, f32x4.sub(logTarget, logStudent)));
    add_slope(slopes + i, f32x4.sub(Lanes.exp(logStudent), target), weight, <f32>batch);
  }
  return sum_rows(terms, batch, c.actions) / <f32>batch;
}

/** {@link td} over panels. */
export function td_panels(c: Comparison<f32>, weight: f32): f32 {
  const student = c.student;
  const slopes = c.slopes;
  const actions = c.actions;
  const panel = actions << 6;
  const bytes = panels_bytes(c.batch, actions);
  let row: usize = 0; // the place in taken, targets and the terms (panels, 1, 16), in bytes
  for (let first: usize = 0; first < bytes; first += panel) {
    for (let column = first; column < first + 64; column += 16) {
      const action = v128.load(c.taken + row);
      let answer = f32x4.splat(0);
      for (let a: usize = 0; a < actions; a++) {
        const isTaken = i32x4.eq(i32x4.splat(<i32>a), action);
        answer = v128.bitselect(v128.load(student + column + (a << 6)), answer, isTaken);
      }
      const error = f32x4.sub(answer, v128.load(c.targets + row));
      v128.store(c.scratch + row, f32x4.mul(error, error));
      const slope = f32x4.mul(f32x4.splat(2), error);
      for (let a: usize = 0; a < actions; a++) {
        const isTaken = i32x4.eq(i32x4.splat(<i32>a), action);
        add_slope(slopes + column + (a << 6), v128.and(slope, isTaken), weight, <f32>c.batch);
      }
      row += 16;
    }
  }
  return sum_rows(c.scratch, c.batch, 1) / <f32>c.batch;
}
