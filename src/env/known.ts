// A known environment: all that is to be said of it, in one value. Registry, pages, documents and benches read it.
import type { Env } from "./env.js";

/** Options that work for an environment, in place of the defaults. The upper layers check them. */
export interface Presets {
  readonly teacher: Readonly<Record<string, unknown>>;
  readonly student: Readonly<Record<string, unknown>>;
}

/** What environments are about, in the order of lists. */
export const fields = ["control", "robots", "navigation", "games", "driving", "recommendation"] as const;

/** What an environment is about. */
export type Field = (typeof fields)[number];

/** An environment by its id. A form of another one that lists leave out has no `about`. */
export interface KnownEnv {
  readonly id: string;
  /** Makes a new one. */
  readonly make: () => Env;
  readonly presets?: Presets;
  readonly about?: About;
  /** Figures that others have published, or that a change must reach. */
  readonly reference?: Reference;
}

/** What lists and pages say of an environment. */
export interface About {
  readonly field: Field;
  /** What there is to do, in one sentence. */
  readonly task: { readonly en: string; readonly zh: string };
  /** The row of the index: what is observed, what can be done, and what the environment shows. */
  readonly observation: string;
  readonly actions: string;
  readonly shows: string;
  /** Steps in a second of its world; where it has no clock, as many as can be followed. */
  readonly stepsPerSecond: number;
  /** How long a run with the presets takes, in seconds; roughly, on one core. */
  readonly seconds: number;
  /** Seeds that the table of results has a run of: 0 … seeds − 1; none where the presets do not learn it. */
  readonly seeds?: number;
  /** Chinese for the names of actions, features and labels, "#" for each number. */
  readonly chinese: Readonly<Record<string, string>>;
}

export interface Reference {
  /**
   * Seconds for a million steps of the Python reference with random actions, ten copies, on a Xeon E5-2650 v3: the table in
   * the Readme of gymnax-blines (Lange 2023), whose MinAtar has all six actions.
   */
  readonly pythonSeconds?: number;
  /** What teachers with the presets must reach on the seeds 0 … seeds − 1: see scripts/verify-learning.js. */
  readonly goal?: Goal;
}

export interface Goal {
  readonly seeds: number;
  /** The least mean return of every seed's teacher, and of all together. */
  readonly worst: number;
  readonly mean: number;
  /** Seconds of a seed for teacher, student and evaluation together, at most: their median, or the slowest. */
  readonly medianSeconds?: number;
  readonly slowestSeconds?: number;
}
