// The sum tree of proportional prioritised replay (Schaul et al. 2016): rows are drawn in proportion to their
// priorities.
//
// priorities: f64 (2·rows). Node k, from 1 on, is the sum of its children 2k and 2k + 1, so node 1 is the sum of all.
// A row's own priority, already raised to α, is node rows + row; it is 0 if no transition starts there (yet). Node 0
// holds the largest priority that any transition has had; a new transition gets it. A sum is always computed from its
// children, so that errors do not grow.
import { Lanes } from "./math";
import { uniform } from "./random";

/** ε: the priority that remains for a transition without error. */
const LEAST: f32 = 1e-6;
/** An error that is larger, or not a number, counts as this, so that every row that is drawn exists. */
const MOST: f32 = 1e30;

function node(priorities: usize, k: usize): usize {
  return priorities + (k << 3);
}

/** The state before the first transition, whose priority is 1. */
export function begin_priorities(priorities: usize): void {
  store<f64>(priorities, 1);
}

export function priority_of(priorities: usize, rows: usize, row: usize): f64 {
  return load<f64>(node(priorities, rows + row));
}

export function set_priority(priorities: usize, rows: usize, row: usize, priority: f64): void {
  let k = rows + row;
  store<f64>(node(priorities, k), priority);
  for (k >>= 1; k > 0; k >>= 1) {
    store<f64>(node(priorities, k), load<f64>(node(priorities, 2 * k)) + load<f64>(node(priorities, 2 * k + 1)));
  }
}

/** Where the rows' own priorities lie: f64 (rows). */
export function own_priorities(priorities: usize, rows: usize): usize {
  return node(priorities, rows);
}

/** Whether a restored row has a priority exactly if a transition starts there. */
export function priority_fits(priorities: usize, rows: usize, row: usize, starts: bool): bool {
  const priority = priority_of(priorities, rows, row);
  return starts ? priority > 0 && priority < Infinity : priority == 0;
}

/** Makes all sums from the rows' own priorities. @returns whether the sum and the largest priority are usable */
export function sum_priorities(priorities: usize, rows: usize): bool {
  for (let k = rows - 1; k > 0; k--) {
    store<f64>(node(priorities, k), load<f64>(node(priorities, 2 * k)) + load<f64>(node(priorities, 2 * k + 1)));
  }
  const largest = load<f64>(priorities);
  return load<f64>(node(priorities, 1)) < Infinity && largest > 0 && largest < Infinity;
}

/** Says that a transition that starts at the row is ready. */
export function welcome(priorities: usize, rows: usize, row: usize): void {
  set_priority(priorities, rows, row, load<f64>(priorities));
}

/** The row whose share of the sum contains `point`; never a row of priority 0, whatever rounding does. */
export function row_at(priorities: usize, rows: usize, point: f64): usize {
  let k: usize = 1;
  while (k < rows) {
    k <<= 1;
    const left = load<f64>(node(priorities, k));
    if (point >= left && load<f64>(node(priorities, k + 1)) > 0) {
      point -= left;
      k++;
    }
  }
  return k - rows;
}

/** sampled: u32 (batch): one row from each of `batch` equal parts of the sum (Schaul et al. 2016, appendix B.2.1). */
export function draw_by_priority(priorities: usize, rows: usize, random: usize, batch: usize, sampled: usize): void {
  const part = load<f64>(node(priorities, 1)) / <f64>batch;
  for (let b: usize = 0; b < batch; b++) {
    const point = (<f64>b + <f64>uniform(random)) * part;
    store<u32>(sampled + (b << 2), <u32>row_at(priorities, rows, point));
  }
}

/**
 * weights: (batch) = (N·P(i))^−β, divided by the largest of the batch (section 3.4). N and the sum of all priorities
 * cancel in the quotient: (smallest priority / own)^β.
 */
export function weigh(
  priorities: usize,
  rows: usize,
  batch: usize,
  sampled: usize,
  weights: usize,
  importance: f32,
): void {
  let smallest = f64.MAX_VALUE;
  for (let b: usize = 0; b < batch; b++) {
    smallest = min<f64>(smallest, priority_of(priorities, rows, load<u32>(sampled + (b << 2))));
  }
  for (let b: usize = 0; b < batch; b++) {
    const own = priority_of(priorities, rows, load<u32>(sampled + (b << 2)));
    store<f32>(weights + (b << 2), <f32>(smallest / own));
  }
  raise(weights, batch, importance);
}

/** Sets the drawn rows' priorities to (|δ| + ε)^α (section 3.3). @param errors (batch) δ; they are overwritten */
export function renew(
  priorities: usize,
  rows: usize,
  batch: usize,
  sampled: usize,
  errors: usize,
  exponent: f32,
): void {
  for (let i: usize = 0; i < batch << 2; i += 16) {
    const size = f32x4.pmin(f32x4.splat(MOST), f32x4.abs(v128.load(errors + i)));
    v128.store(errors + i, f32x4.add(size, f32x4.splat(LEAST)));
  }
  raise(errors, batch, exponent);
  for (let b: usize = 0; b < batch; b++) {
    const priority = <f64>load<f32>(errors + (b << 2));
    set_priority(priorities, rows, load<u32>(sampled + (b << 2)), priority);
    if (priority > load<f64>(priorities)) store<f64>(priorities, priority);
  }
}

/**
 * Raises values: (count), each positive and normal, to the power `exponent`; also up to three values after the last.
 */
function raise(values: usize, count: usize, exponent: f32): void {
  for (let i: usize = 0; i < count << 2; i += 16) {
    v128.store(values + i, Lanes.exp(f32x4.mul(f32x4.splat(exponent), Lanes.log(v128.load(values + i)))));
  }
}
