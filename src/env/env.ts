// The contract of an environment: Gymnasium's, but with reused results and with random draws that can be played back.
import type { Scene } from "./scene.js";

/** A source of random draws like NumPy's: a seeded generator, or a recording of draws. */
export interface RandomSource {
  /** A number in [0, 1), as `Generator.random()`. */
  random(): number;
  /** A number in [low, high), as `Generator.uniform(low, high)`. */
  uniform(low: number, high: number): number;
  /** A whole number in [low, high), as `Generator.integers(low, high)`. */
  integers(low: number, high: number): number;
  /** An index below `count`, uniform or with the probabilities `p`, as `Generator.choice(count, p=p)`. */
  choice(count: number, p?: ArrayLike<number>): number;
  /** The whole numbers below `count` in random order, as `Generator.permutation(count)`. */
  permutation(count: number): number[];
  /** A normally distributed number, as `Generator.normal(mean, deviation)`. */
  normal(mean: number, deviation: number): number;
}

/** The result of one step. The object and its observation belong to the environment and are valid until the next call. */
export interface StepResult {
  /** The new observation, shape (observationSize). */
  observation: Float32Array;
  reward: number;
  /** The task ended. No reward follows, so a target does not bootstrap. */
  terminated: boolean;
  /** The time limit ended the episode. A target still bootstraps. If both are true, terminated decides. */
  truncated: boolean;
}

/** How an episode starts. */
export interface ResetOptions {
  /** A whole number ≥ 0. Without a seed the generator goes on. The very first reset then uses seed 0. */
  seed?: number;
}

/** An environment with a discrete set of actions and a flat observation. */
export interface Env {
  readonly id: string;
  readonly observationSize: number;
  readonly actionCount: number;
  /** The number of steps after which an episode is truncated. */
  readonly maxEpisodeSteps: number;
  /** One name for each feature of the observation, in order. */
  readonly featureNames: readonly string[];
  /** One name for each action, in order. */
  readonly actionNames: readonly string[];
  /** Starts an episode and gives its first observation, shape (observationSize). */
  reset(options?: ResetOptions): Float32Array;
  /**
   * Takes one action, a whole number in [0, actionCount).
   * @throws RangeError for any other action or a forbidden one, Error before the first reset or after the episode's end
   */
  step(action: number): StepResult;
  /**
   * Which actions are allowed now, shape (actionCount): 1 for an allowed action, 0 for a forbidden one. At least one is
   * allowed. It belongs to the environment and is valid until the next call. After a step that terminated it means
   * nothing. Without it all actions are always allowed.
   */
  readonly actionMask?: Uint8Array;
  /** Whether the same seed and actions give the same episode again; true by default. */
  readonly repeatable?: boolean;
  /** Whether every feature is always a whole number from 0 to 255, and mostly 0. The learner then stores bytes. */
  readonly byteObservations?: boolean;
  /** How many copies of it play side by side, where nothing else is said; 1 by default. */
  readonly copies?: number;
  /** The picture of the present state. */
  render?(): Scene;
  /**
   * Disturbs the running episode, as an outside influence would.
   * @param strength from −1 to 1; the environment decides the direction, for example a push to the left or to the right
   */
  perturb?(strength: number): void;
}

/** An environment that may answer later: `reset` and `step` may return promises. It is then never repeatable. */
export interface AnyEnv extends Omit<Env, "reset" | "step" | "render" | "perturb"> {
  /** As {@link Env.reset}, or a promise of that. */
  reset(options?: ResetOptions): Float32Array | Promise<Float32Array>;
  /** As {@link Env.step}, or a promise of that. */
  step(action: number): StepResult | Promise<StepResult>;
  /** As {@link Env.render}. */
  render?(): Scene;
  /** As {@link Env.perturb}. */
  perturb?(strength: number): void;
}

/** An environment, given by the id of a registered one or by a function that makes a new one. */
export type EnvSource = string | (() => CustomEnv);

/** What a step of a user's own environment gives. */
export interface CustomStep {
  readonly observation: ArrayLike<number>;
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated?: boolean;
}

/**
 * A user's own environment: a plain object with `reset`, `step` and its sizes. Everything else of {@link Env} is optional.
 * By default the id is "custom", or the one that it is registered with, the time limit is 10,000 steps, and features and actions are named by their number.
 */
export interface CustomEnv {
  readonly id?: string;
  readonly observationSize: number;
  readonly actionCount: number;
  readonly maxEpisodeSteps?: number;
  readonly featureNames?: readonly string[];
  readonly actionNames?: readonly string[];
  /** As {@link Env.reset}. It may return a promise. */
  reset(options?: ResetOptions): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** As {@link Env.step}. Without `truncated`, only the time limit truncates. It may return a promise. */
  step(action: number): CustomStep | Promise<CustomStep>;
  /** As {@link Env.actionMask}. It is read after every reset and after every step that did not terminate. */
  readonly actionMask?: ArrayLike<number>;
  readonly repeatable?: boolean;
  readonly byteObservations?: boolean;
  /** As {@link Env.copies}. */
  readonly copies?: number;
  /** As {@link Env.render}. */
  render?(): Scene;
  /** As {@link Env.perturb}. */
  perturb?(strength: number): void;
}

/** A user's own environment that answers at once. */
export interface EnvAtOnce extends CustomEnv {
  reset(options?: ResetOptions): ArrayLike<number>;
  step(action: number): CustomStep;
}
