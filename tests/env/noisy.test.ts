// Observation noise: its size, its seed, and that the world behind it is the same.
import { expect, test } from "vitest";
import { CartPole } from "../../src/env/cartpole.js";
import { MountainCar } from "../../src/env/mountain-car.js";
import { NoisyEnv } from "../../src/env/noisy.js";

/** Observations, rewards and ends of an episode of alternating actions. */
function episode(env: CartPole | MountainCar | NoisyEnv, options?: { seed?: number }) {
  const observations = [[...env.reset(options)]];
  const outcomes: unknown[] = [];
  for (let step = 0, ended = false; !ended; step++) {
    const { observation, reward, terminated, truncated } = env.step(step % 2);
    observations.push([...observation]);
    outcomes.push([reward, terminated, truncated]);
    ended = terminated || truncated;
  }
  return { observations, outcomes };
}

test("without deviation it is the environment itself", () => {
  const clear = episode(new CartPole(), { seed: 3 });
  expect(episode(new NoisyEnv(new CartPole(), [0, 0, 0, 0]), { seed: 3 })).toEqual(clear);
});

test("the noise is Gaussian with the deviations given, independent of the states, which stay the same", () => {
  const deviations = [0.05, 0.001];
  const noisy = new NoisyEnv(new MountainCar(), deviations);
  const errors: [number[], number[]] = [[], []];
  for (let seed = 0; seed < 20; seed++) {
    const clear = episode(new MountainCar(), { seed });
    const seen = episode(noisy, { seed });
    expect(seen.outcomes).toEqual(clear.outcomes);
    seen.observations.forEach((observation, step) => {
      for (const i of [0, 1]) errors[i].push((observation[i] - clear.observations[step][i]) / deviations[i]);
    });
  }
  for (const error of errors) {
    const n = error.length; // 4,020: standard errors of 0.016 for the mean, 0.011 for the deviation
    const mean = error.reduce((a, b) => a + b) / n;
    expect(Math.abs(mean)).toBeLessThan(0.06);
    expect(Math.abs(Math.sqrt(error.reduce((a, b) => a + b * b, 0) / n) - 1)).toBeLessThan(0.05);
    expect(error.filter((e) => Math.abs(e) < 1).length / n).toBeCloseTo(0.683, 1);
  }
  const both = errors[0].reduce((sum, error, k) => sum + error * errors[1][k], 0) / errors[0].length;
  expect(Math.abs(both)).toBeLessThan(0.06);
});

test("an episode's noise depends on its seed alone; without a seed it goes on; the first reset is seed 0", () => {
  const make = () => new NoisyEnv(new CartPole(), [0.1, 0.1, 0.1, 0.1]);
  const env = make();
  const first = episode(env);
  const second = episode(env);
  expect(episode(make(), { seed: 0 })).toEqual(first);
  expect(episode(env, { seed: 0 })).toEqual(first);
  expect(episode(env)).toEqual(second);
  expect(episode(env, { seed: 1 })).not.toEqual(first);
});

test("reuses its result and leaves the environment's own observation clear", () => {
  const inner = new CartPole();
  const env = new NoisyEnv(inner, [1, 1, 1, 1]);
  const observation = env.reset();
  const result = env.step(0);
  expect(result.observation).toBe(observation);
  expect(env.step(1)).toBe(result);
  expect(inner.step(0).observation).toEqual(Float32Array.from(inner.state));
});

test("refuses deviations that are none", () => {
  expect(() => new NoisyEnv(new CartPole(), [1])).toThrow(
    new RangeError("noise for CartPole-v1 was given 1 deviations: 4 are needed"),
  );
  for (const refused of [-1, Number.NaN, Infinity]) {
    expect(() => new NoisyEnv(new CartPole(), [0, refused, 0, 0])).toThrow(
      `noise for CartPole-v1 was given the deviation ${refused}: a finite number from 0 on is needed`,
    );
  }
});
