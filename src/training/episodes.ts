// The episodes that a teacher learns from, one after another. A checkpoint can restore them.
import type { Env, StepResult } from "../env/env.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import type { Saved } from "./checkpoint.js";
import type { Part } from "./resumable.js";

/** An environment in training. The open episode is saved as its actions; restoring takes them again. */
export class Episodes implements Part {
  readonly #env: Env;
  readonly #seed: number;
  #begun = 0;
  #actions: number[] = [];

  constructor(env: Env, seed: number) {
    this.#env = env;
    this.#seed = seed;
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
    return { state: { begun: this.#begun, actions: this.#actions }, arrays: {} };
  }

  restore({ state }: Saved): void {
    const { begun, actions } = state as { begun: number; actions: number[] };
    this.#begun = begun;
    this.#actions = actions;
    if (begun === 0) return;
    this.#reset();
    for (const action of actions) this.#env.step(action);
  }

  #reset(): Float32Array {
    return this.#env.reset({ seed: episodeSeed(this.#seed, purposes.train, this.#begun - 1) });
  }
}
