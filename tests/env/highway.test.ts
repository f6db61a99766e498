// highway-fast-v0 against episodes recorded from highway-env 1.12.1, returns of fixed policies, and the rules at its limits.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { RandomSource } from "../../src/env/env.js";
import { Highway } from "../../src/env/highway/index.js";

interface Trace {
  readonly seed: number;
  readonly policy: string;
  /** The method, its arguments, and the result of each draw. */
  readonly reset_draws: readonly (readonly [string, unknown[], number, { low: number; high: number }?])[];
  readonly initial_vehicles: readonly Record<string, number>[];
  readonly actions: number[];
  readonly observations: number[][];
  readonly rewards: number[];
  readonly terminated: boolean[];
  readonly truncated: boolean[];
  /** Of each step, of each vehicle: x, y, heading, speed, lane, target lane, target speed, timer, crashed. */
  readonly vehicles: number[][][];
}

const golden = (name: string) => readFileSync(new URL(`../golden/${name}`, import.meta.url));
const { traces }: { traces: Trace[] } = JSON.parse(gunzipSync(golden("highway_fast_v0.json.gz")).toString());
const fixedPolicies: Record<string, { mean: number; min: number; max: number; episode_length_mean: number }> =
  JSON.parse(golden("returns.json").toString()).returns.highway_fast_v0;

/** Plays back recorded draws; those of the only road's ends, one of one, need no random number and are left out. */
function recorded(trace: Trace): RandomSource {
  const draws = trace.reset_draws.filter(([, [first]]) => !Array.isArray(first));
  const next = (expected: string, expectedArguments: number[]) => {
    const [method, positional, value, named] = draws.shift()!;
    expect([method, ...(named ? [named.low, named.high] : positional)]).toEqual([expected, ...expectedArguments]);
    return value;
  };
  return {
    choice: (count) => next("choice", [count]),
    uniform: (low, high) => next("uniform", [low, high]),
    random: () => next("random", []),
    integers: (low, high) => next("integers", [low, high]),
    permutation: () => [],
    normal: (mean, deviation) => next("normal", [mean, deviation]),
  };
}

/** Replays an episode; flags, lanes and crashes are equal. Gives the largest differences of states, observations and rewards. */
function replay(env: Highway, trace: Trace) {
  let state = 0;
  let observation = 0;
  let reward = 0;
  const far = (a: ArrayLike<number>, b: number[]) => Math.max(...b.map((value, i) => Math.abs(a[i] - value)));
  observation = far(env.reset({ seed: trace.seed }), trace.observations[0]);
  trace.initial_vehicles.forEach((vehicle, i) => {
    const ours = env.vehicles[i];
    state = Math.max(state, far([ours.x, ours.y, ours.speed], [vehicle.x, vehicle.y, vehicle.speed]));
    expect([ours.lane, ours.targetLane, ours.targetSpeed]).toEqual([
      vehicle.lane,
      vehicle.target_lane,
      vehicle.target_speed,
    ]);
    if (i > 0) {
      state = Math.max(state, far([ours.timer, ours.exponent], [vehicle.timer, vehicle.idm_delta]));
    }
  });
  trace.actions.forEach((action, step) => {
    const result = env.step(action);
    observation = Math.max(observation, far(result.observation, trace.observations[step + 1]));
    reward = Math.max(reward, Math.abs(result.reward - trace.rewards[step]));
    expect([result.terminated, result.truncated]).toEqual([trace.terminated[step], trace.truncated[step]]);
    trace.vehicles[step].forEach((vehicle, i) => {
      const ours = env.vehicles[i];
      const [x, y, heading, speed, lane, targetLane, targetSpeed, timer, crashed] = vehicle;
      expect([ours.lane, ours.targetLane, ours.targetSpeed, Number(ours.crashed)]).toEqual([
        lane,
        targetLane,
        targetSpeed,
        crashed,
      ]);
      state = Math.max(state, far([ours.x, ours.y, ours.heading, ours.speed], [x, y, heading, speed]));
      if (i > 0) state = Math.max(state, Math.abs(ours.timer - timer));
    });
  });
  return { state, observation, reward };
}

/** A Highway that replays a trace. */
const playing = (trace: Trace) => new Highway(() => recorded(trace));

// Positions go to 1,300 m, where a last bit is 2.3e-13: states stay within two of them (largest difference measured: 1.2e-13).
// Sine and cosine may differ from NumPy's in the last bit, so of the features only those that are 0 but for rounding differ
// (2.5e-16 at most); every other float32 is equal. Rewards are of order 1, within its last bits.
test.each(
  traces.flatMap((trace) => [
    { name: `recorded draws of seed ${trace.seed}, ${trace.policy}`, trace, make: () => playing(trace) },
    { name: `seed ${trace.seed}, ${trace.policy}`, trace, make: () => new Highway() },
  ]),
)("replays $name", ({ trace, make }) => {
  const env = make();
  const { state, observation, reward } = replay(env, trace);
  expect(state).toBeLessThan(5e-13);
  expect(observation).toBeLessThan(5e-16);
  expect(reward).toBeLessThan(5e-16);
  expect(() => env.step(0)).toThrow("highway-fast-v0: step() after the episode's end: call reset() first");
});

// Not samples of the same returns, but the same episodes: those of the seeds from 10,000 on.
test.each([
  ["idle (1)", 1],
  ["slower (4)", 4],
  ["faster (3)", 3],
])("returns of 100 episodes are the recorded ones: always %s", (name, action) => {
  const env = new Highway();
  const returns: number[] = [];
  let steps = 0;
  for (let seed = 10_000; seed < 10_100; seed++) {
    env.reset({ seed });
    let total = 0;
    for (let ended = false; !ended; steps++) {
      const { reward, terminated, truncated } = env.step(action);
      total += reward;
      ended = terminated || truncated;
    }
    returns.push(total);
  }
  const mean = returns.reduce((sum, value) => sum + value) / 100;
  const expected = fixedPolicies[name];
  expect(mean).toBeCloseTo(expected.mean, 10);
  expect([Math.min(...returns), Math.max(...returns)]).toEqual([
    expect.closeTo(expected.min, 10),
    expect.closeTo(expected.max, 10),
  ]);
  expect(steps / 100).toBe(expected.episode_length_mean);
});

/** An episode whose driven vehicle, at 25 m/s, has all others far behind. */
function alone(lane: number): Highway {
  const env = new Highway();
  env.reset();
  env.vehicles.forEach((vehicle, i) => {
    vehicle.place(lane, i === 0 ? 5000 : 50 * i, i === 0 ? 25 : 20);
  });
  return env;
}

test("an empty road: no others are observed, and lanes and speeds end where the road and the speeds do", () => {
  const env = alone(0);
  const [driven] = env.vehicles;
  const { observation } = env.step(0);
  expect([...observation]).toEqual([1, 1, 0, Math.fround(25 / 80), 0, ...Array(20).fill(0)]);
  expect(driven.targetLane).toBe(0);
  for (const lane of [1, 2, 2]) {
    env.step(2);
    expect(driven.targetLane).toBe(lane);
  }
  for (const speed of [30, 30]) {
    env.step(3);
    expect(driven.targetSpeed).toBe(speed);
  }
  for (let i = 0; i < 4; i++) env.step(4);
  expect(driven.targetSpeed).toBe(20);
});

test("the reward goes from 0, crashed, to 1, at 30 m/s on the right lane", () => {
  const env = alone(2);
  for (let i = 0; i < 8; i++) env.step(3);
  expect(env.step(1).reward).toBeCloseTo(1, 3);
  expect(alone(0).step(1).reward).toBeCloseTo(1.2 / 1.5, 12);
  const crash = alone(0);
  crash.vehicles[0].place(0, 5000, 20);
  crash.vehicles[1].place(0, 5003, 20);
  expect(crash.step(1)).toMatchObject({ reward: expect.closeTo(0, 2), terminated: true });
});

test("of the vehicles in sight, the four nearest along the road are observed, in that order", () => {
  const env = alone(1);
  [30, -9, 60, 150, 15, -11].forEach((ahead, i) => {
    env.vehicles[i + 1].place(2 * (i % 2), 5000 + ahead, 25);
  });
  const { observation } = env.step(1);
  const { vehicles } = env;
  const expected = [2, 5, 1, 3].map((i) => Math.fround((vehicles[i].x - vehicles[0].x) / 200));
  expect([1, 2, 3, 4].map((row) => observation[5 * row + 1])).toEqual(expected);
});

test("the picture shows the driven vehicle, red after a crash", () => {
  const env = alone(1);
  const fills = () => env.render().shapes.map((shape) => shape.fill);
  expect(fills()).toContain("#2ca02c");
  env.vehicles[0].crashed = true;
  expect(fills()).not.toContain("#2ca02c");
  expect(fills()).toContain("#d62728");
});
