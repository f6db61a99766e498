// checkEnv: silent about what is right, and for each wrong thing the one finding that says so.
import { describe, expect, it } from "vitest";
import "../../src/env/all.js";
import { checkEnv } from "../../src/env/check.js";
import type { CustomEnv } from "../../src/env/env.js";
import { Pcg64 } from "../../src/env/random.js";
import { environmentIds, makeEnv } from "../../src/env/registry.js";

it.each(environmentIds())("finds nothing wrong with %s", (id) => {
  expect(checkEnv(() => makeEnv(id), { steps: 100 })).toEqual([]);
});

/** A sound environment, written as a user would without help: a number that walks at random until it is far away. */
function walk(): CustomEnv & { value: number; random: Pcg64; observation: number[] } {
  return {
    observationSize: 1,
    actionCount: 2,
    maxEpisodeSteps: 50,
    value: 0,
    random: new Pcg64(0),
    observation: [0],
    reset(options) {
      if (options?.seed !== undefined) this.random = new Pcg64(options.seed);
      this.value = this.random.random();
      this.observation = [this.value];
      return this.observation;
    },
    step(action) {
      if (action !== 0 && action !== 1) throw new RangeError("no action");
      this.value += action - this.random.random();
      this.observation = [this.value];
      return { observation: this.observation, reward: 1, terminated: Math.abs(this.value) > 3 };
    },
    render: () => ({ bounds: [0, 0, 1, 1], background: "#ffffff", shapes: [] }),
  };
}

type Walk = ReturnType<typeof walk>;

/** What is found where a walk is changed. */
function problems(change: (env: Walk) => Partial<Walk>): string[] {
  return checkEnv(() => {
    const env = walk();
    return Object.assign(env, change(env));
  }).map(({ problem, advice }) => {
    expect(advice.length).toBeGreaterThan(10);
    return problem;
  });
}

it("finds nothing wrong with a sound one", () => {
  expect(checkEnv(walk)).toEqual([]);
});

describe("finds", () => {
  it("sizes and values that are none", () => {
    expect(problems(() => ({ actionCount: 0 }))).toEqual([
      'environment "custom": actionCount is 0: a whole number from 1 to 1024 is allowed',
    ]);
    expect(problems(() => ({ reset: () => [1, 2] }))).toEqual([
      'environment "custom": reset gave an observation of length 2: 1 numbers are needed',
    ]);
    expect(problems(() => ({ step: () => ({ observation: [Number.NaN], reward: 0, terminated: false }) }))).toEqual([
      'environment "custom": step 1 gave an observation with NaN at index 0: a number that float32 can hold is needed',
    ]);
    expect(problems(() => ({ byteObservations: true }))).toEqual([
      expect.stringMatching(/^environment "custom": reset gave an observation with 0\.\d+ at index 0: byteObs/),
    ]);
  });

  it("one object for all, and none", () => {
    const one = walk();
    expect(checkEnv(() => one).map(({ problem }) => problem)).toEqual([
      'environment "custom": the function gave the same object twice: make a new one each time',
    ]);
    expect(checkEnv((async () => walk()) as unknown as () => CustomEnv).map(({ problem }) => problem)).toEqual([
      "the function that makes an environment gave a Promise: it must return the environment itself",
    ]);
  });

  it("random numbers that no seed decides", () => {
    expect(problems(() => ({ reset: () => [Math.random()] }))).toEqual([
      "two new copies, reset with seed 0 and given the same actions, differ at the first reset",
    ]);
  });

  it("what remains from the previous episode", () => {
    let made = 0;
    const found = problems((env) => {
      const { step } = env;
      let steps = ++made && 0;
      return {
        step(action) {
          steps++;
          const result = step.call(env, action);
          return { ...result, reward: Math.floor(steps / 1000) };
        },
      };
    });
    expect(found).toEqual(["the same copy, reset with seed 0 once more and given the same actions, differs at step 1"]);
  });

  it("state that copies share", () => {
    let latest: Walk | undefined;
    const found = problems((env) => {
      const { reset, step } = env;
      return {
        reset(options) {
          latest = env;
          return reset.call(env, options);
        },
        step: (action) => ({ ...step.call(env, action), reward: latest === env ? 1 : 0 }),
      };
    });
    expect(found).toEqual([expect.stringMatching(/^while another copy plays, an episode differs at step \d+$/)]);
  });

  it("a reset that starts over", () => {
    expect(
      problems((env) => {
        const { reset } = env;
        let seed = 0;
        return {
          reset(options) {
            seed = options?.seed ?? seed;
            return reset.call(env, { seed });
          },
        };
      }),
    ).toEqual(["reset() without a seed starts the same episode each time, although the seed decides the start"]);
  });

  it("a picture that disturbs", () => {
    const found = problems((env) => ({
      render: () => ({ bounds: [0, 0, env.random.random(), 1], background: "#ffffff", shapes: [] }),
    }));
    expect(found).toEqual(["while render() is called, an episode differs at step 1"]);
  });

  it("observations that change between calls", () => {
    const shared = [0];
    const found = problems((env) => {
      const { reset, step } = env;
      const share = (observation: ArrayLike<number>) => {
        shared[0] = observation[0];
        return shared;
      };
      return {
        reset: (options) => share(reset.call(env, options) as ArrayLike<number>),
        step: (action) => ({ ...step.call(env, action), observation: share(env.observation) }),
      };
    });
    expect(found).toEqual(["a step of another copy changed the observation that was given before"]);
    expect(
      problems((env) => ({
        perturb: (strength) => {
          env.value += strength;
          env.observation[0] += strength;
        },
      })),
    ).toEqual(["perturb() changed the observation that was given before"]);
  });

  it("episodes that never end", () => {
    const endless = (env: Walk): Partial<Walk> => ({
      maxEpisodeSteps: undefined,
      step(action) {
        if (action !== 0 && action !== 1) throw new RangeError("no action");
        return { observation: [env.random.random()], reward: 0, terminated: false };
      },
    });
    expect(problems(endless)).toEqual([
      "10000 random actions did not end the first episode, and there is no time limit",
    ]);
    expect(problems((env) => ({ ...endless(env), maxEpisodeSteps: 10 }))).toEqual([]);
  });

  it("masks that are none", () => {
    expect(problems(() => ({ actionMask: [0, 0] }))).toEqual([
      'environment "custom": reset gave an actionMask of zeros: at least one action must be allowed',
    ]);
    expect(problems(() => ({ actionMask: [1, 1, 1] }))).toEqual([
      'environment "custom": reset gave an actionMask of length 3: 2 numbers are needed, 1 for each allowed action and 0 for others',
    ]);
    expect(problems(() => ({ actionMask: [1, 0.5] }))).toEqual([
      'environment "custom": reset gave an actionMask with 0.5 at index 1: 0 or 1 is needed',
    ]);
    const come = (env: Walk) =>
      Object.defineProperty(env, "actionMask", { get: () => (env.value > 1 ? [1, 0] : undefined) });
    expect(problems(come)).toEqual([
      expect.stringMatching(/^environment "custom": step \d+ gave an actionMask, but there was none before/),
    ]);
  });

  it("masks that differ between copies, although the seed is the same", () => {
    let copies = 0;
    expect(problems(() => ({ actionMask: copies++ % 2 === 0 ? [1, 1] : [1, 0] }))).toEqual([
      "two new copies, reset with seed 0 and given the same actions, differ at the first reset",
    ]);
  });

  it("masks that change between calls", () => {
    // one array for all copies, which each step of any of them writes
    const shared = [1, 1];
    const found = problems((env) => {
      const { reset, step } = env;
      const write = () => {
        shared[0] = Number(env.value < 0.5);
      };
      return {
        actionMask: shared,
        reset(options) {
          const observation = reset.call(env, options);
          write();
          return observation;
        },
        step(action) {
          const result = step.call(env, action);
          write();
          return result;
        },
      };
    });
    expect(found).toEqual(["a step of another copy changed the actionMask that was given before"]);
    const drawn = problems(() => {
      const actionMask = [1, 1];
      return {
        actionMask,
        perturb: () => {
          actionMask[0] = 0;
        },
      };
    });
    expect(drawn).toEqual(["perturb() changed the actionMask that was given before"]);
  });

  it("nothing wrong with forbidden actions that are accepted, because none is taken", () => {
    const taken = new Set<number>();
    const found = problems((env) => {
      const { step } = env;
      return {
        actionMask: [0, 1],
        step(action) {
          if (action === 0 || action === 1) taken.add(action);
          return step.call(env, action);
        },
      };
    });
    expect(found).toEqual([]);
    expect([...taken]).toEqual([1]);
  });

  it("no sameness where none is promised", () => {
    const live = (env: Walk): Partial<Walk> => {
      const { step } = env;
      return {
        reset: () => {
          env.observation = [Math.random()];
          return env.observation;
        },
        step: (action) => step.call(env, action),
      };
    };
    expect(problems((env) => ({ ...live(env), repeatable: false }))).toEqual([]);
    expect(problems(live).length).toBe(1);
  });

  it("answers that come later, which it cannot check", () => {
    expect(problems(() => ({ reset: async () => [0] }))).toEqual([
      expect.stringMatching(/^environment "custom": reset gave a promise, but an answer is needed at once here/),
    ]);
  });

  it("actions that are not refused", () => {
    expect(
      problems((env) => {
        const { step } = env;
        return { step: (action) => step.call(env, action === 1 ? 1 : 0) };
      }),
    ).toEqual(["step(-1) was accepted, although actions are whole numbers from 0 to 1"]);
  });
});
