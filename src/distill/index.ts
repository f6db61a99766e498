// Further ways of distilling: the subpath qstill/distill.
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
