// Environments from their rules alone.
import { expect, it } from "vitest";
import { checkEnv } from "../../src/env/check.js";
import { defineEnv } from "../../src/env/define.js";
import { Pcg64 } from "../../src/env/random.js";
import { resolveEnv } from "../../src/env/registry.js";
import { corridor, ladder } from "./corridor.js";

it("has the whole contract", () => {
  const env = corridor();
  expect(env).toMatchObject({
    id: "Corridor",
    observationSize: 2,
    actionCount: 2,
    maxEpisodeSteps: 20,
    featureNames: ["place", "draught"],
    actionNames: ["left", "right"],
  });
  expect(checkEnv(corridor)).toEqual([]);
});

it("draws what NumPy draws for the seed", () => {
  const env = corridor();
  const random = new Pcg64(7);
  const place = random.integers(0, 5);
  expect([...env.reset({ seed: 7 })]).toEqual([place, 0]);
  expect([...env.step(1).observation]).toEqual([place + 1, Math.fround(random.random())]);
});

it("ends by its rules, and by its time limit", () => {
  const env = corridor();
  env.reset();
  for (let i = 1; i < 20; i++) expect(env.step(0)).toMatchObject({ reward: -1, terminated: false, truncated: false });
  expect(env.step(0)).toMatchObject({ terminated: false, truncated: true });
  let [place] = env.reset();
  while (place < 7) place = env.step(1).observation[0];
  expect(env.step(1)).toMatchObject({ terminated: true, truncated: false });
  expect(() => env.step(1)).toThrow("Corridor: step() after the episode's end: call reset() first");
});

it("has a mask if there is a rule for it", () => {
  expect(corridor().actionMask).toBeUndefined();
  expect(checkEnv(ladder)).toEqual([]);
  const env = ladder();
  env.reset();
  expect([...env.actionMask!]).toEqual([0, 1, 1]);
  expect(() => env.step(0)).toThrow("Ladder: action 0 is forbidden at step 1: allowed are 1, 2");
  env.step(2); // the first rung: the second one is loose
  expect([...env.actionMask!]).toEqual([1, 1, 0]);
  expect(() => env.step(2)).toThrow("Ladder: action 2 is forbidden at step 2: allowed are 0, 1");
});

it("asks for no mask of a state that terminated", () => {
  const seen: number[] = [];
  const env = defineEnv({
    ...{ id: "Countdown", featureNames: ["left"], actionNames: ["go"], maxEpisodeSteps: 9 },
    start: () => ({ left: 2 }),
    step: (state) => ({ reward: 0, terminated: --state.left === 0 }),
    observe: (state, observation) => {
      observation[0] = state.left;
    },
    mask: (state, mask) => {
      seen.push(state.left);
      mask[0] = Number(state.left > 0);
    },
  })();
  env.reset();
  env.step(0);
  expect(env.step(0).terminated).toBe(true);
  expect(seen).toEqual([2, 1]);
});

it("is drawn and disturbed", () => {
  const env = corridor();
  const [place] = env.reset();
  env.perturb!(1);
  expect(env.render!().shapes[0]).toMatchObject({ centre: [place + 3.5, 0.5] });
  expect(env.step(1).observation[0]).toBe(place + 4);
});

it("is checked once, not twice, where it is trained on", () => {
  const env = corridor();
  expect(resolveEnv(() => env)).toBe(env);
  expect(() => resolveEnv(() => env)).toThrow("the function gave the same object twice");
});

it("says what the rules got wrong", () => {
  const rules = {
    id: "Wrong",
    featureNames: ["a"],
    actionNames: ["b"],
    maxEpisodeSteps: 5,
    start: () => ({}),
    step: () => ({ reward: Number.NaN, terminated: false }),
    observe: () => {},
  };
  const env = defineEnv(rules)();
  env.reset();
  expect(() => env.step(0)).toThrow(
    'environment "Wrong": step 1 gave reward NaN: a finite number that float32 can hold is needed',
  );
  const masked = defineEnv({ ...rules, mask: (_, mask) => mask.fill(0) })();
  expect(() => masked.reset()).toThrow(
    'environment "Wrong": reset gave an actionMask of zeros: at least one action must be allowed',
  );
  expect(() => defineEnv({ ...rules, mask: [1] as never })()).toThrow("mask is an array: a function is needed");
  expect(() => defineEnv({ ...rules, actionNames: [] })()).toThrow('environment "Wrong": actionCount is 0');
});
