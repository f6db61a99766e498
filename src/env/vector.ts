// n copies of an environment that step together, each starting its next episode by itself, in one typed array.
import type { Env, EnvSource } from "./env.js";
import { resolveEnv } from "./registry.js";

/**
 * `count` copies side by side. Where a copy's episode ends, its row of `observations` is already the first of its next
 * episode, and its row of `finalObservations` the last of the one that ended: from that one a target bootstraps where the
 * episode was truncated. All arrays are the object's own and are written over by the next call.
 */
export class VectorEnv {
  readonly count: number;
  readonly observationSize: number;
  readonly actionCount: number;
  /** What each copy's next action answers, shape (count, observationSize). */
  readonly observations: Float32Array;
  /** The last observation of the copies whose episode ended in this step; other rows are old. Shape (count, observationSize). */
  readonly finalObservations: Float32Array;
  /** Of the latest step, shape (count). */
  readonly rewards: Float64Array;
  /** 1 for a copy whose task ended in this step, shape (count). */
  readonly terminated: Uint8Array;
  /** 1 for a copy whose episode was cut by the time limit in this step, shape (count). Where both are 1, terminated decides. */
  readonly truncated: Uint8Array;
  readonly #copies: readonly Env[];

  /** @throws RangeError for a count that is no whole number ≥ 1, and whatever making the environment throws */
  constructor(source: EnvSource, count: number) {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new RangeError(`count is ${count}: a whole number from 1 on is allowed`);
    }
    this.#copies = Array.from({ length: count }, () => resolveEnv(source));
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
   * Starts an episode in every copy.
   * @param seed of the first copy, those after it having the seeds that follow, or one seed a copy; by default 0
   * @throws RangeError for a seed that is not allowed, and for another number of them than there are copies
   */
  reset({ seed = 0 }: { seed?: number | readonly number[] } = {}): Float32Array {
    if (typeof seed !== "number" && seed.length !== this.count) {
      throw new RangeError(`${seed.length} seeds were given for ${this.count} copies`);
    }
    this.#copies.forEach((env, i) => {
      this.observations.set(
        env.reset({ seed: typeof seed === "number" ? seed + i : seed[i] }),
        i * this.observationSize,
      );
    });
    this.rewards.fill(0);
    this.terminated.fill(0);
    this.truncated.fill(0);
    return this.observations;
  }

  /**
   * One step of every copy.
   * @param actions one a copy, each a whole number in [0, actionCount)
   * @throws RangeError for other actions, or another number of them, before any copy has moved
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
  }

  #check(actions: ArrayLike<number>): void {
    if (actions.length !== this.count) {
      throw new RangeError(`${actions.length} actions were given for ${this.count} copies`);
    }
    for (let i = 0; i < this.count; i++) {
      const action = actions[i];
      if (action >>> 0 === action && action < this.actionCount) continue;
      throw new RangeError(
        `action ${String(action)} of copy ${i} is not allowed: a whole number from 0 to ${this.actionCount - 1}`,
      );
    }
  }
}
