// Environments of the user's own: what the wrapper adds, and everything that it must refuse.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CartPole } from "../../src/env/cartpole.js";
import type { CustomEnv, EnvSource, ResetOptions } from "../../src/env/env.js";
import { makeEnv, resolveAnyEnv, resolveEnv } from "../../src/env/registry.js";

type Given = ReturnType<CustomEnv["step"]>;

/** An environment that counts its steps in the first of four features, with anything replaced. */
function counter(replaced: Record<string, unknown> = {}): CustomEnv {
  let steps = 0;
  return {
    observationSize: 4,
    actionCount: 2,
    reset: () => {
      steps = 0;
      return [0, 0, 0, 0];
    },
    step: () => ({ observation: [++steps, 0, 0, 0], reward: 1, terminated: false }),
    ...replaced,
  } as CustomEnv;
}

/** Resolves a counter whose step number `at` gives something else, and steps to there. */
function playTo(at: number, given: unknown): () => void {
  let steps = 0;
  const step = () => (++steps === at ? given : { observation: [0, 0, 0, 0], reward: 0, terminated: false });
  const env = resolveEnv(() => counter({ step }));
  env.reset();
  return () => {
    for (let i = 0; i < at; i++) env.step(0);
  };
}

const good: Given = { observation: [0, 0, 0, 0], reward: 0, terminated: false };

test("an id goes to the registry", () => {
  expect(resolveEnv("CartPole-v1")).toBeInstanceOf(CartPole);
  expect(() => resolveEnv("Cartpole")).toThrow('unknown environment "Cartpole"');
});

test("what a user leaves out is filled in", () => {
  const env = resolveEnv(() => counter());
  expect(env).toMatchObject({
    id: "custom",
    observationSize: 4,
    actionCount: 2,
    maxEpisodeSteps: 10_000,
    featureNames: ["feature 0", "feature 1", "feature 2", "feature 3"],
    actionNames: ["action 0", "action 1"],
  });
  const given = { id: "Mine-v0", maxEpisodeSteps: 9, featureNames: ["a", "b", "c", "d"], actionNames: ["e", "f"] };
  expect(resolveEnv(() => counter(given))).toMatchObject(given);
});

test("observations are copied into one Float32Array and the result is reused", () => {
  const env = resolveEnv(() => counter());
  const observation = env.reset();
  expect(observation).toEqual(new Float32Array(4));
  const result = env.step(0);
  expect(result).toEqual({
    observation: new Float32Array([1, 0, 0, 0]),
    reward: 1,
    terminated: false,
    truncated: false,
  });
  expect(result.observation).toBe(observation);
  expect(env.step(1)).toBe(result);
});

test("the seed is passed on; the very first reset has seed 0", () => {
  const seen: (ResetOptions | undefined)[] = [];
  const reset = (options?: ResetOptions) => {
    seen.push(options);
    return [0, 0, 0, 0];
  };
  const env = resolveEnv(() => counter({ reset }));
  env.reset();
  env.reset();
  env.reset({ seed: 7 });
  expect(seen).toEqual([{ seed: 0 }, undefined, { seed: 7 }]);
  expect(() => env.reset({ seed: -1 })).toThrow("custom: reset seed -1 is not allowed");
});

test("the time limit truncates, and so may the environment", () => {
  const limited = resolveEnv(() => counter({ maxEpisodeSteps: 3 }));
  limited.reset();
  expect([0, 0, 0].map((action) => limited.step(action).truncated)).toEqual([false, false, true]);
  expect(() => limited.step(0)).toThrow("custom: step() after the episode's end: call reset() first");
  const own = resolveEnv(() => counter({ step: () => ({ ...good, truncated: true }) }));
  own.reset();
  expect(own.step(0)).toMatchObject({ terminated: false, truncated: true });
});

test("methods of a class keep their object", () => {
  class Mine implements CustomEnv {
    readonly observationSize = 1;
    readonly actionCount = 1;
    #value = 0;
    reset() {
      this.#value = 0;
      return [this.#value];
    }
    step() {
      return { observation: [++this.#value], reward: 0, terminated: false };
    }
    render() {
      return { bounds: [0, 0, 1, 1], background: "#ffffff", shapes: [], value: this.#value } as const;
    }
    perturb() {
      this.#value++;
    }
  }
  const env = resolveEnv(() => new Mine());
  env.reset();
  expect([...env.step(0).observation]).toEqual([1]);
});

test("one of ours behaves the same when it is wrapped", () => {
  const ours = makeEnv("CartPole-v1");
  const wrapped = resolveEnv(() => makeEnv("CartPole-v1"));
  expect(wrapped).toMatchObject({ id: "CartPole-v1", maxEpisodeSteps: 500, featureNames: ours.featureNames });
  for (const options of [undefined, { seed: 4 }, undefined]) {
    expect(wrapped.reset(options)).toEqual(ours.reset(options));
    for (let ended = false; !ended; ) {
      const result = ours.step(1);
      expect(wrapped.step(1)).toEqual(result);
      ended = result.terminated;
    }
  }
});

test.each<[unknown, string]>([
  [42, "env is 42: an environment's id, or a function that makes one, is needed"],
  [undefined, "env is undefined: an environment's id, or a function that makes one, is needed"],
  [counter(), "env is an object: an environment's id, or a function that makes one, is needed"],
  [async () => counter(), "gave a Promise: it must return the environment itself"],
  [() => null, "the function that makes an environment gave null: an object is needed"],
  [() => "CartPole-v1", 'the function that makes an environment gave "CartPole-v1": an object is needed'],
])("refuses a source that is no environment: %s", (source, message) => {
  const refused = expect(() => resolveEnv(source as EnvSource));
  refused.toThrow(TypeError);
  refused.toThrow(message);
});

describe("refuses before the first step", () => {
  test.each<[Record<string, unknown>, string]>([
    [{ observationSize: 0 }, 'environment "custom": observationSize is 0: a whole number from 1 to 65536 is allowed'],
    [{ observationSize: 65_537 }, "observationSize is 65537"],
    [{ observationSize: undefined }, "observationSize is undefined"],
    [{ observationSize: "4" }, 'observationSize is "4"'],
    [{ actionCount: 1025 }, 'environment "custom": actionCount is 1025: a whole number from 1 to 1024 is allowed'],
    [{ actionCount: 1.5 }, "actionCount is 1.5"],
    [{ maxEpisodeSteps: 0, id: "Mine" }, 'environment "Mine": maxEpisodeSteps is 0: a whole number from 1 to'],
    [{ maxEpisodeSteps: Number.NaN }, "maxEpisodeSteps is NaN"],
    [{ copies: 0 }, "copies is 0: a whole number from 1 to 1024 is allowed"],
    [{ copies: 1025 }, "copies is 1025: a whole number from 1 to 1024 is allowed"],
    [{ featureNames: ["a"] }, 'environment "custom": featureNames has length 1: 4 names are needed'],
    [{ actionNames: ["a", "b", "c"] }, 'environment "custom": actionNames has length 3: 2 names are needed'],
    [{ actionNames: "ab" }, 'environment "custom": actionNames is "ab": an array of text is needed'],
    [{ actionNames: [1, 2] }, "actionNames is an array: an array of text is needed"],
    [{ id: 7 }, "an environment has the id 7: text is needed, or no id"],
    [{ id: "" }, 'an environment has the id "": text is needed, or no id'],
    [{ reset: undefined }, 'environment "custom": reset is undefined: a function is needed'],
    [{ step: "go" }, 'environment "custom": step is "go": a function is needed'],
  ])("%j", (replaced, message) => {
    expect(() => resolveEnv(() => counter(replaced))).toThrow(message);
  });
});

describe("refuses what a reset gives", () => {
  test.each<[unknown, string]>([
    [[0, 0, 0], 'environment "custom": reset gave an observation of length 3: 4 numbers are needed'],
    [undefined, 'environment "custom": reset gave undefined as observation: 4 numbers are needed'],
    [
      Promise.resolve([0, 0, 0, 0]),
      'environment "custom": reset gave a promise, but an answer is needed at once here: evaluateAsync and compareAsync wait for one',
    ],
    [[0, Infinity, 0, 0], 'environment "custom": reset gave an observation with Infinity at index 1'],
  ])("%s", (given, message) => {
    const env = resolveEnv(() => counter({ reset: () => given }));
    expect(() => env.reset()).toThrow(message);
  });
});

describe("refuses what a step gives", () => {
  test.each<[unknown, string]>([
    [undefined, "gave undefined: { observation, reward, terminated } is needed"],
    [
      Promise.resolve(good),
      "gave a promise, but an answer is needed at once here: evaluateAsync and compareAsync wait for one",
    ],
    [{ ...good, observation: undefined }, "gave undefined as observation: 4 numbers are needed"],
    [{ ...good, observation: [0, 0, 0] }, "gave an observation of length 3: 4 numbers are needed"],
    [{ ...good, observation: new Float64Array(5) }, "gave an observation of length 5: 4 numbers are needed"],
    [{ ...good, observation: [0, 0, Number.NaN, 0] }, "gave an observation with NaN at index 2"],
    [{ ...good, observation: [0, 1e300, 0, 0] }, "gave an observation with 1e+300 at index 1"],
    [{ ...good, observation: "0000" }, 'gave an observation with "0" at index 0'],
    [{ ...good, observation: [0, 0, 0, null] }, "gave an observation with null at index 3"],
    [{ ...good, reward: Number.NaN }, "gave reward NaN: a finite number that float32 can hold is needed"],
    [{ ...good, reward: 1e39 }, "gave reward 1e+39: a finite number that float32 can hold is needed"],
    [{ ...good, reward: "1" }, 'gave reward "1": a finite number that float32 can hold is needed'],
    [{ ...good, terminated: undefined }, "gave terminated undefined: true or false is needed"],
    [{ ...good, terminated: 1 }, "gave terminated 1: true or false is needed"],
    [{ ...good, truncated: "no" }, 'gave truncated "no": true or false is needed'],
  ])("%s", (given, message) => {
    expect(playTo(17, given)).toThrow(`environment "custom": step 17 ${message}`);
  });

  test("at any step and any index", () => {
    const broken = fc.constantFrom(Number.NaN, Infinity, -Infinity, 1e39, -1e300);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(3), broken, (at, index, value) => {
        const observation = [0, 0, 0, 0].with(index, value);
        const message = `environment "custom": step ${at} gave an observation with ${value} at index ${index}`;
        expect(playTo(at, { ...good, observation })).toThrow(message);
      }),
    );
  });
});

test("whatever float32 can hold passes unchanged", () => {
  const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 4, maxLength: 4 });
  const reward = fc.double({ min: -3.4e38, max: 3.4e38, noNaN: true });
  fc.assert(
    fc.property(numbers, reward, fc.boolean(), (observation, given, terminated) => {
      const env = resolveEnv(() => counter({ step: () => ({ observation, reward: given, terminated }) }));
      env.reset();
      const result = env.step(1);
      expect([...result.observation]).toEqual(observation);
      expect(result).toMatchObject({ reward: given, terminated, truncated: false });
    }),
  );
});

test("refuses a function that gives the same object twice", () => {
  const made = {
    observationSize: 1,
    actionCount: 1,
    reset: () => [0],
    step: () => ({ observation: [0], reward: 0, terminated: true }),
  };
  expect(() => resolveEnv(() => made)).not.toThrow();
  expect(() => resolveEnv(() => made)).toThrow("the function gave the same object twice: make a new one each time");
});

test("an episode without an end is truncated after 10,000 steps, so that no evaluation hangs", () => {
  const env = resolveEnv(() => counter({ step: () => ({ observation: [0, 0, 0, 0], reward: 0, terminated: false }) }));
  env.reset();
  for (let step = 1; step < 10_000; step++) expect(env.step(0).truncated).toBe(false);
  expect(env.step(0).truncated).toBe(true);
});

describe("a mask", () => {
  /** A counter whose mask after `at` steps is given. Before, the second action is forbidden. */
  const masked = (at: number, given: unknown) => {
    let steps = 0;
    const env = counter({
      reset: () => {
        steps = 0;
        return [0, 0, 0, 0];
      },
      step: () => ({ ...good, observation: [++steps, 0, 0, 0] }),
    });
    return resolveEnv(() => Object.defineProperty(env, "actionMask", { get: () => (steps === at ? given : [1, 0]) }));
  };

  test("is copied, and refuses what it forbids", () => {
    const env = masked(2, [true, true]);
    expect(env.actionMask).toBeUndefined();
    env.reset({ seed: 0 });
    const mask = env.actionMask!;
    expect(mask).toEqual(Uint8Array.of(1, 0));
    expect(() => env.step(1)).toThrow("custom: action 1 is forbidden at step 1: allowed are 0");
    env.step(0);
    expect(() => env.step(1)).toThrow("custom: action 1 is forbidden at step 2: allowed are 0");
    env.step(0);
    expect(env.actionMask).toBe(mask);
    expect(mask).toEqual(Uint8Array.of(1, 1));
    expect(env.step(1).observation[0]).toBe(3);
  });

  test.each<[unknown, string]>([
    [[0, 0], "gave an actionMask of zeros: at least one action must be allowed"],
    [[1], "gave an actionMask of length 1: 2 numbers are needed, 1 for each allowed action and 0 for others"],
    [new Uint8Array(3), "gave an actionMask of length 3: 2 numbers are needed"],
    [undefined, "gave no actionMask, but there was one before: it is needed always, or never"],
    [null, "gave null as actionMask: 2 numbers are needed"],
    [7, "gave 7 as actionMask: 2 numbers are needed"],
    [[1, 2], "gave an actionMask with 2 at index 1: 0 or 1 is needed"],
    [[Number.NaN, 1], "gave an actionMask with NaN at index 0: 0 or 1 is needed"],
    [["x", 1], 'gave an actionMask with "x" at index 0: 0 or 1 is needed'],
    [[undefined, 1], "gave an actionMask with undefined at index 0: 0 or 1 is needed"],
  ])("%j is refused, with the step", (given, message) => {
    const env = masked(17, given);
    env.reset();
    for (let i = 1; i < 17; i++) env.step(0);
    expect(() => env.step(0)).toThrow(`environment "custom": step 17 ${message}`);
    if (given !== undefined) expect(() => masked(0, given).reset()).toThrow(`environment "custom": reset ${message}`);
  });

  test("may not appear when there was none", () => {
    let mask: number[] | undefined;
    const env = resolveEnv(() => Object.defineProperty(counter(), "actionMask", { get: () => mask }));
    env.reset();
    env.step(0);
    mask = [1, 1];
    expect(() => env.step(0)).toThrow(
      'environment "custom": step 2 gave an actionMask, but there was none before: it is needed always, or never',
    );
    mask = undefined;
    env.reset();
  });

  test("means nothing after a step that terminated", () => {
    const env = resolveEnv(() => {
      let mask = [1, 1];
      const made = counter({
        reset: () => {
          mask = [1, 1];
          return [0, 0, 0, 0];
        },
        step: () => {
          mask = [0, 0];
          return { ...good, terminated: true };
        },
      });
      return Object.defineProperty(made, "actionMask", { get: () => mask });
    });
    for (let episode = 0; episode < 2; episode++) {
      env.reset();
      expect(env.step(1).terminated).toBe(true);
    }
  });

  test("is needed after a step that is only truncated, because the values of the next state count", () => {
    const env = masked(3, [0, 0]);
    const limited = resolveEnv(() => ({ ...counter({ maxEpisodeSteps: 1 }), actionMask: [0, 0] }));
    expect(() => limited.reset()).toThrow("gave an actionMask of zeros");
    env.reset();
  });
});

describe("answers that come later", () => {
  /** A counter that answers later. Its step number `at` gives something else. */
  const slow = (at = 0, given: () => Promise<unknown> = async () => good, replaced: Record<string, unknown> = {}) => {
    let steps = 0;
    const step = () => (++steps === at ? given() : Promise.resolve({ ...good, observation: [steps, 0, 0, 0] }));
    const reset = async () => {
      steps = 0;
      return [0, 0, 0, 0];
    };
    return resolveAnyEnv(() => counter({ id: "Slow", reset, step, ...replaced }));
  };

  test("are given later, checked as others are", async () => {
    const env = slow(2, async () => ({ ...good, reward: Number.NaN }));
    expect(env.repeatable).toBeUndefined();
    expect(await env.reset()).toEqual(new Float32Array(4));
    expect(env.repeatable).toBe(false);
    expect(await env.step(0)).toMatchObject({ reward: 0, terminated: false });
    await expect(env.step(0)).rejects.toThrow('environment "Slow": step 2 gave reward NaN: a finite number');
  });

  test("that are rejected say the step, the episode, its seed and the message", async () => {
    const reason = new Error("connection lost");
    const env = slow(2, () => Promise.reject(reason));
    await env.reset({ seed: 5 });
    await env.step(0);
    const rejected = (await (env.step(0) as Promise<unknown>).catch((error) => error as Error)) as Error;
    expect(rejected.message).toBe(
      'environment "Slow": step 2 of episode 1, whose seed is 5, was rejected: connection lost',
    );
    expect(rejected.cause).toBe(reason);
    await env.reset();
    await env.step(0);
    await expect(env.step(0)).rejects.toThrow('environment "Slow": step 2 of episode 2, was rejected: connection lost');
    const text = slow(1, () => Promise.reject("just text"));
    await text.reset();
    await expect(text.step(0)).rejects.toThrow("was rejected: just text");
  });

  test("of another library's promises are promises", async () => {
    // biome-ignore lint/suspicious/noThenProperty: this is what such a promise is
    const step = () => ({ then: (resolve: (given: unknown) => void) => resolve(good) });
    const env = slow(0, undefined, { step });
    await env.reset();
    const answer = env.step(0);
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toMatchObject({ reward: 0 });
    const atOnce = resolveEnv(() => counter({ step }));
    atOnce.reset();
    expect(() => atOnce.step(0)).toThrow('environment "custom": step 1 gave a promise');
  });

  test("must be awaited before the next call", async () => {
    const env = slow();
    const first = env.reset();
    expect(() => env.step(0)).toThrow(
      'environment "Slow": step() while the answer to the call before is awaited: await it first',
    );
    await first;
    const second = env.step(0);
    expect(() => env.reset()).toThrow('environment "Slow": reset() while the answer to the call before is awaited');
    await second;
    await env.step(0);
  });

  test("have a mask, which is read when the answer is there", async () => {
    let mask = [1, 0];
    const env = resolveAnyEnv(() =>
      Object.defineProperty(
        counter({
          step: async () => {
            mask = [0, 1];
            return good;
          },
        }),
        "actionMask",
        { get: () => mask },
      ),
    );
    env.reset();
    expect(() => env.step(1)).toThrow("custom: action 1 is forbidden at step 1: allowed are 0");
    await env.step(0);
    expect([...env.actionMask!]).toEqual([0, 1]);
  });
});

test.each(["observationSize", "actionCount"])("%s must not change", (size) => {
  const made = counter();
  const env = resolveEnv(() => made);
  env.reset();
  env.step(0);
  Object.assign(made, { [size]: 3 });
  const was = size === "actionCount" ? 2 : 4;
  expect(() => env.reset()).toThrow(`environment "custom": ${size} is 3 now and was ${was}: it must not change`);
});
