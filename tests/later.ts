// An environment that answers later, in an order of its own: for tests of what waits for it.
import type { CustomEnv, CustomStep, Env } from "../src/env/env.js";

/** Answers that are open are given one at a time, each by the draw of a number from 0 up to, not including, `count`. */
export class Delays {
  readonly #draw: (count: number) => number;
  readonly #open: (() => void)[] = [];
  /** How many answers were open at the same time. */
  most = 0;

  constructor(draw: (count: number) => number) {
    this.#draw = draw;
  }

  /** The value, later. */
  after<Value>(value: Value): Promise<Value> {
    return new Promise((resolve) => {
      this.#open.push(() => resolve(value));
      this.most = Math.max(this.most, this.#open.length);
      setImmediate(() => this.#open.splice(this.#draw(this.#open.length), 1)[0]());
    });
  }
}

/** Makes environments like those that `make` makes, which answer later. */
export function later(make: () => Env, delays: Delays): () => CustomEnv {
  return () => laterEnv(make(), delays);
}

/** The environment as a plain object whose `reset` and `step` return promises. Its results are copies. */
export function laterEnv(env: Env, delays = new Delays(() => 0)): CustomEnv {
  const { id, observationSize, actionCount, maxEpisodeSteps, featureNames, actionNames } = env;
  return {
    ...{ id, observationSize, actionCount, maxEpisodeSteps, featureNames, actionNames },
    get actionMask() {
      return env.actionMask;
    },
    reset: (options) => delays.after(env.reset(options).slice()),
    step: (action) => {
      const { observation, ...rest } = env.step(action);
      return delays.after<CustomStep>({ ...rest, observation: observation.slice() });
    },
  };
}
