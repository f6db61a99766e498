// Learners for the specs.
import { Learner, LearnerOptions } from "../learner";
import { put } from "../memory";
import { is_allowed, Replay, transition_at } from "../replay";
import { copy_of, random_below, zeros } from "./arrays";

/**
 * A learner with plain Double DQN, without priorities, for floats: one step, squared error, and a target network that
 * is copied in every update.
 */
export function learner_options(batch: usize, rows: usize): LearnerOptions {
  const options = changetype<LearnerOptions>(zeros<u8>(offsetof<LearnerOptions>()));
  options.batchSize = batch;
  options.bufferSize = rows;
  options.nStep = 1;
  options.gamma = 0.97;
  options.tau = 1;
  options.targetUpdateInterval = 1;
  options.double = 1;
  options.priorityExponent = 0.6;
  return options;
}

/** The mask of the incoming observation: two in three actions are allowed, and at least one. Nothing without masks. */
export function fill_mask(learner: Learner): void {
  const replay = learner.replay;
  if (replay.masks == 0) return;
  for (let a: usize = 0; a < replay.actions; a++) store<u8>(replay.incomingMask + a, u8(random_below(3) > 0));
  store<u8>(replay.incomingMask + random_below(<u32>replay.actions), 1);
}

/**
 * A copy of the Q-values (B, A) of s', or of s, in which those of forbidden actions are the smallest. rows: u32 (B),
 * those of s.
 */
export function allowed_only(replay: Replay, rows: usize, q: usize, batch: usize, next: bool = true): usize {
  const actions = replay.actions;
  const allowed = copy_of<f32>(q, batch * actions);
  for (let b: usize = 0; b < batch; b++) {
    const row: usize = load<u32>(rows + (b << 2));
    const judged = next ? <usize>transition_at(replay, row).next : row;
    for (let a: usize = 0; a < actions; a++) {
      if (!is_allowed(replay, judged, a)) put<f32>(allowed, b * actions + a, -Infinity);
    }
  }
  return allowed;
}
