// A known environment: everything about it in one value. Registry, pages, documents and benches read it.
import type { Env } from "./env.js";

/** Options that work for an environment, used in place of the defaults. The upper layers check them. */
export interface Presets {
  readonly teacher: Readonly<Record<string, unknown>>;
  readonly student: Readonly<Record<string, unknown>>;
}

/**
 * Defaults that are others than in version 0.1.0, and options that came after it, with the values that make a teacher what
 * it was. A preset that was found with them begins with these.
 */
export const asInFirstRelease = {
  nStep: 5,
  cutAtRandomActions: false,
  explorationFraction: 0.2,
  explorationRepeat: 1,
  normalizeReturns: false,
  renewScales: false,
  evaluationShare: 1,
  averageFraction: 0,
} as const;

/** The same for students, with the defaults of version 0.1.0 that have changed since. */
export const studentInFirstRelease = { hidden: [16], temperature: 0.1, envSteps: 5000, evaluationShare: 1 } as const;

/** The fields of environments, in the order of lists. */
export const fields = ["control", "robots", "navigation", "games", "driving", "recommendation"] as const;

/** The field of an environment. */
export type Field = (typeof fields)[number];

/** An environment and its id. Lists leave out an environment without `about`, such as another form of a listed one. */
export interface KnownEnv {
  readonly id: string;
  /** Makes a new one. */
  readonly make: () => Env;
  readonly presets?: Presets;
  /** Plain data with which it is made: another environment of the same id has others. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly about?: About;
  /** Figures that others have published, or that a change must reach. */
  readonly reference?: Reference;
}

/** What lists and pages say about an environment. */
export interface About {
  readonly field: Field;
  /** The task in one sentence. */
  readonly task: { readonly en: string; readonly zh: string };
  /** The row of the index: the observation, the actions, and what the environment shows. */
  readonly observation: string;
  readonly actions: string;
  readonly shows: string;
  /** Steps in one second of its world. If it has no clock, a speed that a viewer can follow. */
  readonly stepsPerSecond: number;
  /** The rough time of a run with the presets on one core, in seconds. */
  readonly seconds: number;
  /** The table of results has a run for each of the seeds 0 … seeds − 1. Undefined if the presets do not learn it. */
  readonly seeds?: number;
  /** The names of actions, features and labels in Chinese, with "#" for each number. */
  readonly chinese: Readonly<Record<string, string>>;
}

export interface Reference {
  /**
   * Seconds for a million steps of the Python reference: random actions, ten copies, a Xeon E5-2650 v3. From the table in the
   * Readme of gymnax-blines (Lange 2023). Its MinAtar has all six actions.
   */
  readonly pythonSeconds?: number;
  /** What teachers with the presets must reach on the seeds 0 … seeds − 1. See scripts/verify-learning.js. */
  readonly goal?: Goal;
  /**
   * The smallest allowed mean return of a teacher with the presets, on each of the seeds first … first + seeds − 1. See
   * scripts/every-seed.js.
   */
  readonly everySeed?: { readonly first: number; readonly seeds: number; readonly worst: number };
}

export interface Goal {
  readonly seeds: number;
  /** The smallest allowed mean return of each seed's teacher, and of all teachers together. */
  readonly worst: number;
  readonly mean: number;
  /** Limits on the seconds of a seed for teacher, student and evaluation together: for the median, or for the slowest seed. */
  readonly medianSeconds?: number;
  readonly slowestSeconds?: number;
}
