/**
 * More ways to distil.
 * @module qstill/distill
 */
export type { ShrinkConfig } from "./attempt.js";
export { AttemptFailed } from "./crewed.js";
export { type Joint, type JointOptions, trainJoint } from "./joint.js";
export { type JointConfig, jointOptions } from "./joint-config.js";
export type { Standing } from "./judge.js";
export {
  distillMany,
  type Heads,
  type MultiTaskOptions,
  type MultiTaskRound,
  type MultiTaskStudent,
  type TaskStudent,
} from "./multi-task.js";
export {
  distillProximal,
  type ProximalConfig,
  type ProximalOptions,
  ProximalStudent,
  proximalOptions,
} from "./proximal.js";
export { type ShrinkOptions, type Shrunk, type Size, shrink, shrinkConfig } from "./shrink.js";
