// Proximal distillation: a loss that holds a learner's Q-values near a teacher's while it learns from reward (Schmitt et
// al. 2018, "Kickstarting", equation 4, with a teacher that labels the batch).
import { cross_entropy_panels, mse_panels } from "./losses";
import { PANEL } from "./matmul";
import { allocate_zeroed, clear_floats, copy_floats, free_block } from "./memory";
import { panel_count } from "./mlp";
import { answer_panel, Network } from "./network";

@unmanaged
export class Guide {
  network: Network; // the teacher
  batch: usize;
  values: usize; // that the panels of Q-values hold
  loss: f32; // of the last batch

  // weights of the loss's parts, 0 where a part is left out
  mse: f32;
  crossEntropy: f32;
  temperature: f32;

  // each (panels, actions, 16)
  teacher: usize;
  own: usize;
  slopes: usize; // ∂loss/∂own
  scratch: usize; // (2, panels, actions, 16)
}

/**
 * A guide for batches of this size, or 0 where it would need 1 GiB or more. The network must live as long.
 * @param temperature of both sides of the cross-entropy, whose gradient is then kl's with both at that temperature
 */
export function guide_create(network: Network, batch: usize, mse: f32, crossEntropy: f32, temperature: f32): usize {
  const values = <u64>panel_count(batch) * network.outputs * PANEL;
  const block = allocate_zeroed((5 * values) << 2);
  if (block == 0) return 0;
  const guide = changetype<Guide>(heap.alloc(offsetof<Guide>()));
  const bytes = (<usize>values) << 2;
  guide.network = network;
  guide.batch = batch;
  guide.values = <usize>values;
  guide.mse = mse;
  guide.crossEntropy = crossEntropy;
  guide.temperature = temperature;
  guide.teacher = block;
  guide.own = block + bytes;
  guide.slopes = block + 2 * bytes;
  guide.scratch = block + 3 * bytes;
  return changetype<usize>(guide);
}

export function guide_free(guide: Guide): void {
  free_block(guide.teacher);
  heap.free(changetype<usize>(guide));
}

/** Takes in a panel: own Q-values (A, 16), and the teacher's of the observations put into its network. */
export function take_panel(guide: Guide, panel: usize, own: usize): void {
  const values = guide.network.outputs * PANEL;
  const at = (panel * values) << 2;
  copy_floats(guide.teacher + at, answer_panel(guide.network), values);
  copy_floats(guide.own + at, own, values);
}

/** The loss of all panels and its slopes. */
export function judge(guide: Guide): void {
  const actions = guide.network.outputs;
  const batch = guide.batch;
  const own = guide.own;
  const teacher = guide.teacher;
  const slopes = guide.slopes;
  const scratch = guide.scratch;
  const temperature = guide.temperature;
  clear_floats(slopes, guide.values);
  let loss: f32 = 0;
  let weight = guide.mse;
  if (weight > 0) loss += weight * mse_panels(own, teacher, batch, actions, weight, slopes, scratch);
  weight = guide.crossEntropy;
  if (weight > 0) {
    loss += weight * cross_entropy_panels(own, teacher, batch, actions, temperature, weight, slopes, scratch);
  }
  guide.loss = loss;
}

/** deltas: (A, 16) of a panel += its slopes, of the first `rows` rows. */
export function add_slopes(guide: Guide, panel: usize, deltas: usize, rows: usize): void {
  const actions = guide.network.outputs;
  const slopes = guide.slopes + ((panel * actions) << 6);
  for (let a: usize = 0; a < actions; a++) {
    for (let r: usize = 0; r < rows; r++) {
      const at = (a << 6) + (r << 2);
      store<f32>(deltas + at, load<f32>(deltas + at) + load<f32>(slopes + at));
    }
  }
}
