// A trained network: a model, and the record of its training.
import { needObject } from "../core/needed.js";
import type { EnvSource } from "../env/env.js";
import { type Baseline, type Distillation, type LogRecord, Model, type ModelData } from "../model/model.js";
import type { Origin } from "./origin.js";

/** The record of a training. */
export interface TrainingRecord<Config> extends Origin {
  /** Where it was trained. */
  readonly env: EnvSource;
  readonly seed: number;
  readonly config: Config;
  readonly envSteps: number;
  readonly updates: number;
  readonly wallSeconds: number;
  /** The environment steps that evaluations took, beside `envSteps`; absent if they were not counted. */
  readonly evaluationSteps?: number;
  /** What it was compared with in training; absent if that was not measured. */
  readonly baseline?: Baseline;
  /**
   * The environment steps after which it is no longer bit-exact: it went on from a checkpoint there, and open episodes
   * could not be taken again. Absent: it is all bit-exact.
   */
  readonly inexactFrom?: number;
  /** The log that it learned from; absent if it learned in an environment. */
  readonly log?: LogRecord;
}

/** A model with the record of its training. */
export class TrainedModel<Config extends object> extends Model implements TrainingRecord<Config> {
  readonly env: EnvSource;
  readonly seed: number;
  readonly config: Config;
  readonly envSteps: number;
  readonly updates: number;
  readonly wallSeconds: number;
  readonly evaluationSteps?: number;
  readonly baseline?: Baseline;
  readonly inexactFrom?: number;
  readonly envOptions?: string;
  readonly from?: string;
  readonly log?: LogRecord;

  constructor(data: ModelData, record: TrainingRecord<Config>, distillation?: Distillation) {
    needObject("model", data, "a model's data");
    needObject("record", record, "the record of a training");
    const { seed, envSteps, updates, wallSeconds, evaluationSteps, baseline, config, log } = record;
    const { inexactFrom, envOptions, from } = record;
    const plain = Object.fromEntries(Object.entries(config));
    const effort = { envSteps, updates, wallSeconds, evaluationSteps, baseline };
    const origin = { envOptions, from };
    super({
      ...data,
      training: { seed, ...effort, inexactFrom, ...origin, config: plain, distillation, log },
    });
    this.env = record.env;
    this.seed = seed;
    this.config = config;
    this.envSteps = envSteps;
    this.updates = updates;
    this.wallSeconds = wallSeconds;
    this.evaluationSteps = evaluationSteps;
    this.baseline = baseline;
    this.inexactFrom = inexactFrom;
    this.envOptions = envOptions;
    this.from = from;
    this.log = log;
  }
}
