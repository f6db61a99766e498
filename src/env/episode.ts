// What every environment here needs in addition to its rules: seeding, the action check, the time limit, one reused result.
import { needFunction } from "../core/needed.js";
import type { Env, RandomSource, ResetOptions, StepResult } from "./env.js";
import { Pcg64 } from "./random.js";
import { isSeed } from "./seed-sequence.js";

/** What an episode must know about its environment. */
type Sizes = Pick<Env, "id" | "observationSize" | "actionCount" | "maxEpisodeSteps">;

/** Makes the source of an environment's random draws from a seed. */
export type RandomFrom = (seed: number) => RandomSource;

const numpyGenerator: RandomFrom = (seed) => new Pcg64(seed);

/** The state of one environment's running episode. */
export class Episode {
  /** The environment's only result object: {@link finish} gives it each time. */
  readonly result: StepResult;
  readonly #env: Sizes;
  /** Steps taken since the reset. */
  #steps = 0;
  #running = false;
  #everReset = false;

  constructor(env: Sizes) {
    this.#env = env;
    this.result = {
      observation: new Float32Array(env.observationSize),
      reward: 0,
      terminated: false,
      truncated: false,
    };
  }

  /** The number of steps that have begun since the reset. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Starts an episode.
   * @returns the seed to start from: the given one, or 0 at the very first reset. Undefined if the draws go on
   * @throws RangeError for a seed that is not a whole number from 0 to 2^53 − 1
   */
  start(options?: ResetOptions): number | undefined {
    const seed = options?.seed ?? (this.#everReset ? undefined : 0);
    if (seed !== undefined && !isSeed(seed)) {
      throw new RangeError(
        `${this.#env.id}: reset seed ${String(seed)} is not allowed: a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
      );
    }
    this.#everReset = true;
    this.#running = true;
    this.#steps = 0;
    return seed;
  }

  /**
   * Begins a step.
   * @param mask which actions are allowed; all are if it is undefined
   * @throws RangeError for an action that is not a whole number in [0, actionCount) or is forbidden, Error if no
   * episode is running
   */
  take(action: number, mask?: Uint8Array): void {
    if (!this.#running) {
      const when = this.#everReset ? "after the episode's end" : "before the first reset()";
      throw new Error(`${this.#env.id}: step() ${when}: call reset() first`);
    }
    if (action >>> 0 !== action || action >= this.#env.actionCount) {
      throw new RangeError(
        `${this.#env.id}: action ${String(action)} is not allowed: a whole number from 0 to ${this.#env.actionCount - 1}`,
      );
    }
    if (mask !== undefined && mask[action] === 0) throw this.#forbidden(action, mask);
    this.#steps++;
  }

  #forbidden(action: number, mask: Uint8Array): RangeError {
    return new RangeError(
      `${this.#env.id}: action ${action} is forbidden at step ${this.#steps + 1}: allowed are ${allowedActions(mask)}`,
    );
  }

  /** Ends a step. The observation is already in the result. The time limit truncates, and `truncated` does too. */
  finish(reward: number, terminated: boolean, truncated = false): StepResult {
    const result = this.result;
    result.reward = reward;
    result.terminated = terminated;
    result.truncated = truncated || this.#steps >= this.#env.maxEpisodeSteps;
    this.#running = !terminated && !result.truncated;
    return result;
  }
}

/** The actions that a mask allows, as an error lists them. */
export function allowedActions(mask: Uint8Array): string {
  return Array.from(mask.keys())
    .filter((action) => mask[action] === 1)
    .join(", ");
}

/** An episode whose environment draws random numbers. */
export class RandomEpisode extends Episode {
  readonly #randomFrom: RandomFrom;
  #random: RandomSource | undefined;

  /** @param randomFrom makes the source of the draws; by default NumPy's generator */
  constructor(env: Sizes, randomFrom: RandomFrom = numpyGenerator) {
    super(env);
    needFunction("randomFrom", randomFrom, "a function that makes a source of draws from a seed");
    this.#randomFrom = randomFrom;
  }

  /** Starts an episode and gives the source of its draws: a new one for a seed, else the previous episode's goes on. */
  startWithDraws(options?: ResetOptions): RandomSource {
    const seed = this.start(options);
    if (seed !== undefined) this.#random = this.#randomFrom(seed);
    return this.#random!;
  }
}
