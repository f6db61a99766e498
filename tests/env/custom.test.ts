// Environments of the user's own: what the wrapper adds, and everything that it must refuse.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CartPole } from "../../src/env/cartpole.js";
import type { CustomEnv, EnvSource, ResetOptions } from "../../src/env/env.js";
import { makeEnv, resolveEnv } from "../../src/env/registry.js";

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
