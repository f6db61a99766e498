// The episodes that a teacher learns from, one after another. A checkpoint can restore them.
import type { Learner } from "../core/learner.js";
import type { Env, StepResult } from "../env/env.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import { CheckpointError, type Saved } from "./checkpoint.js";
import type { Part } from "./resumable.js";

/** An environment in training. The open episode is saved as its actions; restoring takes them again. */
export class Episodes implements Part {
  readonly #env: Env;
  readonly #seed: number;
  readonly #memory: Pick<Learner, "recent">;
  #begun = 0;
  #actions: number[] = [];

  /** @param memory the replay memory that records the episodes; a checkpoint must restore it first */
  constructor(env: Env, seed: number, memory: Pick<Learner, "recent">) {
    this.#env = env;
    this.#seed = seed;
    this.#memory = memory;
  }

  /** The number of episodes that have begun. */
  get begun(): number {
    return this.#begun;
  }

  /** Begins the next episode. @returns its first observation */
  begin(): Float32Array {
    this.#begun++;
    this.#actions = [];
    return this.#reset();
  }

  /** A step of the open episode. */
  step(action: number): StepResult {
    this.#actions.push(action);
    return this.#env.step(action);
  }

  save(): Saved {
    return { state: { begun: this.#begun }, arrays: { actions: wordBytes(this.#actions) } };
  }

  /** @throws CheckpointError if the environment does not repeat what the replay memory holds of the open episode */
  restore({ state, arrays }: Saved): void {
    const { begun } = state as { begun: unknown };
    if (!Number.isSafeInteger(begun) || (begun as number) < 0) throw new Error("it has no number of episodes");
    if (!(arrays.actions instanceof Uint8Array)) throw new Error("the actions of the open episode are missing");
    this.#begun = begun as number;
    this.#actions = words(arrays.actions);
    if (begun === 0) return;
    const steps = this.#actions.length;
    this.#compare(this.#reset(), 0);
    for (let i = 0; i < steps; i++) this.#compare(this.#env.step(this.#actions[i]).observation, i + 1);
  }

  /** The observation after some steps of the restored episode must be the one in the memory. */
  #compare(observation: Float32Array, step: number): void {
    const held = this.#memory.recent(this.#actions.length - step);
    if (held === undefined || held.every((value, i) => Object.is(value, Math.fround(observation[i])))) return;
    throw new CheckpointError(
      `${this.#env.id} does not repeat its episodes: after the same seed and actions, step ${step} gave another observation than before, so work cannot go on from a checkpoint in it`,
    );
  }

  #reset(): Float32Array {
    return this.#env.reset({ seed: episodeSeed(this.#seed, purposes.train, this.#begun - 1) });
  }
}

/** Whole numbers as little-endian bytes, 4 each. */
function wordBytes(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return new Uint8Array(view.buffer);
}

function words(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(4 * i, true));
}
