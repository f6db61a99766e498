// What an environment is: Gymnasium's contract, with reused results and random draws that can be played back.
import type { Scene } from "./scene.js";

/** A source of NumPy-like random draws. The seeded generator and a recording of draws both are one. */
export interface RandomSource {
  /** A number in [0, 1), as `Generator.random()`. */
  random(): number;
  /** A number in [low, high), as `Generator.uniform(low, high)`. */
  uniform(low: number, high: number): number;
  /** A whole number in [low, high), as `Generator.integers(low, high)`. */
  integers(low: number, high: number): number;
  /** One index below `count`, uniformly or by the probabilities `p`, as `Generator.choice(count, p=p)`. */
  choice(count: number, p?: ArrayLike<number>): number;
  /** The whole numbers below `count` in random order, as `Generator.permutation(count)`. */
  permutation(count: number): number[];
  /** A normally distributed number, as `Generator.normal(mean, deviation)`. */
  normal(mean: number, deviation: number): number;
}

/** What one step returned. The object and its observation are the environment's own: valid until the next call. */
export interface StepResult {
  /** The new observation, shape (observationSize). */
  observation: Float32Array;
  reward: number;
  /** The task ended: no return follows, a target does not bootstrap. */
  terminated: boolean;
  /** The time limit cut the episode: a target still bootstraps. Where both are true, terminated decides. */
  truncated: boolean;
}

/** How an episode starts. */
export interface ResetOptions {
  /** A whole number ≥ 0. Without one the generator goes on; the very first reset then uses seed 0. */
  seed?: number;
}

/** An environment with a discrete set of actions and a flat observation. */
export interface Env {
  readonly id: string;
  readonly observationSize: number;
  readonly actionCount: number;
  /** The number of steps after which an episode is truncated. */
  readonly maxEpisodeSteps: number;
  /** One name a feature of the observation, in order. */
  readonly featureNames: readonly string[];
  /** One name an action, in order. */
  readonly actionNames: readonly string[];
  /** Starts an episode and gives its first observation, shape (observationSize). */
  reset(options?: ResetOptions): Float32Array;
  /**
   * Takes one action, a whole number in [0, actionCount).
   * @throws RangeError for any other action, and Error before the first reset or after the episode's end.
   */
  step(action: number): StepResult;
  /** Whether every feature is always a whole number from 0 to 255, and mostly 0: the learner then keeps bytes. */
  readonly byteObservations?: boolean;
  /** The picture as it is now. */
  render?(): Scene;
  /**
   * Disturbs the running episode as something outside would.
   * @param strength from −1 to 1, in the environment's own direction: a push to the left or to the right, for instance
   */
  perturb?(strength: number): void;
}

/** Where an environment comes from: the id of a registered one, or a function that makes a new one. */
export type EnvSource = string | (() => CustomEnv);

/**
 * What a user's own environment must have: a plain object with `reset` and `step`, and its sizes. Everything else of
 * {@link Env} is optional: id "custom", a time limit of 10,000 steps, and features and actions named by their number.
 */
export interface CustomEnv {
  readonly id?: string;
  readonly observationSize: number;
  readonly actionCount: number;
  readonly maxEpisodeSteps?: number;
  readonly featureNames?: readonly string[];
  readonly actionNames?: readonly string[];
  /** As {@link Env.reset}. */
  reset(options?: ResetOptions): ArrayLike<number>;
  /** As {@link Env.step}; without `truncated` the time limit alone cuts. */
  step(action: number): {
    observation: ArrayLike<number>;
    reward: number;
    terminated: boolean;
    truncated?: boolean;
  };
  readonly byteObservations?: boolean;
  /** As {@link Env.render}. */
  render?(): Scene;
  /** As {@link Env.perturb}. */
  perturb?(strength: number): void;
}
