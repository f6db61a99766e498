// A teacher's configuration: the defaults, the environment's preset, and what was given.

import { ConfigError } from "../core/config-error.js";
import type { LearnerShape } from "../core/learner.js";
import { need, needObject } from "../core/needed.js";
import type { Env } from "../env/env.js";
import { makeEnv } from "../env/registry.js";
import { shown } from "../evaluate/checks.js";
import { checkModel } from "../model/layout.js";
import type { Model } from "../model/model.js";
import { checkOutputs, type Outputs } from "../model/outputs.js";
import { mostEpisodes } from "../training/acting.js";
import { configure } from "../training/options.js";
import { type TeacherConfig, teacherOptions } from "./config.js";
import { presets } from "./presets.js";

/** @throws ConfigError for anything but 1 and 2, the numbers of threads that qstill can use */
export function checkedThreads(threads: unknown): number {
  if (threads === 1 || threads === 2) return threads;
  throw new ConfigError(`threads is ${shown(threads)}: 1 or 2 is allowed`);
}

/**
 * The configuration of a teacher: the defaults, the environment's preset over them, and what is given over both.
 * @param env the id of a registered environment, or an environment
 * @throws ConfigError for a value that is not allowed and for options that contradict each other
 */
export function teacherConfig(
  env: string | Pick<Env, "id" | "byteObservations" | "copies">,
  given: Partial<TeacherConfig>,
): TeacherConfig {
  const isEnv = typeof env === "string" || typeof env?.id === "string";
  need(isEnv, "env", env, "an environment's id, or an environment,");
  const { id, byteObservations, copies } = typeof env === "string" ? makeEnv(env) : env;
  const normalizeObservations = !byteObservations;
  const ofEnv = { normalizeObservations, ...(copies !== undefined && { copies }) };
  const config = configure("teacher", teacherOptions, ofEnv, presets[id]?.teacher ?? {}, given);
  if (byteObservations && config.normalizeObservations) {
    throw new ConfigError("normalizeObservations is true: only false is allowed for observations that are bytes");
  }
  if (config.batchSize > config.bufferSize) {
    throw new ConfigError(
      `the teacher's batchSize is ${config.batchSize}: at most bufferSize, ${config.bufferSize}, transitions are allowed`,
    );
  }
  if (config.nStep + 2 > config.bufferSize) {
    throw new ConfigError(
      `the teacher's nStep is ${config.nStep}: at most bufferSize − 2, ${config.bufferSize - 2}, is allowed`,
    );
  }
  if (config.copies > mostEpisodes(config.bufferSize, config.nStep)) {
    throw new ConfigError(
      `copies is ${config.copies}: with this bufferSize and nStep at most ${mostEpisodes(config.bufferSize, config.nStep)} are allowed`,
    );
  }
  if (config.learningStarts >= config.envSteps) {
    throw new ConfigError(
      `the teacher's learningStarts is ${config.learningStarts}: it must be less than envSteps, ${config.envSteps}, or nothing is learned`,
    );
  }
  if (config.trainFrequency > config.envSteps) {
    throw new ConfigError(
      `the teacher's trainFrequency is ${config.trainFrequency}: at most envSteps, ${config.envSteps}, is allowed, or nothing is learned`,
    );
  }
  return config;
}

/** The part of a teacher's configuration that its learner needs. */
export function learnerShape(
  widths: readonly number[],
  config: Omit<LearnerShape, "widths" | "byteObservations"> & Pick<TeacherConfig, "loss">,
  byteObservations: boolean | undefined,
): LearnerShape {
  return { ...config, widths, huberDelta: config.loss === "huber" ? config.huberDelta : 0, byteObservations };
}

/** The hidden widths that a model to begin with has, unless others are given. */
export function hiddenOf(
  from: Model | undefined,
  given: { readonly hidden?: unknown },
): { readonly hidden?: number[] } {
  if (from === undefined || given.hidden !== undefined) return {};
  needModel(from);
  return { hidden: from.hidden };
}

/**
 * The parameters that a network of these widths and outputs begins with; undefined without a model.
 * @throws ConfigError for a model of other widths or outputs, or with another activation than ReLU
 */
export function startingParameters(
  from: Model | undefined,
  widths: readonly number[],
  outputs: Outputs = "qValues",
): Float32Array | undefined {
  if (from === undefined) return undefined;
  needModel(from);
  if (from.widths.join() !== widths.join()) {
    throw new ConfigError(`from has the widths ${from.widths.join("-")}: ${widths.join("-")} are needed`);
  }
  if (from.activation !== "relu") {
    throw new ConfigError(`from has ${from.activation} between its layers: relu is needed`);
  }
  checkOutputs("from", from, outputs);
  return from.parameters;
}

function needModel(from: Model): void {
  needObject("from", from, "a model, which has parameters,", "act");
  checkModel(from);
}
