/**
 * Your own environments: define them, check them, wrap them, and run many at once.
 * @module qstill/env
 */
export { type CheckOptions, checkEnv, type Finding } from "./check.js";
export { defineEnv, type EnvDefinition } from "./define.js";
export type {
  AnyEnv,
  CustomEnv,
  CustomStep,
  Env,
  EnvAtOnce,
  EnvSource,
  RandomSource,
  ResetOptions,
  StepResult,
} from "./env.js";
export type { RandomFrom } from "./episode.js";
export type { Colour, Look, Point, Scene, Shape } from "./scene.js";
export { VectorEnv } from "./vector.js";
export {
  type Changes,
  frameStack,
  ObservationStatistics,
  observationNormalisation,
  rewardScale,
  stickyActions,
  timeLimit,
  type Wrapped,
  WrappedEnv,
} from "./wrappers.js";
