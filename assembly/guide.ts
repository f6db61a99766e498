// Proximal distillation: a loss that holds a learner's Q-values near a teacher's while it learns from reward (Schmitt
// et al. 2018, "Kickstarting", equation 4, with a teacher that labels the batch).
//
// A network can teach another inside the core in three ways:
// - a relabeller (distiller.ts) answers the states of a distiller's batch. Its answers replace the kept labels, and the
//   student learns from them alone; rewards play no part;
// - a guide (here) answers the states of a learner's batch. The learner still learns from its own rewards, and the
// guide's
//   loss is added to its own;
// - a learner that is followed (follower.ts) lends its replay memory, and its network computes targets from the
// rewards in
//   it. The follower learns from nothing else; the learner that it follows goes on learning.
import { Comparison, place_comparison, weighted_sum } from "./losses";
import { PANEL } from "./matmul";
import { allocate_zeroed, area, copy_floats, free_block, lay_out, layout_end, measure } from "./memory";
import { answer_panel, Network } from "./network";

@unmanaged
export class Guide {
  network: Network; // the teacher
  block: usize;
  comparison: Comparison<f32>; // for the batch
  masks: usize; // u8 (batch, A): which actions are allowed in each row, if the learner has masks
  loss: f32; // the loss of the last batch
}

function place(guide: Guide, batch: usize): void {
  const actions = guide.network.outputs;
  place_comparison(guide.comparison, batch, actions);
  guide.masks = area(<u64>batch * actions);
}

/**
 * A guide for batches of this size, or 0 if it would need 1 GiB or more. The network must live as long as the guide.
 */
export function guide_create(network: Network, batch: usize): usize {
  const header = heap.alloc(offsetof<Guide>() + offsetof<Comparison<f32>>());
  const guide = changetype<Guide>(header);
  guide.network = network;
  guide.comparison = changetype<Comparison<f32>>(header + offsetof<Guide>());
  measure();
  place(guide, batch);
  guide.block = allocate_zeroed(layout_end());
  if (guide.block == 0) {
    heap.free(header);
    return 0;
  }
  lay_out(guide.block);
  place(guide, batch);
  return header;
}

export function guide_free(guide: Guide): void {
  free_block(guide.block);
  heap.free(changetype<usize>(guide));
}

/** Sets the loss that compares a learner's Q-values with the teacher's. */
export function guide_loss(guide: Guide): Comparison<f32> {
  return guide.comparison;
}

/**
 * Takes a panel: its own Q-values, mean + deviation · own: (A, 16), and the teacher's for the observations that were put
 * into its network.
 */
export function take_panel(guide: Guide, panel: usize, own: usize, mean: f32, deviation: f32): void {
  const values = guide.network.outputs * PANEL;
  const at = (panel * values) << 2;
  copy_floats(guide.comparison.teacher + at, answer_panel(guide.network), values);
  const student = guide.comparison.student + at;
  for (let i: usize = 0; i < values << 2; i += 4) store<f32>(student + i, mean + deviation * load<f32>(own + i));
}

/** From now on forbidden actions do not count: `mask_at` says where it is written which they are. */
export function use_mask(guide: Guide): void {
  guide.comparison.masks = guide.masks;
}

/** Where the mask u8 (A) of the batch's row `b` is written: 1 for each allowed action. */
export function mask_at(guide: Guide, b: usize): usize {
  return guide.masks + b * guide.network.outputs;
}

/** Computes the loss of all panels, and its slopes. */
export function judge(guide: Guide): void {
  guide.loss = weighted_sum(guide.comparison);
}

/** Adds a panel's slopes, of the first `rows` rows, to its deltas: (A, 16). Q-values change by `deviation` times as much. */
export function add_slopes(guide: Guide, panel: usize, deltas: usize, rows: usize, deviation: f32): void {
  const actions = guide.network.outputs;
  const slopes = guide.comparison.slopes + ((panel * actions) << 6);
  for (let a: usize = 0; a < actions; a++) {
    for (let r: usize = 0; r < rows; r++) {
      const at = (a << 6) + (r << 2);
      store<f32>(deltas + at, load<f32>(deltas + at) + deviation * load<f32>(slopes + at));
    }
  }
}
