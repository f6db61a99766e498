// The smallest student that keeps its teacher's return: a search over widths and depth, and a test of the result.

import { ConfigError } from "../core/config-error.js";
import { need, needListeners, needObject, needSignal } from "../core/needed.js";
import type { EnvSource } from "../env/env.js";
import { resolveAnyEnv } from "../env/registry.js";
import { episodeSeed, type Purpose, purposes } from "../env/seeds.js";
import { checkedEpisodes, checkedSeed, checkFit, shown } from "../evaluate/checks.js";
import { keepsEnough } from "../evaluate/compare.js";
import { makeCopies } from "../evaluate/rounds.js";
import { parameterCount } from "../model/layout.js";
import type { Outputs } from "../model/outputs.js";
import { attemptWork, type Crew, jobOf } from "../training/job.js";
import { checkOptions, type Options, withDefaults } from "../training/options.js";
import { originOf } from "../training/origin.js";
import type { Store } from "../training/store.js";
import { type AttemptJob, distilled, type ShrinkConfig } from "./attempt.js";
import { studentConfig, studentOptions } from "./config.js";
import { type Outcome, together } from "./crewed.js";
import { marksOf, player, type Standing, standingOf } from "./judge.js";
import { checkLabeller, type Labeller } from "./labeller.js";
import { labellerFile } from "./labeller-file.js";
import { checkReplay, type Student } from "./student.js";

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
  /**
   * Who makes the attempts in place of this process: worker threads, or a queue's workers. They must know the environment.
   * Attempts of one size are begun together; the result is the same.
   */
  readonly crew?: Crew;
  /** Where the crew finds the teacher, which must then be a model. Its file stays there. */
  readonly store?: Store;
  /** How many sizes a crew may try at the same time, in the part of the search where that is possible; 1 by default. */
  readonly jobs?: number;
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
 * @param outputs what the teacher's outputs are
 * @throws ConfigError in one line for anything that is not allowed
 */
export function shrinkConfig(
  environment: string,
  given: Partial<ShrinkConfig>,
  outputs: Outputs = "qValues",
): ShrinkConfig {
  checkOptions("student", shrinkOptions, given);
  const { widerAttempts: _, ...config } = studentConfig(environment, { ...defaults, ...given }, outputs);
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
 * @throws ConfigError for anything that is not allowed, Interrupted if stopped by the signal or if the environment fails,
 * AttemptFailed if that, or anything else, happens to the crew
 */
export async function shrink(teacher: Labeller, options: ShrinkOptions = {}): Promise<Shrunk> {
  checkLabeller(teacher);
  needObject("options", options);
  const { env: givenEnv, seed: givenSeed, episodes: givenEpisodes, tried = [], ...rest } = options;
  const { crew, store, jobs = 1, onSize, onAttempt, signal, ...given } = rest;
  needSignal(signal);
  needListeners({ onSize, onAttempt });
  need(Array.isArray(tried), "tried", tried, "a list of sizes");
  if (crew !== undefined) needObject("crew", crew, "a crew, which has work,", "work");
  if (crew ?? store) needObject("store", store, "a store, which has read and write,", "read", "write");
  need(Number.isSafeInteger(jobs) && jobs >= 1, "jobs", jobs, "a whole number from 1 on");
  const seed = checkedSeed(givenSeed ?? 0);
  const episodes = checkedEpisodes(givenEpisodes ?? 1000);
  const source = givenEnv ?? teacher.env ?? teacher.environment;
  const env = resolveAnyEnv(source);
  const config = shrinkConfig(env.id, given, teacher.outputs);
  checkFit("teacher", teacher, env);
  const envs = makeCopies(source, config.copies, env);
  const parametersOf = (hidden: readonly number[]) => parameterCount([env.observationSize, ...hidden, env.actionCount]);

  const play = player(signal);
  const judge = async (purpose: Purpose) => {
    const marks = await marksOf(envs, teacher, { seed, purpose, episodes }, play);
    return (student: Student): Promise<Standing> => standingOf(envs, student, marks, play);
  };
  const passes = ({ lowerBound }: Standing) => keepsEnough(lowerBound, config.threshold);

  const sizes: Size[] = [];
  const passed: { size: Size; student?: Student }[] = [];
  const record = (size: Size, student: Student | null) => {
    sizes.push(size);
    if (student !== null) passed.push({ size, student });
    onSize?.(size, student);
  };

  if (crew !== undefined) checkReplay(teacher, config);
  const file = crew && labellerFile(teacher, config);
  const id = typeof source === "string" ? source : env.id;
  const attempt = (hidden: readonly number[], attemptSeed: number): AttemptJob =>
    jobOf(attemptWork, hidden.join("-") || "none", attemptSeed, {
      env: id,
      ...originOf(id),
      student: { ...config, hidden, attempts: 1 },
      teacher: file?.id ?? null,
      judged: { seed, episodes },
    });
  const here = { teacher, source, signal };
  const deciding: Deciding =
    crew === undefined
      ? alone(here, await judge(purposes.selection))
      : async (jobs, decide) => {
          await file?.put(store as Store); // each time: a server may have lost it
          return together(jobs, { crew, source, signal }, decide);
        };
  // a seed gives the same student again
  const again = (job: AttemptJob): Promise<Student> =>
    crew === undefined ? distilled(job, here) : deciding([job], async (outcome) => (await outcome(job)).student);
  const seedOf = (attempt: number) => episodeSeed(seed, purposes.attempt, attempt);
  const triedBefore = (hidden: readonly number[]) => tried.find((size) => String(size.hidden) === String(hidden));

  // asks for students of one size until one passes or no attempts are left
  const passesBy = async (outcome: Outcome, hidden: readonly number[]): Promise<boolean> => {
    const before = triedBefore(hidden);
    if (before !== undefined) {
      const size = { ...before, final: null };
      sizes.push(size);
      if (passes(size.selection)) passed.push({ size });
      return passes(size.selection);
    }
    let best: Size | undefined;
    for (let attempts = 1; attempts <= config.attempts; attempts++) {
      const attemptSeed = seedOf(attempts);
      const { student, standing } = await outcome(attempt(hidden, attemptSeed));
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
  // tries sizes in their order until one passes
  const onePasses = (each: readonly (readonly number[])[]): Promise<boolean> => {
    const untried = each.filter((hidden) => triedBefore(hidden) === undefined);
    const seeds = Array.from({ length: config.attempts }, (_, i) => seedOf(i + 1));
    const all = untried.flatMap((hidden) => seeds.map((attemptSeed) => attempt(hidden, attemptSeed)));
    return deciding(all, async (outcome) => {
      for (const hidden of each) if (await passesBy(outcome, hidden)) return true;
      return false;
    });
  };

  // bisect the width of one hidden layer
  let passing = config.hidden[0];
  let failing = (await onePasses([[passing]])) ? 0 : passing;
  while (passing - failing > 1) {
    const width = Math.floor((passing + failing) / 2);
    if (await onePasses([[width]])) passing = width;
    else failing = width;
  }

  // every smaller network, from the smallest up
  if (passed.length > 0) {
    const bisected = new Set(sizes.map(({ hidden }) => String(hidden)));
    const smaller = networksBelow(parametersOf, passing).filter((hidden) => !bisected.has(String(hidden)));
    const window = crew === undefined ? 1 : jobs;
    for (let at = 0; at < smaller.length; at += window) if (await onePasses(smaller.slice(at, at + window))) break;
  }

  // test what passed, from the largest down: each that passed is smaller than the one before
  const onFinal = await judge(purposes.final);
  let smallest: Student | null = null;
  for (const { size, ...found } of passed) {
    const student = found.student ?? (await again(attempt(size.hidden, size.seed)));
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

/** Takes a decision on the outcomes of attempts, which it asks for one after another. */
type Deciding = <Decision>(
  jobs: readonly AttemptJob[],
  decide: (outcome: Outcome) => Promise<Decision>,
) => Promise<Decision>;

/** Makes each attempt in this process, when it is asked for. */
function alone(place: Parameters<typeof distilled>[1], onSelection: (student: Student) => Promise<Standing>): Deciding {
  return (_, decide) =>
    decide(async (job) => {
      const student = await distilled(job, place);
      return { student, standing: await onSelection(student) };
    });
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
