// The subpath qstill/distill: further ways to a student than `distill`.
export { type Joint, type JointOptions, trainJoint } from "./joint.js";
export { type JointConfig, jointOptions } from "./joint-config.js";
