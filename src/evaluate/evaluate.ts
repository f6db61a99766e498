// Performance: the returns of a policy over unseen episodes, and their summary.

import { ConfigError } from "../core/config-error.js";
import { needListeners, needObject, needSignal } from "../core/needed.js";
import type { EnvSource } from "../env/env.js";
import { atOnce, inTurns, type Steps, stoppable } from "../env/pauses.js";
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

/** How far an evaluation or a comparison is. It is sent once a second. */
export interface EvaluationProgress {
  readonly kind: "progress";
  /** The finished share, from 0 to 1. */
  readonly share: number;
}

/** What {@link evaluateAsync} and {@link compareAsync} take besides the options of `evaluate` and `compare`. */
export interface AsyncOptions {
  /** Stops the work. The promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called with plain data while the work runs. */
  readonly onEvent?: (event: EvaluationProgress) => void;
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
  return atOnce(evaluation(policy, options));
}

/**
 * {@link evaluate}, while others have their turn.
 * @throws what `evaluate` throws, and the signal's reason if the signal asks to stop
 */
export async function evaluateAsync(
  policy: Evaluable,
  given: EvaluateOptions & AsyncOptions = {},
): Promise<Evaluation> {
  needObject("options", given);
  const { signal, onEvent, ...options } = given;
  return whileOthersRun(evaluation(policy, options), { signal, onEvent });
}

/** Does steps of work while others have their turn. */
export function whileOthersRun<Result>(
  steps: Steps<Result>,
  { signal, onEvent = () => {} }: AsyncOptions,
): Promise<Result> {
  needSignal(signal);
  needListeners({ onEvent });
  signal?.throwIfAborted();
  return inTurns(steps, stoppable(signal), (share) => onEvent({ kind: "progress", share }));
}

function* evaluation(policy: Evaluable, options: EvaluateOptions): Steps<Evaluation> {
  needObject("policy", policy, "a model, or an object with act,", "act");
  needObject("options", options);
  const episodes = checkedEpisodes(options.episodes ?? 100);
  const seed = checkedSeed(options.seed ?? policy.training?.seed ?? 0);
  const source = options.env ?? policy.env ?? policy.environment;
  if (source === undefined)
    throw new ConfigError("evaluate does not know the environment: give { env }, an id or a function");
  const env = resolveEnv(source);
  checkFit("model", policy, env);
  return summarise(yield* episodeReturns(env, policy, { seed, purpose: purposes.final, episodes }), seed);
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
