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
const fixedPolicies: Record<string, { mean: number; std: number; episode_length_mean: number }> = JSON.parse(
  golden("returns.json").toString(),
).returns.highway_fast_v0;

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

const policies = traces.map((trace) => ({ trace, name: `seed ${trace.seed}, ${trace.policy}` }));

test.each(policies)("replays recorded draws: $name", ({ trace }) => {
  console.log(replay(new Highway(() => recorded(trace)), trace));
});

test.each(policies)("replays from its seed: $name", ({ trace }) => {
  console.log(replay(new Highway(), trace));
});

test.each([
  ["idle (1)", 1],
  ["slower (4)", 4],
  ["faster (3)", 3],
])("returns of 100 episodes: %s", (name, action) => {
  const env = new Highway();
  const returns = [];
  let steps = 0;
  for (let seed = 1000; seed < 1100; seed++) {
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
  const std = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 99);
  const expected = fixedPolicies[name];
  console.log(mean - expected.mean, std - expected.std, steps / 100 - expected.episode_length_mean);
});
