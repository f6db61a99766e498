// A teacher's configuration: the defaults, the environment's preset, and what was given.

import { ConfigError } from "../core/config-error.js";
import { need } from "../core/needed.js";
import type { Env } from "../env/env.js";
import { makeEnv } from "../env/registry.js";
import { shown } from "../evaluate/checks.js";
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
  env: string | Pick<Env, "id" | "byteObservations">,
  given: Partial<TeacherConfig>,
): TeacherConfig {
  const isEnv = typeof env === "string" || typeof env?.id === "string";
  need(isEnv, "env", env, "an environment's id, or an environment,");
  const { id, byteObservations } = typeof env === "string" ? makeEnv(env) : env;
  const normalizeObservations = !byteObservations;
  const config = configure("teacher", teacherOptions, { normalizeObservations }, presets[id]?.teacher ?? {}, given);
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
