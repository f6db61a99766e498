// A trained network: a model, and how it came about.
import type { EnvSource } from "../env/env.js";
import { Model, type ModelData } from "../model/model.js";

/** What a training took. */
export interface TrainingRecord<Config> {
  /** Where it was trained. */
  readonly env: EnvSource;
  readonly seed: number;
  readonly config: Config;
  readonly envSteps: number;
  readonly updates: number;
  readonly wallSeconds: number;
}

/** A model with the record of its training. */
export class TrainedModel<Config> extends Model implements TrainingRecord<Config> {
  readonly env: EnvSource;
  readonly seed: number;
  readonly config: Config;
  readonly envSteps: number;
  readonly updates: number;
  readonly wallSeconds: number;

  constructor(data: ModelData, record: TrainingRecord<Config>) {
    super(data);
    this.env = record.env;
    this.seed = record.seed;
    this.config = record.config;
    this.envSteps = record.envSteps;
    this.updates = record.updates;
    this.wallSeconds = record.wallSeconds;
  }
}
