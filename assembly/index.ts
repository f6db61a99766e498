// The whole ABI: every function that the host can call, and nothing else. Handles and addresses are byte offsets.
import { Learner } from "./learner";
import { Trainable } from "./trainable";

export { cos, sin } from "./math";

/** Memory for the host's own use, 16-byte aligned. `release` gives it back. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

export function release(address: usize): void {
  heap.free(address);
}

export { digest_blocks, digest_end } from "./digest";
export {
  distiller_create,
  distiller_fill,
  distiller_filled,
  distiller_free,
  distiller_initialise,
  distiller_label_mean,
  distiller_label_scale,
  distiller_labels,
  distiller_loss,
  distiller_masks,
  distiller_normalise,
  distiller_relabel,
  distiller_restored,
  distiller_standardise,
  distiller_started,
  distiller_states,
  distiller_step,
  distiller_step_within,
  distiller_taken,
  distiller_targets,
} from "./distiller";

export { learner_follow } from "./follower";
export { guide_create, guide_free, guide_loss } from "./guide";
export {
  learner_act,
  learner_allows,
  learner_begin,
  learner_counts,
  learner_create,
  learner_depart,
  learner_end,
  learner_episodes,
  learner_far_outside,
  learner_free,
  learner_greedy,
  learner_guide,
  learner_importance,
  learner_incoming,
  learner_initialise,
  learner_masks,
  learner_normalise,
  learner_observation,
  learner_record,
  learner_renew,
  learner_restored,
  learner_return_scale,
  learner_started,
  learner_step,
} from "./learner";
export { loss_options, loss_weight } from "./losses";
export {
  network_act,
  network_create,
  network_forward,
  network_free,
  network_inputs,
  network_parameters,
  network_ready,
} from "./network";

// What a learner and a distiller share: a network in training, and a block whose first bytes are its state.

export function trainable_parameters(net: Trainable): usize {
  return net.onlineWeights.parameters;
}

export function trainable_parameter_count(net: Trainable): usize {
  return net.count;
}

export function trainable_observation_size(net: Trainable): usize {
  return net.inputs;
}

/** The mean (inputs) that is subtracted from an observation. */
export function trainable_mean(net: Trainable): usize {
  return net.mean;
}

/** The factor (inputs) that the difference is multiplied with. */
export function trainable_scale(net: Trainable): usize {
  return net.scale;
}

export function trainable_block(net: Trainable): usize {
  return net.block;
}

/** The number of bytes, from the start of the block, that a checkpoint always holds. */
export function trainable_saved_bytes(net: Trainable): usize {
  return net.savedBytes;
}

/** The tables whose filled rows a checkpoint holds, too: for each its address and the bytes of a row, u32. */
export function trainable_tables(net: Trainable): usize {
  return net.tables;
}

export function trainable_table_count(net: Trainable): usize {
  return net.tableCount;
}

/** The number of rows that the tables have. */
export function trainable_capacity(net: Trainable): usize {
  return net.capacity;
}

export function learner_observations(learner: Learner): usize {
  return learner.replay.observations;
}

/** The number of observations that the replay memory holds. */
export function learner_filled(learner: Learner): usize {
  return learner.replay.state.filled;
}

/** The number of transitions that can be sampled. */
export function learner_ready(learner: Learner): usize {
  return learner.replay.state.ready;
}
