// Copies of an environment that step together and share typed arrays. Each copy starts its next episode by itself.
import { described, need, needNumbers } from "../core/needed.js";
import type { Env, EnvSource } from "./env.js";
import { allowedActions } from "./episode.js";
import { resolveEnv } from "./registry.js";
import { isSeed } from "./seed-sequence.js";

/**
 * `count` copies of an environment that step together. When a copy's episode ends, its row of `observations` is already the
 * first observation of the next episode. Its row of `finalObservations` is the last observation of the episode that ended. If
 * that episode was truncated, a target bootstraps from it. All arrays belong to this object, and the next call overwrites them.
 */
export class VectorEnv {
  readonly count: number;
  readonly observationSize: number;
  readonly actionCount: number;
  /** The observation for each copy's next action, shape (count, observationSize). */
  readonly observations: Float32Array;
  /** The last observations of episodes that ended in this step. Other rows are old. Shape (count, observationSize). */
  readonly finalObservations: Float32Array;
  /** The rewards of the latest step, shape (count). */
  readonly rewards: Float64Array;
  /** 1 for each copy whose task ended in this step, shape (count). */
  readonly terminated: Uint8Array;
  /** 1 for each copy whose time limit was reached in this step, shape (count). If both are 1, terminated decides. */
  readonly truncated: Uint8Array;
  readonly #copies: readonly Env[];
  #masks: Uint8Array | undefined;

  /**
   * The environment must answer at once: an answer that is a promise throws Error.
   * @throws RangeError for a count that is not a whole number ≥ 1, and every error from making the environment
   */
  constructor(source: EnvSource, count: number) {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new RangeError(`count is ${described(count)}: a whole number from 1 on is allowed`);
    }
    this.#copies = Array.from({ length: count }, () => resolveEnv(source, "source"));
    const [{ observationSize, actionCount }] = this.#copies;
    this.count = count;
    this.observationSize = observationSize;
    this.actionCount = actionCount;
    this.observations = new Float32Array(count * observationSize);
    this.finalObservations = new Float32Array(count * observationSize);
    this.rewards = new Float64Array(count);
    this.terminated = new Uint8Array(count);
    this.truncated = new Uint8Array(count);
  }

  /**
   * Which actions are allowed in each copy's next step, as {@link Env.actionMask}, shape (count, actionCount). Undefined
   * before the first reset, and if the environment has no masks.
   */
  get actionMasks(): Uint8Array | undefined {
    return this.#masks;
  }

  /**
   * Starts an episode in every copy.
   * @param seed the seed of the first copy, whose next copies have seed + 1, seed + 2, …; or one seed for each copy; 0 by default
   * @throws RangeError for a seed that is not allowed, or if the number of seeds is not the number of copies
   */
  reset({ seed = 0 }: { seed?: number | readonly number[] } = {}): Float32Array {
    need(Array.isArray(seed) || isSeed(seed), "seed", seed, "a whole number from 0 on, or a list of them,");
    if (typeof seed !== "number" && seed.length !== this.count) {
      throw new RangeError(`${seed.length} seeds were given for ${this.count} copies`);
    }
    this.#copies.forEach((env, i) => {
      this.observations.set(
        env.reset({ seed: typeof seed === "number" ? seed + i : seed[i] }),
        i * this.observationSize,
      );
    });
    this.#readMasks();
    this.rewards.fill(0);
    this.terminated.fill(0);
    this.truncated.fill(0);
    return this.observations;
  }

  /**
   * One step of every copy.
   * @param actions one for each copy, a whole number in [0, actionCount) that is allowed
   * @throws RangeError for any other action or a wrong number of actions. Then no copy has moved
   */
  step(actions: ArrayLike<number>): void {
    this.#check(actions);
    const size = this.observationSize;
    for (let i = 0; i < this.count; i++) {
      const env = this.#copies[i];
      const { observation, reward, terminated, truncated } = env.step(actions[i]);
      this.rewards[i] = reward;
      this.terminated[i] = Number(terminated);
      this.truncated[i] = Number(truncated);
      if (terminated || truncated) {
        this.finalObservations.set(observation, i * size);
        this.observations.set(env.reset(), i * size);
      } else {
        this.observations.set(observation, i * size);
      }
    }
    if (this.#masks !== undefined) this.#readMasks();
  }

  #readMasks(): void {
    for (let i = 0; i < this.count; i++) {
      const { actionMask } = this.#copies[i];
      const has = actionMask !== undefined;
      if (has && i === 0) this.#masks ??= new Uint8Array(this.count * this.actionCount);
      if (has !== (this.#masks !== undefined)) {
        throw new Error(`copy ${i} has ${has ? "an" : "no"} actionMask: all copies need one, or none`);
      }
      if (has) this.#masks!.set(actionMask, i * this.actionCount);
    }
  }

  #check(actions: ArrayLike<number>): void {
    needNumbers("actions", actions);
    if (actions.length !== this.count) {
      throw new RangeError(`${actions.length} actions were given for ${this.count} copies`);
    }
    for (let i = 0; i < this.count; i++) {
      const action = actions[i];
      if (action >>> 0 !== action || action >= this.actionCount) {
        throw new RangeError(
          `action ${String(action)} of copy ${i} is not allowed: a whole number from 0 to ${this.actionCount - 1}`,
        );
      }
      const mask = this.#copies[i].actionMask;
      if (mask?.[action] === 0) {
        throw new RangeError(`action ${action} of copy ${i} is forbidden: allowed are ${allowedActions(mask)}`);
      }
    }
  }
}
