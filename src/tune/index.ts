/**
 * A search for better options of a teacher.
 * @module qstill/tune
 */
export type { Score, Standing } from "./halving.js";
export type { EffectiveDimension, Importance, Interval, OptionImportance, ValueGroup } from "./importance.js";
export type { Plan, Rung } from "./plan.js";
export { type Sensitivity, sensitivity } from "./sensitivity.js";
export type { Draw } from "./space.js";
export type { TrialResult } from "./trial.js";
export type { Trial, TrialRung } from "./trials.js";
export { type TrialRun, type Tuned, type TuneEvent, TuneFailed, type TuneOptions, TuneStopped, tune } from "./tune.js";
