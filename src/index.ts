/**
 * The public API of qstill.
 * @module qstill
 */
export { ConfigError } from "./core/config-error.js";
export type { LossName } from "./core/losses.js";
export type { Notice } from "./core/notice.js";
export { version } from "./core/version.js";
export {
  type StateSource,
  type StatesConfig,
  type StudentConfig,
  statesConfig,
  statesOptions,
  studentConfig,
  studentOptions,
} from "./distill/config.js";
export type { GivenStates } from "./distill/given-states.js";
export type { Labeller, StatesLabeller } from "./distill/labeller.js";
export { fitsQValues } from "./distill/loss.js";
export { type DistillOptions, distill, type StatesOptions, Student } from "./distill/student.js";
export { Agent, type AgentOptions } from "./dqn/agent.js";
export { type TeacherConfig, teacherOptions } from "./dqn/config.js";
export { teacherConfig } from "./dqn/configure.js";
export type { AgentConfig, Updated } from "./dqn/dqn-agent.js";
export { type Preset, presets } from "./dqn/presets.js";
export { Teacher, type TrainOptions, trainTeacher } from "./dqn/teacher.js";
export type {
  AnyEnv,
  CustomEnv,
  CustomStep,
  Env,
  EnvSource,
  RandomSource,
  ResetOptions,
  StepResult,
} from "./env/env.js";
export { Pcg64 } from "./env/random.js";
export { environmentIds, makeEnv, registerEnv, UnknownEnvironmentError } from "./env/registry.js";
export { type CompareOptions, type Comparison, compare, compareAsync, type QPolicy } from "./evaluate/compare.js";
export {
  type AsyncOptions,
  type Evaluable,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationProgress,
  evaluate,
  evaluateAsync,
} from "./evaluate/evaluate.js";
export type { Policy } from "./evaluate/returns.js";
export { exportModule } from "./export/javascript.js";
export { loadModel, saveModel } from "./model/files.js";
export { weightsHash } from "./model/hash.js";
export {
  type Activation,
  type Agreement,
  type Baseline,
  type Distillation,
  type HeldOut,
  type LogRecord,
  Model,
  type ModelData,
  type Training,
} from "./model/model.js";
export type { Answering, Outputs } from "./model/outputs.js";
export type { AgentEpisode, RecordedStep } from "./training/acting.js";
export { CheckpointError, Interrupted } from "./training/checkpoint.js";
export {
  type AgreementEvent,
  type AttemptEvent,
  DivergedError,
  type EpisodeEvent,
  type EvaluationEvent,
  type NetworkListener,
  type NoticeEvent,
  type ProgressEvent,
  type TrainingEvent,
} from "./training/events.js";
export type { ConfigOf, NumberRange, Option, Options } from "./training/options.js";
export type { StopOptions } from "./training/resumable.js";
export { TrainedModel, type TrainingRecord } from "./training/trained.js";
export type { WorkOptions } from "./training/work.js";
