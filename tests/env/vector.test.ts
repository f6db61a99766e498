// Copies that step together: each is what it would be alone.
import fc from "fast-check";
import { expect, it } from "vitest";
import { makeEnv } from "../../src/env/registry.js";
import { VectorEnv } from "../../src/env/vector.js";
import { laterEnv } from "../later.js";
import { corridor, ladder } from "./corridor.js";

it.each(["CartPole-v1", corridor])("each copy of %s plays as it would alone, and resets itself", (source) => {
  const make = () => (typeof source === "string" ? makeEnv(source) : source());
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }).chain((count) =>
        fc.record({
          count: fc.constant(count),
          seeds: fc.oneof(fc.nat(), fc.array(fc.nat(), { minLength: count, maxLength: count })),
          rounds: fc.array(fc.array(fc.nat(1), { minLength: count, maxLength: count }), { maxLength: 60 }),
        }),
      ),
      ({ count, seeds, rounds }) => {
        const vector = new VectorEnv(source, count);
        const size = vector.observationSize;
        const row = (values: Float32Array, copy: number) => [...values.subarray(copy * size, (copy + 1) * size)];
        const alone = Array.from({ length: count }, make);
        expect(vector.reset({ seed: seeds })).toBe(vector.observations);
        alone.forEach((env, i) => {
          const seed = typeof seeds === "number" ? seeds + i : seeds[i];
          expect(row(vector.observations, i)).toEqual([...env.reset({ seed })]);
        });
        for (const actions of rounds) {
          vector.step(actions);
          alone.forEach((env, i) => {
            const { observation, reward, terminated, truncated } = env.step(actions[i]);
            expect(vector.rewards[i]).toBe(reward);
            expect([vector.terminated[i], vector.truncated[i]]).toEqual([Number(terminated), Number(truncated)]);
            const ended = terminated || truncated;
            if (ended) expect(row(vector.finalObservations, i)).toEqual([...observation]);
            expect(row(vector.observations, i)).toEqual([...(ended ? env.reset() : observation)]);
          });
        }
      },
    ),
  );
});

it("starts from seed 0 where none is given, and forgets the step before", () => {
  const vector = new VectorEnv(corridor, 2);
  const first = [...vector.reset()];
  vector.step([0, 1]);
  expect([...vector.rewards]).toEqual([-1, -1]);
  expect([...vector.reset({ seed: [0, 1] })]).toEqual(first);
  expect([...vector.rewards]).toEqual([0, 0]);
});

it("refuses what makes no sense, before any copy has moved", () => {
  expect(() => new VectorEnv("CartPole-v1", 0)).toThrow("count is 0: a whole number from 1 on is allowed");
  const vector = new VectorEnv(corridor, 2);
  const before = [...vector.reset()];
  expect(() => vector.reset({ seed: [1] })).toThrow("1 seeds were given for 2 copies");
  expect(() => vector.step([0])).toThrow("1 actions were given for 2 copies");
  expect(() => vector.step([1, 2])).toThrow("action 2 of copy 1 is not allowed: a whole number from 0 to 1");
  expect(() => vector.step([Number.NaN, 0])).toThrow("action NaN of copy 0 is not allowed");
  expect([...vector.observations]).toEqual(before);
});

it("has each copy's mask, also of an episode that has just begun", () => {
  const vector = new VectorEnv(ladder, 3);
  expect(vector.actionMasks).toBeUndefined();
  vector.reset({ seed: 4 });
  const alone = [0, 1, 2].map(() => ladder());
  alone.forEach((env, i) => {
    env.reset({ seed: 4 + i });
  });
  let ended = 0;
  for (let step = 0; step < 200; step++) {
    const masks = vector.actionMasks!;
    expect(masks).toEqual(Uint8Array.from(alone.flatMap((env) => [...env.actionMask!])));
    const actions = [0, 1, 2].map((i) => {
      const mask = masks.subarray(3 * i, 3 * i + 3);
      return step % 9 === i ? mask.indexOf(1) : mask.lastIndexOf(1);
    });
    vector.step(actions);
    alone.forEach((env, i) => {
      const { terminated, truncated } = env.step(actions[i]);
      if (!terminated && !truncated) return;
      ended += Number(terminated);
      env.reset();
    });
  }
  expect(ended).toBeGreaterThan(3);
  expect(new VectorEnv(corridor, 2).actionMasks).toBeUndefined();
});

it("refuses a forbidden action before any copy has moved", () => {
  const vector = new VectorEnv(ladder, 2);
  const before = [...vector.reset()];
  expect(() => vector.step([2, 0])).toThrow("action 0 of copy 1 is forbidden: allowed are 1, 2");
  expect([...vector.observations]).toEqual(before);
  expect([...vector.actionMasks!]).toEqual([0, 1, 1, 0, 1, 1]);
  vector.step([2, 1]);
  expect([...vector.observations]).toEqual([1, 2, 0, expect.any(Number)]);
});

it("refuses copies of which only some have masks", () => {
  let made = 0;
  const plain = () => ({
    ...{ observationSize: 1, actionCount: 1, actionMask: made++ === 1 ? [1] : undefined, reset: () => [0] },
    step: () => ({ observation: [0], reward: 0, terminated: false }),
  });
  expect(() => new VectorEnv(plain, 2).reset()).toThrow("copy 1 has an actionMask: all copies need one, or none");
  made = 1;
  expect(() => new VectorEnv(plain, 2).reset()).toThrow("copy 1 has no actionMask: all copies need one, or none");
});

it("refuses an environment that answers later", () => {
  const vector = new VectorEnv(() => laterEnv(corridor()), 2);
  expect(() => vector.reset()).toThrow(
    'environment "Corridor": reset gave a promise, but an answer is needed at once here',
  );
});

it("makes no garbage at a step", () => {
  const vector = new VectorEnv("CartPole-v1", 4);
  const actions = new Uint8Array(4);
  vector.reset();
  const play = () => {
    for (let i = 0; i < 20_000; i++) {
      actions.fill(i & 1);
      vector.step(actions);
    }
  };
  play();
  const grown = Array.from({ length: 5 }, () => {
    const before = process.memoryUsage().heapUsed;
    play();
    return process.memoryUsage().heapUsed - before;
  });
  expect(grown.sort((a, b) => a - b)[2]).toBeLessThan(2_000_000);
});
