// The smallest student that keeps its teacher's return: a search over widths and depth, and a test of what it found.
import { ConfigError } from "../core/config-error.js";
import type { EnvSource } from "../env/env.js";
import { resolveEnv } from "../env/registry.js";
import { episodeSeed, type Purpose, purposes } from "../env/seeds.js";
import { checkedEpisodes, checkedSeed, checkFit, shown } from "../evaluate/checks.js";
import { keepsEnough } from "../evaluate/compare.js";
import { type RatioBound, ratioBound } from "../evaluate/paired.js";
import { episodeReturns, randomPolicy } from "../evaluate/returns.js";
import { mean, standardDeviation } from "../evaluate/statistics.js";
import { parameterCount } from "../model/layout.js";
import { type Options, withDefaults } from "../training/options.js";
import { type StudentConfig, studentConfig, studentOptions } from "./config.js";
import type { Labeller } from "./labeller.js";
import { distill, type Student } from "./student.js";

/** How a student did on a number of episodes, beside its teacher. */
export interface Standing extends RatioBound {
  readonly mean: number;
  readonly std: number;
}

/** A size that was tried: its best student. */
export interface Size {
  readonly hidden: readonly number[];
  readonly parameters: number;
  /** Students distilled. */
  readonly attempts: number;
  /** The seed by which the best of them was distilled. */
  readonly seed: number;
  /** On selection episodes, by which the search decides. */
  readonly selection: Standing;
  /** On final episodes, by which the answer is tested; null where it was not. */
  readonly final: Standing | null;
}

/** Options of {@link shrink}: the students' configuration, and what surrounds the search. */
export interface ShrinkOptions extends Partial<StudentConfig> {
  /** Where the student is to act; by default where the teacher was trained. */
  readonly env?: EnvSource;
  /** Everything random derives from it; 0 by default. */
  readonly seed?: number;
  /** Episodes by which a size is judged; 1,000 by default. */
  readonly episodes?: number;
  /** Called when a size was tried, and again when it was tested; with the student where it is good enough. */
  readonly onSize?: (size: Size, student: Student | null) => void;
  /** Called when a student was distilled and judged, on selection episodes. */
  readonly onAttempt?: (hidden: readonly number[], attempt: number, standing: Standing) => void;
  /** Stops the search: the promise is then rejected with Interrupted. */
  readonly signal?: AbortSignal;
}

/** What a search for the smallest student found. */
export interface Shrunk {
  /** The smallest student that passed the test; null where none did. */
  readonly student: Student | null;
  /** Every size that was tried, by its number of parameters. */
  readonly sizes: readonly Size[];
}

/**
 * What is better for very small students than the defaults, found on seeds 100 and up: they have no room for Q-values
 * beside the policy, and learn it by more updates.
 */
const defaults: Partial<StudentConfig> = { hidden: [32], loss: "cross-entropy", updates: 20_000, attempts: 5 };

/** A student's options with these defaults, which no preset replaces. */
export const shrinkOptions: Options<StudentConfig> = withDefaults<StudentConfig>(studentOptions, defaults);

/**
 * The configuration of each attempt, but for its hidden layers. `hidden` is the one layer that the search begins with,
 * `attempts` the number of students that are distilled of a size at most.
 * @throws ConfigError for a value that is not allowed
 */
export function shrinkConfig(environment: string, given: Partial<StudentConfig>): StudentConfig {
  const config = studentConfig(environment, { ...defaults, ...given });
  if (config.hidden.length !== 1) {
    throw new ConfigError(`hidden is ${shown(config.hidden)}: the one layer that is to be shrunk is needed`);
  }
  return config;
}

/**
 * The smallest student that with 95 % confidence keeps `threshold` of its teacher's return.
 *
 * A size passes when one of its students does: its paired bootstrap bound (Efron & Tibshirani 1993, chapter 13) on selection episodes is at
 * least the threshold. First the width of one hidden layer is bisected, as if more width were never worse. Then every
 * smaller network is tried from the smallest up, the linear one, the widths below and two layers, until one passes.
 *
 * Many students are looked at on selection episodes, so that the best of them owes something to luck. Therefore what
 * passed is tested on final episodes, that nothing was chosen on. The order of these tests is set beforehand, from the
 * largest to the smallest, each at the full 5 %, and they end with the first that fails: tests in a fixed sequence hold
 * the probability of any false success at 5 % without a correction (Maurer, Hothorn & Lehmacher 1995).
 * @throws ConfigError for a value that is not allowed, Interrupted when stopped by the signal
 */
export async function shrink(teacher: Labeller, options: ShrinkOptions = {}): Promise<Shrunk> {
  const { env: givenEnv, seed: givenSeed, episodes: givenEpisodes, onSize, onAttempt, signal, ...given } = options;
  const seed = checkedSeed(givenSeed ?? 0);
  const episodes = checkedEpisodes(givenEpisodes ?? 1000);
  const source = givenEnv ?? teacher.env ?? teacher.environment;
  const env = resolveEnv(source);
  const config = shrinkConfig(env.id, given);
  checkFit("teacher", teacher, env);
  const parametersOf = (hidden: readonly number[]) => parameterCount([env.observationSize, ...hidden, env.actionCount]);

  const judge = (purpose: Purpose) => {
    const of = { seed, purpose, episodes };
    const teacherReturns = episodeReturns(env, teacher, of);
    const random = episodeReturns(env, randomPolicy(env.actionCount, seed), of);
    return (student: Student): Standing => {
      const returns = episodeReturns(env, student, of);
      const bound = ratioBound({ teacher: teacherReturns, student: returns, random }, seed);
      return { mean: mean(returns), std: standardDeviation(returns), ...bound };
    };
  };
  const onSelection = judge(purposes.selection);
  const passes = ({ lowerBound }: Standing) => keepsEnough(lowerBound, config.threshold);

  const sizes: Size[] = [];
  const passed: { size: Size; student: Student }[] = [];
  const record = (size: Size, student: Student | null) => {
    sizes.push(size);
    if (student !== null) passed.push({ size, student });
    onSize?.(size, student);
  };

  // distils students of one size until one passes, or the attempts are used up
  const tryOut = async (hidden: readonly number[]): Promise<boolean> => {
    let best: Size | undefined;
    for (let attempts = 1; attempts <= config.attempts; attempts++) {
      const attemptSeed = episodeSeed(seed, purposes.attempt, attempts);
      const student = await distill(teacher, {
        ...config,
        hidden,
        attempts: 1,
        seed: attemptSeed,
        env: source,
        signal,
      });
      const standing = onSelection(student);
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
    const tried = new Set(sizes.map(({ hidden }) => String(hidden)));
    const smaller = networksBelow(parametersOf, passing).filter((hidden) => !tried.has(String(hidden)));
    for (const hidden of smaller) if (await tryOut(hidden)) break;
  }

  // test what passed, from the largest down
  const onFinal = judge(purposes.final);
  let smallest: Student | null = null;
  for (const { size, student } of passed.sort((a, b) => b.size.parameters - a.size.parameters)) {
    const tested = { ...size, final: onFinal(student) };
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
 * The hidden layers of every network with fewer parameters than one layer of `width`, from the smallest up: none, one
 * layer, and two of which the second is no wider than the first, whose first has at least two units. (One unit makes all
 * that follows a function of one number.)
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
