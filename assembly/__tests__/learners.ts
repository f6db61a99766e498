// Learners for the specs.
import { LearnerOptions } from "../learner";
import { zeros } from "./arrays";

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
