// Performance: the returns of a policy over unseen episodes, summarised.

import type { EnvSource } from "../env/env.js";
import { resolveEnv } from "../env/registry.js";
import { purposes } from "../env/seeds.js";
import { episodeReturns, type Policy } from "./returns.js";
import { bootstrapInterval, mean, standardDeviation } from "./statistics.js";

/** Returns over a number of episodes. */
export interface Evaluation {
  readonly episodes: number;
  readonly mean: number;
  /** Standard deviation over the episodes. */
  readonly std: number;
  readonly min: number;
  /** 95 % bootstrap interval of the mean. */
  readonly ci95: readonly [number, number];
}

export interface EvaluateOptions {
  /** How many episodes; 100 by default. */
  readonly episodes?: number;
  /** The seed whose final-evaluation episodes are played; by default the policy's own, or 0. */
  readonly seed?: number;
  /** Where the policy acts; by default where it was trained. */
  readonly env?: EnvSource;
}

/** A policy that may know where it was trained, and by which seed: teachers, students and loaded models do. */
export interface Evaluable extends Policy {
  readonly environment?: string;
  readonly env?: EnvSource;
  readonly seed?: number;
}

/**
 * Plays greedy episodes on the final evaluation's seeds, which neither training nor selection ever sees.
 * @throws RangeError for a number of episodes that is not a whole number ≥ 1, Error where no environment is known
 */
export function evaluate(policy: Evaluable, options: EvaluateOptions = {}): Evaluation {
  const { episodes = 100, seed = policy.seed ?? 0 } = options;
  const source = options.env ?? policy.env ?? policy.environment;
  if (source === undefined) throw new Error("evaluate needs to know where: give { env } an id or a function");
  if (!Number.isInteger(episodes) || episodes < 1) {
    throw new RangeError(`episodes is ${episodes}: a whole number from 1 on is allowed`);
  }
  return summarise(episodeReturns(resolveEnv(source), policy, { seed, purpose: purposes.final, episodes }), seed);
}

export function summarise(returns: Float64Array, seed: number): Evaluation {
  return {
    episodes: returns.length,
    mean: mean(returns),
    std: standardDeviation(returns),
    min: returns.reduce((a, b) => Math.min(a, b)),
    ci95: bootstrapInterval(returns, seed),
  };
}
