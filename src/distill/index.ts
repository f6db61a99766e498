// Further ways of distilling: the subpath qstill/distill.
export {
  distillMany,
  type Heads,
  type MultiTaskOptions,
  type MultiTaskRound,
  type MultiTaskStudent,
  type TaskStudent,
} from "./multi-task.js";
export { type ShrinkOptions, type Shrunk, type Size, type Standing, shrink, shrinkConfig } from "./shrink.js";
