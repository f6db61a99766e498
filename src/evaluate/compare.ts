// A student compared with its teacher: Q-value accuracy, policy stability, and the share of the return that it keeps.
import { needObject } from "../core/needed.js";
import type { EnvSource } from "../env/env.js";
import { atOnce, type Steps, within } from "../env/pauses.js";
import { Pcg64 } from "../env/random.js";
import { purposes } from "../env/seeds.js";
import type { Outputs, Training } from "../model/model.js";
import { checkedEpisodes, checkedSeed, checkFit, type Sized } from "./checks.js";
import { changedShare, greedyActions, sameShare } from "./churn.js";
import { type AsyncOptions, type Evaluation, type Maker, makeOne, summarise, whileOthersRun } from "./evaluate.js";
import { featureDeviations, noisyStates, probeEpisodes, probeStates } from "./probe.js";
import { episodeReturns, type Policy, randomPolicy } from "./returns.js";
import { variance } from "./statistics.js";

/** What is compared: a policy with its Q-values, for example a model. */
export interface QPolicy extends Policy, Sized {
  /** Says whether a student's outputs are meant to be Q-values. Without it they are. */
  readonly training?: Pick<Training, "distillation">;
  /** What its outputs are; Q-values if it does not say. */
  readonly outputs?: Outputs;
  /**
   * One Q-value for each action, for an observation of shape (observationSize). Of a network of logits it is not called.
   */
  qValues(observation: ArrayLike<number>): ArrayLike<number>;
}

/** A student compared with its teacher, on states and seeds on which neither was trained. */
export interface Comparison {
  readonly teacher: Evaluation;
  readonly student: Evaluation;
  /** The returns of uniformly random actions on the same episodes. This is where `returnRatio` is 0. */
  readonly random: Evaluation;
  /** (S − random)/(T − random) of the mean returns; null if the teacher is no better than random. */
  readonly returnRatio: number | null;
  /** Mean over states and their allowed actions of (Q_T − Q_S)²; null if the loss does not fit Q-values. */
  readonly qMse: number | null;
  /** 1 − qMse / variance of Q_T; null if the loss does not fit Q-values, or if Q_T does not vary. */
  readonly qR2: number | null;
  /** The share of states with the same greedy action; where the environment has masks, the best allowed action. */
  readonly actionAgreement: number;
  /** The share of states whose greedy action changes under noise of 1 % of each feature's standard deviation. */
  readonly actionFlipRate: number;
}

const flipNoise = 0.01;

/** Options of {@link compare}. */
export interface CompareOptions {
  readonly env: EnvSource;
  readonly seed: number;
  /** The number of episodes that each policy plays; 100 by default. */
  readonly episodes?: number;
}

/**
 * Evaluates both on the final evaluation's episodes, and compares them on probe states that no training has seen. Only
 * actions count that the environment's `actionMask` allows; the networks get it, and random play draws from them.
 * @throws ConfigError for a number of episodes or a seed that is not allowed, and for a network that does not fit the
 * environment; RangeError for a forbidden action; Error if the environment answers with a promise: {@link compareAsync}
 * waits for it
 */
export function compare(teacher: QPolicy, student: QPolicy, options: CompareOptions): Comparison {
  return atOnce(comparison(teacher, student, options, makeOne));
}

/**
 * {@link compare}, while others have their turn. The environment may answer with promises, and several copies of it may
 * play at the same time. Only random play is always one episode after another, because its actions are one sequence.
 * @throws what `compare` throws, ConfigError for a number of copies that is not allowed, the signal's reason if the
 * signal asks to stop, and an Error that says where an environment's promise was rejected
 */
export async function compareAsync(
  teacher: QPolicy,
  student: QPolicy,
  given: CompareOptions & AsyncOptions,
): Promise<Comparison> {
  needObject("options", given);
  const { copies, signal, onEvent, ...options } = given;
  return whileOthersRun((make) => comparison(teacher, student, options, make), { copies, signal, onEvent });
}

function* comparison(teacher: QPolicy, student: QPolicy, options: CompareOptions, make: Maker): Steps<Comparison> {
  for (const [name, network] of Object.entries({ teacher, student })) {
    needObject(name, network, "a model, which has act and qValues,", "act", "qValues");
  }
  needObject("options", options);
  const seed = checkedSeed(options.seed);
  const episodes = checkedEpisodes(options.episodes ?? 100);
  const envs = make(options.env);
  const [env] = envs;
  checkFit("teacher", teacher, env);
  checkFit("student", student, env);
  const haveQValues = [teacher, student].every(({ outputs }) => outputs !== "logits");
  const fitsQValues = haveQValues && (student.training?.distillation?.fitsQValues ?? true);
  const final = { seed, purpose: purposes.final, episodes };
  // one copy: random actions are drawn in the order of the episodes
  const random = episodeReturns(env, randomPolicy(env.actionCount, seed), final);
  const evaluations = {
    teacher: summarise(yield* within(episodeReturns(envs, teacher, final), 0, 0.32), seed),
    student: summarise(yield* within(episodeReturns(envs, student, final), 0.32, 0.64), seed),
    random: summarise(yield* within(random, 0.64, 0.96), seed),
  };

  const { states, masks } = yield* within(probeStates(envs, [teacher, student], seed), 0.96, 1);
  const deviations = featureDeviations(states).map((deviation) => flipNoise * deviation);
  const noisy = noisyStates(states, deviations, new Pcg64([seed, purposes.probe, probeEpisodes]));
  const valuesOf = (network: QPolicy) => states.flatMap((state) => Array.from(network.qValues(state)));
  const accuracy = () =>
    qAccuracy(
      valuesOf(teacher),
      valuesOf(student),
      masks?.flatMap((mask) => Array.from(mask)),
    );
  const actions = greedyActions(student, states, masks);

  return {
    ...evaluations,
    returnRatio: returnRatio(evaluations.student.mean, evaluations.teacher.mean, evaluations.random.mean),
    ...(fitsQValues ? accuracy() : { qMse: null, qR2: null }),
    actionAgreement: sameShare(greedyActions(teacher, states, masks), actions),
    actionFlipRate: changedShare(actions, greedyActions(student, noisy, masks)),
  };
}

/**
 * How close a student's Q-values are to its teacher's, over all states and their allowed actions.
 * @param expected (states, actionCount), the teacher's
 * @param actual (states, actionCount), the student's
 * @param masks (states, actionCount): 0 for each action that does not count; all count if it is undefined
 * @returns `qMse` and `qR2` as in {@link Comparison}
 */
export function qAccuracy(
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
  masks?: ArrayLike<number>,
): { qMse: number; qR2: number | null } {
  const allowed: number[] = [];
  let squaredErrors = 0;
  for (let i = 0; i < expected.length; i++) {
    if (masks?.[i] === 0) continue;
    allowed.push(expected[i]);
    squaredErrors += (expected[i] - actual[i]) * (expected[i] - actual[i]);
  }
  const qMse = squaredErrors / allowed.length;
  const spread = variance(allowed);
  return { qMse, qR2: spread > 0 ? 1 - qMse / spread : null };
}

/** (student − random)/(teacher − random); null where the teacher is no better than random. */
export function returnRatio(student: number, teacher: number, random: number): number | null {
  return teacher > random ? (student - random) / (teacher - random) : null;
}

/** Whether a student keeps the wanted share of the return. */
export function keepsEnough(returnRatio: number | null, threshold: number): boolean {
  return returnRatio !== null && returnRatio >= threshold;
}
