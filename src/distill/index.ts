// The subpath qstill/distill: further ways to distil a teacher.
export {
  distillProximal,
  type ProximalConfig,
  type ProximalOptions,
  ProximalStudent,
  proximalOptions,
} from "./proximal.js";
