// Performance: the returns of a policy over unseen episodes, and their summary.

import { ConfigError } from "../core/config-error.js";
import { needListeners, needObject, needSignal } from "../core/needed.js";
import type { AnyEnv, EnvSource } from "../env/env.js";
import { atOnce, inTurns, type Steps, stoppable } from "../env/pauses.js";
import { resolveAnyEnv, resolveEnv } from "../env/registry.js";
import { purposes } from "../env/seeds.js";
import type { Training } from "../model/model.js";
import { checkedCopies, checkedEpisodes, checkedSeed, checkFit, type Sized } from "./checks.js";
import { episodeReturns, type Policy } from "./returns.js";
import { makeCopies } from "./rounds.js";
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
  /**
   * How many copies of the environment play at the same time; by default the environment's own number, or 1. This is for environments that answer later.
   * It changes no result, unless the copies share something or the policy remembers something.
   */
  readonly copies?: number;
  /** Stops the work, also while it waits for an environment. The promise is then rejected with the signal's reason. */
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
 * Plays greedy episodes on the final evaluation's seeds, which neither training nor selection ever sees. Where the
 * environment has an `actionMask`, the policy gets it; a policy may ignore it, but must not take a forbidden action.
 * @throws ConfigError for a number of episodes or a seed that is not allowed, if no environment is known, and if
 * a network does not fit the environment; RangeError for a forbidden action; Error if the environment answers with a
 * promise: {@link evaluateAsync} waits for it
 */
export function evaluate(policy: Evaluable, options: EvaluateOptions = {}): Evaluation {
  return atOnce(evaluation(policy, options, makeOne));
}

/**
 * {@link evaluate}, while others have their turn. The environment may answer with promises, and several copies of it may
 * play at the same time.
 * @throws what `evaluate` throws, ConfigError for a number of copies that is not allowed, the signal's reason if the
 * signal asks to stop, and an Error that says where an environment's promise was rejected
 */
export async function evaluateAsync(
  policy: Evaluable,
  given: EvaluateOptions & AsyncOptions = {},
): Promise<Evaluation> {
  needObject("options", given);
  const { copies, signal, onEvent, ...options } = given;
  return whileOthersRun((make) => evaluation(policy, options, make), { copies, signal, onEvent });
}

/** Makes an environment in as many copies as are to play. */
export type Maker = (source: EnvSource) => readonly AnyEnv[];

/** For work that waits for nobody. */
export const makeOne: Maker = (source) => [resolveEnv(source)];

/** Does steps of work while others have their turn. */
export function whileOthersRun<Result>(
  work: (make: Maker) => Steps<Result>,
  { copies, signal, onEvent = () => {} }: AsyncOptions,
): Promise<Result> {
  const count = copies === undefined ? undefined : checkedCopies(copies);
  needSignal(signal);
  needListeners({ onEvent });
  signal?.throwIfAborted();
  const steps = work((source) => {
    const first = resolveAnyEnv(source);
    return makeCopies(source, count ?? first.copies ?? 1, first);
  });
  return inTurns(steps, stoppable(signal), (share) => onEvent({ kind: "progress", share }));
}

function* evaluation(policy: Evaluable, options: EvaluateOptions, make: Maker): Steps<Evaluation> {
  needObject("policy", policy, "a model, or an object with act,", "act");
  needObject("options", options);
  const episodes = checkedEpisodes(options.episodes ?? 100);
  const seed = checkedSeed(options.seed ?? policy.training?.seed ?? 0);
  const source = options.env ?? policy.env ?? policy.environment;
  if (source === undefined || source === "")
    throw new ConfigError("evaluate does not know the environment: give { env }, an id or a function");
  const envs = make(source);
  checkFit("model", policy, envs[0]);
  return summarise(yield* episodeReturns(envs, policy, { seed, purpose: purposes.final, episodes }), seed);
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
