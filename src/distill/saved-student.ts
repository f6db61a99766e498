// A student that was saved, as distillation left it.
import type { EnvSource } from "../env/env.js";
import type { Model, Outputs } from "../model/model.js";
import { type StatesConfig, statesConfig, studentConfig } from "./config.js";
import { Student } from "./student.js";

/**
 * The student that a model was saved from.
 * @param env where it was trained
 * @returns undefined if the model does not say how it was distilled
 * @throws ConfigError if it says so with options that are not allowed
 */
export function studentOf(model: Model, env: EnvSource = model.environment): Student<StatesConfig> | undefined {
  const { training, environment } = model;
  if (training?.distillation === undefined) return undefined;
  const { attempts, teacher, featureScale, fitsQValues: _, ...alone } = training.distillation;
  const configure: (environment: string, given: object, outputs: Outputs) => StatesConfig = alone.heldOut
    ? statesConfig
    : studentConfig;
  const config = configure(environment, training.config, model.outputs);
  return new Student(model, { ...training, config, env }, attempts, teacher, featureScale, alone);
}
