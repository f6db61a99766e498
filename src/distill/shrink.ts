// The smallest student that keeps its teacher's return: a search over widths and depth, and a test of the result.

import { ConfigError } from "../core/config-error.js";
import { need, needListeners, needObject, needSignal } from "../core/needed.js";
import type { EnvSource } from "../env/env.js";
import { inTurns, type Steps, stoppable } from "../env/pauses.js";
import { resolveAnyEnv } from "../env/registry.js";
import { episodeSeed, type Purpose, purposes } from "../env/seeds.js";
import { checkedEpisodes, checkedSeed, checkFit, shown } from "../evaluate/checks.js";
import { keepsEnough } from "../evaluate/compare.js";
import { type RatioBound, ratioBound } from "../evaluate/paired.js";
import { episodeReturns, randomPolicy } from "../evaluate/returns.js";
import { makeCopies } from "../evaluate/rounds.js";
import { mean, standardDeviation } from "../evaluate/statistics.js";
import { parameterCount } from "../model/layout.js";
import { Interrupted } from "../training/checkpoint.js";
import { fingerprint } from "../training/fingerprint.js";
import { type Job, jobOf } from "../training/job.js";
import { checkOptions, type Options, withDefaults } from "../training/options.js";
import { originOf } from "../training/origin.js";
import { type StudentConfig, studentConfig, studentOptions } from "./config.js";
import { checkLabeller, type Labeller } from "./labeller.js";
import { distill, type Student } from "./student.js";

/** How well a student did on a number of episodes, compared with its teacher. */
export interface Standing extends RatioBound {
  readonly mean: number;
  readonly std: number;
}

/** A size that was tried, with its best student. */
export interface Size {
  readonly hidden: readonly number[];
  readonly parameters: number;
  /** The number of students that were distilled. */
  readonly attempts: number;
  /** The seed with which the best of them was distilled. */
  readonly seed: number;
  /** The result on selection episodes, which guides the search. */
  readonly selection: Standing;
  /** The result on final episodes, which tests the answer; null if it was not tested. */
  readonly final: Standing | null;
}

/** How the students of a search are distilled: the search says itself how wide they are. */
export interface ShrinkConfig extends Omit<StudentConfig, "widerAttempts"> {}

/** Options of {@link shrink}: the students' configuration, and the options of the search. */
export interface ShrinkOptions extends Partial<ShrinkConfig> {
  /** Where the student acts; by default where the teacher was trained. */
  readonly env?: EnvSource;
  /** Everything random is derived from it; 0 by default. */
  readonly seed?: number;
  /** The number of episodes by which a size is judged; 1,000 by default. */
  readonly episodes?: number;
  /** The sizes that a search with the same options tried before it was stopped. They are not tried again. */
  readonly tried?: readonly Size[];
  /** Called when a size was tried, and again when it was tested. It is given the student if this is good enough. */
  readonly onSize?: (size: Size, student: Student | null) => void;
  /** Called when a student was distilled and judged on selection episodes. */
  readonly onAttempt?: (hidden: readonly number[], attempt: number, standing: Standing) => void;
  /** Stops the search. The promise is then rejected with Interrupted. */
  readonly signal?: AbortSignal;
}

/** The result of a search for the smallest student. */
export interface Shrunk {
  /** The smallest student that passed the test; null where none did. */
  readonly student: Student | null;
  /** Every size that was tried, sorted by its number of parameters. */
  readonly sizes: readonly Size[];
}

/** The unit of the search: a student of this size is distilled with the job's seed and judged on selection episodes. */
type AttemptJob = Job<{
  readonly env: string;
  /** The options of its environment, as JSON. */
  readonly envOptions?: string;
  readonly student: ShrinkConfig;
  /** A fingerprint of the teacher's parameters; null for a teacher without them. */
  readonly teacher: string | null;
  /** The seed of the selection episodes, and how many there are. */
  readonly judged: { readonly seed: number; readonly episodes: number };
}>;

/**
 * Options that are better than the defaults for very small students, found on seeds 100 and up. Such students have no
 * room for Q-values beside the policy, and they need more updates to learn the policy. They change from round to round, so
 * each round is evaluated: the search plays far more episodes anyway.
 */
const defaults: Partial<ShrinkConfig> = {
  hidden: [32],
  loss: "cross-entropy",
  updates: 20_000,
  evaluationShare: 1,
  attempts: 5,
};

const { widerAttempts: _, ...options } = studentOptions;

/** A student's options with these defaults. No preset replaces them. */
export const shrinkOptions: Options<ShrinkConfig> = withDefaults<ShrinkConfig>(options, defaults);

/**
 * The configuration of each attempt, without its hidden layers. `hidden` is the one layer that the search begins with;
 * `attempts` is the largest number of students that are distilled for one size.
 * @throws ConfigError in one line for anything that is not allowed
 */
export function shrinkConfig(environment: string, given: Partial<ShrinkConfig>): ShrinkConfig {
  checkOptions("student", shrinkOptions, given);
  const { widerAttempts: _, ...config } = studentConfig(environment, { ...defaults, ...given });
  if (config.hidden.length !== 1) {
    throw new ConfigError(`hidden is ${shown(config.hidden)}: exactly one layer, the one to be shrunk, is needed`);
  }
  return config;
}

/**
 * The smallest student that, with 95 % confidence, keeps `threshold` of its teacher's return.
 *
 * A size passes if one of its students does. A student passes if its paired bootstrap bound (Efron & Tibshirani 1993,
 * chapter 13) on selection episodes is at least the threshold. First the width of one hidden layer is bisected, as if
 * more width were never worse. Then every smaller network is tried, from the smallest up, until one passes: the linear
 * one, the smaller widths, and two layers.
 *
 * Many students are judged on selection episodes, so the best of them is partly lucky. Therefore what passed is tested
 * on final episodes, on which nothing was chosen. The order of these tests is fixed beforehand: from the largest to the
 * smallest. Each test has the full level of 5 %, and the first that fails ends them. Tests in a fixed sequence keep the
 * probability of any false success at 5 % without a correction (Maurer, Hothorn & Lehmacher 1995).
 * @throws ConfigError for anything that is not allowed, Interrupted if stopped by the signal or if the environment fails
 */
export async function shrink(teacher: Labeller, options: ShrinkOptions = {}): Promise<Shrunk> {
  checkLabeller(teacher);
  needObject("options", options);
  const { env: givenEnv, seed: givenSeed, episodes: givenEpisodes, tried = [], ...rest } = options;
  const { onSize, onAttempt, signal, ...given } = rest;
  needSignal(signal);
  needListeners({ onSize, onAttempt });
  need(Array.isArray(tried), "tried", tried, "a list of sizes");
  const seed = checkedSeed(givenSeed ?? 0);
  const episodes = checkedEpisodes(givenEpisodes ?? 1000);
  const source = givenEnv ?? teacher.env ?? teacher.environment;
  const env = resolveAnyEnv(source);
  const config = shrinkConfig(env.id, given);
  checkFit("teacher", teacher, env);
  const envs = makeCopies(source, config.copies, env);
  const parametersOf = (hidden: readonly number[]) => parameterCount([env.observationSize, ...hidden, env.actionCount]);

  const pauses = stoppable(signal);
  const play = <Result>(steps: Steps<Result>): Promise<Result> =>
    inTurns(steps, pauses).catch((error: unknown) => {
      const cause = error instanceof Error ? error : new Error(String(error));
      throw new Interrupted(new Uint8Array(0), undefined, signal?.aborted ? undefined : cause);
    });
  const judge = async (purpose: Purpose) => {
    const of = { seed, purpose, episodes };
    const teacherReturns = await play(episodeReturns(envs, teacher, of));
    // one copy: random actions are drawn in the order of the episodes
    const random = await play(episodeReturns(env, randomPolicy(env.actionCount, seed), of));
    return async (student: Student): Promise<Standing> => {
      const returns = await play(episodeReturns(envs, student, of));
      const bound = ratioBound({ teacher: teacherReturns, student: returns, random }, seed);
      return { mean: mean(returns), std: standardDeviation(returns), ...bound };
    };
  };
  const onSelection = await judge(purposes.selection);
  const passes = ({ lowerBound }: Standing) => keepsEnough(lowerBound, config.threshold);

  const sizes: Size[] = [];
  const passed: { size: Size; student?: Student }[] = [];
  const record = (size: Size, student: Student | null) => {
    sizes.push(size);
    if (student !== null) passed.push({ size, student });
    onSize?.(size, student);
  };
  const teacherIs = fingerprint(teacher);
  const attempt = (hidden: readonly number[], attemptSeed: number): AttemptJob =>
    jobOf("shrink", hidden.join("-") || "none", attemptSeed, {
      env: env.id,
      ...originOf(env.id),
      student: { ...config, hidden, attempts: 1 },
      teacher: teacherIs,
      judged: { seed, episodes },
    });
  const distilled = ({ seed, configuration: { student } }: AttemptJob): Promise<Student> =>
    distill(teacher, { ...student, seed, env: source, signal });
  const answer = async (job: AttemptJob): Promise<{ student: Student; standing: Standing }> => {
    const student = await distilled(job);
    return { student, standing: await onSelection(student) };
  };

  // distils students of one size until one passes or no attempts are left
  const tryOut = async (hidden: readonly number[]): Promise<boolean> => {
    const before = tried.find((size) => String(size.hidden) === String(hidden));
    if (before !== undefined) {
      const size = { ...before, final: null };
      sizes.push(size);
      if (passes(size.selection)) passed.push({ size });
      return passes(size.selection);
    }
    let best: Size | undefined;
    for (let attempts = 1; attempts <= config.attempts; attempts++) {
      const attemptSeed = episodeSeed(seed, purposes.attempt, attempts);
      const { student, standing } = await answer(attempt(hidden, attemptSeed));
      onAttempt?.(hidden, attempts, standing);
      const parameters = student.parameters.length;
      const size = { hidden, parameters, attempts, seed: attemptSeed, selection: standing, final: null };
      if (passes(standing)) {
        record(size, student);
        return true;
      }
      student.dispose();
      if (best === undefined || standing.mean > best.selection.mean) best = size;
    }
    record({ ...(best as Size), attempts: config.attempts }, null);
    return false;
  };

  // bisect the width of one hidden layer
  let passing = config.hidden[0];
  let failing = (await tryOut([passing])) ? 0 : passing;
  while (passing - failing > 1) {
    const width = Math.floor((passing + failing) / 2);
    if (await tryOut([width])) passing = width;
    else failing = width;
  }

  // every smaller network, from the smallest up
  if (passed.length > 0) {
    const bisected = new Set(sizes.map(({ hidden }) => String(hidden)));
    const smaller = networksBelow(parametersOf, passing).filter((hidden) => !bisected.has(String(hidden)));
    for (const hidden of smaller) if (await tryOut(hidden)) break;
  }

  // test what passed, from the largest down
  const onFinal = await judge(purposes.final);
  let smallest: Student | null = null;
  for (const { size, ...found } of passed.sort((a, b) => b.size.parameters - a.size.parameters)) {
    const student = found.student ?? (await distilled(attempt(size.hidden, size.seed))); // its seed gives the same one again
    const tested = { ...size, final: await onFinal(student) };
    sizes[sizes.indexOf(size)] = tested;
    const holds = passes(tested.final);
    onSize?.(tested, holds ? student : null);
    if (!holds) break;
    smallest = student;
  }
  sizes.sort((a, b) => a.parameters - b.parameters);
  return { student: smallest, sizes };
}

/**
 * The hidden layers of every network with fewer parameters than one layer of `width`, from the smallest up: no layer,
 * one layer, or two layers. Of two, the first has at least two units and the second is no wider than the first. (With
 * one unit, everything after it is a function of one number.)
 */
export function networksBelow(parametersOf: (hidden: readonly number[]) => number, width: number): number[][] {
  const limit = parametersOf([width]);
  const networks: number[][] = [[]];
  for (let first = 1; parametersOf([first]) < limit; first++) networks.push([first]);
  for (let first = 2; parametersOf([first, 1]) < limit; first++) {
    for (let second = 1; second <= first; second++) networks.push([first, second]);
  }
  return networks
    .filter((hidden) => parametersOf(hidden) < limit)
    .sort((a, b) => parametersOf(a) - parametersOf(b) || a.length - b.length);
}
