// The baseline: random play and the best constant action, measured once and within the budget.
import { describe, expect, it } from "vitest";
import type { CustomEnv } from "../../src/env/env.js";
import { atOnce } from "../../src/env/pauses.js";
import { resolveAnyEnv } from "../../src/env/registry.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { type BaselineConfig, BaselineMeter, constantPolicy } from "../../src/training/baseline.js";
import { Experience } from "../../src/training/experience.js";

const config: BaselineConfig = { seed: 5, actionCount: 3, envSteps: 100_000, evaluationShare: 0.2 };

/** Episodes of so many steps in which an action is worth its number, but the last one nothing. */
function worth(length: (action: number) => number, mask?: readonly number[]) {
  const count = { steps: 0, seeds: new Set<number | undefined>() };
  const env = resolveAnyEnv((): CustomEnv => {
    let left = 0;
    let begun = false;
    return {
      id: "worth",
      observationSize: 1,
      actionCount: 3,
      ...(mask && { actionMask: mask }),
      reset: ({ seed } = {}) => {
        count.seeds.add(seed);
        begun = false;
        return [0];
      },
      step: (action) => {
        if (!begun) left = length(action);
        begun = true;
        count.steps++;
        return { observation: [left], reward: action === 2 ? 0 : action, terminated: --left === 0 };
      },
    };
  });
  return { env, count };
}

/** An experience that has seen so many random episodes, of this return. */
function experienced(episodes: number, gained = 7): Experience {
  const experience = new Experience(1000);
  for (let i = 0; i < episodes; i++) experience.ended(1, gained, 10);
  return experience;
}

describe("a baseline", () => {
  it("has the random play of the training for nothing, and finds the best constant action", () => {
    const { env, count } = worth(() => 10);
    const meter = new BaselineMeter([env], experienced(10), config);
    expect(meter.value).toEqual({ random: 7, constant: null });
    expect(meter.needed(10)).toBe(2 + 3 * 10);
    const steps = atOnce(meter.measure(10, true));
    expect(steps).toBe(count.steps);
    expect(steps).toBe(16 + 3 * 10 * 10);
    expect(meter.value).toEqual({ random: 7, constant: { action: 1, mean: 10 } });
    expect(meter.needed(10)).toBe(0);
    expect(atOnce(meter.measure(10, true))).toBe(0);
    // all that it plays has seeds of its own
    const own = new Set(Array.from({ length: 10 }, (_, i) => episodeSeed(5, purposes.baseline, i)));
    expect(count.seeds).toEqual(own);
  });

  it("plays random episodes itself where the training has too few", () => {
    const meter = new BaselineMeter([worth(() => 30).env], experienced(3), config);
    expect(meter.value.random).toBeNull();
    atOnce(meter.measure(30, true));
    expect(meter.random.count).toBe(10);
    expect(meter.value.random).toBeCloseTo(10, -1); // a third of 30 steps, more or less
  });

  it("tries no action where there are more than 8, or no room for an episode of each", () => {
    const { env, count } = worth(() => 1000);
    const many = new BaselineMeter([env], experienced(10), { ...config, actionCount: 9 });
    expect(many.needed(1000)).toBe(1);
    const short = new BaselineMeter([env], experienced(10), config);
    expect(atOnce(short.measure(1000, true))).toBe(16);
    expect(short.value.constant).toBeNull();
    expect(count.steps).toBe(16);
  });

  it("stops where episodes are longer than all before, and forgets what not all have played", () => {
    const { env, count } = worth((action) => (action === 1 ? 2000 : 10));
    const meter = new BaselineMeter([env], experienced(10), config); // it may take 2,500 steps
    const steps = atOnce(meter.measure(10, false));
    expect(steps).toBe(count.steps);
    expect(steps).toBe(2 * (10 + 2000) + 10); // one round, and in the second it ends with action 1
    expect(meter.value.constant).toEqual({ action: 1, mean: 2000 });
    const never = new BaselineMeter([worth(() => 3000).env], experienced(10), config);
    atOnce(never.measure(10, false));
    expect(never.value.constant).toBeNull();
  });

  it("lets evaluations wait for 30 % of the steps, and no longer", () => {
    const meter = new BaselineMeter([worth(() => 10).env], experienced(10), config);
    expect(meter.wanted(10, 30_000)).toBe(meter.needed(10));
    expect(meter.wanted(10, 30_001)).toBe(0);
    expect(meter.needed(10)).toBeGreaterThan(0);
  });

  it("is bounded where evaluations have no limit, too", () => {
    const unlimited = new BaselineMeter([worth(() => 10).env], experienced(10), { ...config, evaluationShare: 1 });
    const limited = new BaselineMeter([worth(() => 10).env], experienced(10), config);
    expect(unlimited.needed(100)).toBe(limited.needed(100));
  });

  it("sees whether the same seed gives the same episode, unless that is denied", () => {
    let all = 0;
    const drifts = resolveAnyEnv(() => ({
      ...{ id: "drifts", observationSize: 1, actionCount: 3, reset: () => [0] },
      step: () => ({ observation: [all++], reward: 0, terminated: false }),
      maxEpisodeSteps: 20,
    }));
    const meter = new BaselineMeter([drifts], experienced(10), config);
    expect(meter.repeats).toBe(true);
    atOnce(meter.measure(20, true));
    expect(meter.repeats).toBe(false);
    const denied = new BaselineMeter([drifts], experienced(10), config);
    atOnce(denied.measure(20, false));
    expect(denied.repeats).toBe(true);
  });

  it("is the same after it was saved", () => {
    const meter = new BaselineMeter([worth(() => 10).env], experienced(3), config);
    atOnce(meter.measure(10, true));
    const again = new BaselineMeter([worth(() => 10).env], experienced(3), config);
    again.restore(JSON.parse(JSON.stringify(meter.save())));
    expect([again.value, again.random, again.repeats, again.needed(10)]).toEqual([
      ...[meter.value, meter.random, meter.repeats, 0],
    ]);
    expect(() => again.restore({ state: {}, arrays: {} })).toThrow("it does not say what was measured");
  });
});

it("a constant policy takes the next action that is allowed", () => {
  const act = (action: number, mask?: number[]) =>
    constantPolicy(action, 3).act(Float32Array.of(0), mask && Uint8Array.from(mask));
  expect([act(1), act(1, [1, 1, 1]), act(1, [1, 0, 1]), act(1, [1, 0, 0]), act(2, [0, 1, 0])]).toEqual([1, 1, 2, 0, 1]);
});

it("an experience knows what it has seen, also after it was saved", () => {
  const experience = new Experience(12);
  for (const reward of [-1, 3, 0]) experience.went(reward);
  experience.ended(5, 7, 4);
  for (let i = 0; i < 7; i++) experience.went(0);
  experience.ended(2, 2, 8); // the last random step
  experience.ended(9, 9, 1);
  const seen = {
    ...{ steps: 13, ended: 3, endedSteps: 13, longestEnded: 8 },
    inner: { lowest: -1, highest: 3 },
    final: { lowest: 2, highest: 9 },
    returns: { lowest: 2, highest: 9 },
    random: { count: 2, mean: 4.5, squares: 12.5 },
  };
  expect(experience.seen).toEqual(seen);
  const again = new Experience(12);
  again.restore(JSON.parse(JSON.stringify(experience.seen)));
  expect(again.seen).toEqual(seen);
  expect(() => again.restore({})).toThrow("its steps is");
});
