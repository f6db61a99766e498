// Performance: the returns of a policy over unseen episodes, and their summary.
import { ConfigError } from "../core/config-error.js";
import type { EnvSource } from "../env/env.js";
import { resolveEnv } from "../env/registry.js";
import { purposes } from "../env/seeds.js";
import type { Training } from "../model/model.js";
import { checkedEpisodes, checkedSeed, checkFit, type Sized } from "./checks.js";
import { episodeReturns, type Policy } from "./returns.js";
import { mean, meanInterval, standardDeviation } from "./statistics.js";

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

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** The number of episodes; 100 by default. */
  readonly episodes?: number;
  /** The final evaluation's episodes of this seed are played; by default the policy's own seed, or 0. */
  readonly seed?: number;
  /** Where the policy acts; by default where it was trained. */
  readonly env?: EnvSource;
}

/** A policy that may know where and with which seed it was trained: teachers, students and loaded models do. */
export interface Evaluable extends Policy, Sized {
  readonly env?: EnvSource;
  readonly training?: Pick<Training, "seed">;
}

/**
 * Plays greedy episodes on the final evaluation's seeds, which neither training nor selection ever sees.
 * @throws ConfigError for a number of episodes or a seed that is not allowed, if no environment is known, and if
 * a network does not fit the environment
 */
export function evaluate(policy: Evaluable, options: EvaluateOptions = {}): Evaluation {
  const episodes = checkedEpisodes(options.episodes ?? 100);
  const seed = checkedSeed(options.seed ?? policy.training?.seed ?? 0);
  const source = options.env ?? policy.env ?? policy.environment;
  if (source === undefined)
    throw new ConfigError("evaluate does not know the environment: give { env }, an id or a function");
  const env = resolveEnv(source);
  checkFit("model", policy, env);
  return summarise(episodeReturns(env, policy, { seed, purpose: purposes.final, episodes }), seed);
}

export function summarise(returns: Float64Array, seed: number): Evaluation {
  return {
    episodes: returns.length,
    mean: mean(returns),
    std: standardDeviation(returns),
    min: returns.reduce((a, b) => Math.min(a, b)),
    ci95: meanInterval(returns, seed),
  };
}
