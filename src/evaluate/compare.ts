// A student compared with its teacher: Q-value accuracy, policy stability, and the share of the return that it keeps.
import { needObject } from "../core/needed.js";
import type { EnvSource } from "../env/env.js";
import { atOnce, type Steps, within } from "../env/pauses.js";
import { Pcg64 } from "../env/random.js";
import { resolveEnv } from "../env/registry.js";
import { purposes } from "../env/seeds.js";
import type { Training } from "../model/model.js";
import { checkedEpisodes, checkedSeed, checkFit, type Sized } from "./checks.js";
import { type AsyncOptions, type Evaluation, summarise, whileOthersRun } from "./evaluate.js";
import { featureDeviations, noisyStates, probeEpisodes, probeStates } from "./probe.js";
import { episodeReturns, type Policy, randomPolicy } from "./returns.js";
import { variance } from "./statistics.js";

/** What is compared: a policy with its Q-values, for example a model. */
export interface QPolicy extends Policy, Sized {
  /** Says whether a student's outputs are meant to be Q-values. Without it they are. */
  readonly training?: Pick<Training, "distillation">;
  /** One Q-value for each action, for an observation of shape (observationSize). */
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
  /** Mean over states and actions of (Q_T − Q_S)²; null if the loss does not fit Q-values. */
  readonly qMse: number | null;
  /** 1 − qMse / variance of Q_T; null if the loss does not fit Q-values, or if Q_T does not vary. */
  readonly qR2: number | null;
  /** The share of states with the same greedy action. */
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
 * Evaluates both on the final evaluation's episodes, and compares them on probe states that no training has seen.
 * @throws ConfigError for a number of episodes or a seed that is not allowed, and for a network that does not fit the
 * environment
 */
export function compare(teacher: QPolicy, student: QPolicy, options: CompareOptions): Comparison {
  return atOnce(comparison(teacher, student, options));
}

/**
 * {@link compare}, while others have their turn.
 * @throws what `compare` throws, and the signal's reason if the signal asks to stop
 */
export async function compareAsync(
  teacher: QPolicy,
  student: QPolicy,
  given: CompareOptions & AsyncOptions,
): Promise<Comparison> {
  needObject("options", given);
  const { signal, onEvent, ...options } = given;
  return whileOthersRun(comparison(teacher, student, options), { signal, onEvent });
}

function* comparison(teacher: QPolicy, student: QPolicy, options: CompareOptions): Steps<Comparison> {
  for (const [name, network] of Object.entries({ teacher, student })) {
    needObject(name, network, "a model, which has act and qValues,", "act", "qValues");
  }
  needObject("options", options);
  const seed = checkedSeed(options.seed);
  const episodes = checkedEpisodes(options.episodes ?? 100);
  const env = resolveEnv(options.env);
  checkFit("teacher", teacher, env);
  checkFit("student", student, env);
  const fitsQValues = student.training?.distillation?.fitsQValues ?? true;
  const final = { seed, purpose: purposes.final, episodes };
  const evaluations = {
    teacher: summarise(yield* within(episodeReturns(env, teacher, final), 0, 0.32), seed),
    student: summarise(yield* within(episodeReturns(env, student, final), 0.32, 0.64), seed),
    random: summarise(yield* within(episodeReturns(env, randomPolicy(env.actionCount, seed), final), 0.64, 0.96), seed),
  };

  const states = yield* within(probeStates(options.env, [teacher, student], seed), 0.96, 1);
  const deviations = featureDeviations(states).map((deviation) => flipNoise * deviation);
  const noisy = noisyStates(states, deviations, new Pcg64([seed, purposes.probe, probeEpisodes]));
  const teacherValues: number[] = [];
  let squaredErrors = 0;
  let agreements = 0;
  let flips = 0;
  states.forEach((state, i) => {
    const expected = teacher.qValues(state);
    const actual = student.qValues(state);
    for (let a = 0; a < expected.length; a++) {
      teacherValues.push(expected[a]);
      squaredErrors += (expected[a] - actual[a]) * (expected[a] - actual[a]);
    }
    const action = student.act(state);
    if (action === teacher.act(state)) agreements++;
    if (student.act(noisy[i]) !== action) flips++;
  });

  const qMse = squaredErrors / teacherValues.length;
  const spread = variance(teacherValues);
  return {
    ...evaluations,
    returnRatio: returnRatio(evaluations.student.mean, evaluations.teacher.mean, evaluations.random.mean),
    qMse: fitsQValues ? qMse : null,
    qR2: fitsQValues && spread > 0 ? 1 - qMse / spread : null,
    actionAgreement: agreements / states.length,
    actionFlipRate: flips / states.length,
  };
}

/** (student − random)/(teacher − random); null where the teacher is no better than random. */
export function returnRatio(student: number, teacher: number, random: number): number | null {
  return teacher > random ? (student - random) / (teacher - random) : null;
}

/** Whether a student keeps the wanted share of the return. */
export function keepsEnough(returnRatio: number | null, threshold: number): boolean {
  return returnRatio !== null && returnRatio >= threshold;
}
