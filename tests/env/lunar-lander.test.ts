// LunarLander-v3 against episodes recorded from Gymnasium on Box2D, and its returns against the reference's.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Env, RandomSource } from "../../src/env/env.js";
import { LunarLander } from "../../src/env/lunar-lander/lunar-lander.js";
import { Pcg64 } from "../../src/env/random.js";
import { mean, standardDeviation } from "../../src/evaluate/statistics.js";
import { type EpisodeTrace, episodeTraces } from "./golden.js";

interface LanderTrace extends EpisodeTrace {
  /** Method, arguments and result of each draw of the reset. */
  readonly reset_draws: readonly (readonly [string, readonly number[], number | number[]])[];
  readonly dispersion_draws: readonly (readonly number[])[];
  readonly terrain_smooth_y: readonly number[];
}

const traces = episodeTraces("lunarlander_v3") as LanderTrace[];

// Box2D rounds to float32, about 1e-7 of each number, in every one of its operations; planck does not. The differences grow
// over some 200 steps; the largest measured is 1.3e-4 in a feature, in the tumble of a crash, and 0.012 in a reward, which is
// a hundred times the change of a distance. Contacts come at the recorded steps, and so do the ends.
const featureTolerance = 3e-4;
const rewardTolerance = 0.03;

/** Answers with recorded draws in their order; nothing but `uniform` is asked for. */
function played({ reset_draws, dispersion_draws }: LanderTrace): RandomSource {
  const asked = [...reset_draws.flatMap(([, limits, drawn]) => [drawn].flat().map((value) => [...limits, value]))];
  for (const drawn of dispersion_draws) for (const value of drawn) asked.push([-1, 1, value]);
  const uniform = (low: number, high: number) => {
    const [wantedLow, wantedHigh, value] = asked.shift()!;
    expect([low, high]).toEqual([wantedLow, wantedHigh]);
    return value;
  };
  return { uniform } as RandomSource;
}

describe.each([
  ["its seed", () => new LunarLander()],
  ["recorded draws", (trace: LanderTrace) => new LunarLander(() => played(trace))],
])("from %s", (_, make) => {
  test.each(traces)("replays seed $seed, $policy, to its end", (trace) => {
    const env = make(trace);
    const compare = (observation: Float32Array, index: number) => {
      const differences = trace.observations[index].map((value, i) => Math.abs(observation[i] - value));
      expect(Math.max(...differences)).toBeLessThan(featureTolerance);
    };
    compare(env.reset({ seed: trace.seed }), 0);
    expect([...env.terrain]).toEqual(trace.terrain_smooth_y);
    for (const [i, action] of trace.actions.entries()) {
      const { observation, reward, terminated, truncated } = env.step(action);
      compare(observation, i + 1);
      expect(Math.abs(reward - trace.rewards[i])).toBeLessThan(rewardTolerance);
      expect({ terminated, truncated }).toEqual({ terminated: trace.terminated[i], truncated: trace.truncated[i] });
    }
    expect(() => env.step(0)).toThrow("LunarLander-v3: step() after the episode's end: call reset() first");
  });
});

/**
 * Leans against its sideways movement, keeps above a cone over the pad, and only brakes once a leg has touched the ground:
 * the controller whose returns were recorded.
 */
function controller([x, y, velocityX, velocityY, angle, angularVelocity, leftLeg, rightLeg]: Float32Array): number {
  const onGround = leftLeg + rightLeg > 0;
  const lean = Math.max(-0.4, Math.min(0.4, 0.5 * x + velocityX));
  const turn = onGround ? 0 : 0.5 * (lean - angle) - angularVelocity;
  const lift = onGround ? -0.5 * velocityY : 0.5 * (0.55 * Math.abs(x) - y) - 0.5 * velocityY;
  if (lift > Math.abs(turn) && lift > 0.05) return 2;
  if (turn < -0.05) return 3;
  return turn > 0.05 ? 1 : 0;
}

/** Returns of episodes whose seeds are those of the recorded ones, from the first on. */
function returns(env: Env, episodes: number, policy: (observation: Float32Array) => number): number[] {
  return Array.from({ length: episodes }, (_, i) => {
    let observation = env.reset({ seed: recordedReturns.base_seed + i });
    for (let total = 0; ; ) {
      const result = env.step(policy(observation));
      observation = result.observation;
      total += result.reward;
      if (result.terminated || result.truncated) return total;
    }
  });
}

const recordedReturns = JSON.parse(readFileSync(new URL("../golden/returns.json", import.meta.url), "utf8"));

// Of 100 recorded episodes each. A contact may come out otherwise in float32, so the returns are compared as samples. The
// deviation of so few, of which one in twenty is a crash, varies by a third: it may be between half and twice the recorded.
test.each([
  ["gymnasium heuristic", 40, () => controller],
  [
    "random",
    40,
    () => {
      const random = new Pcg64(1);
      return () => random.integers(0, 4);
    },
  ],
])("returns of %s are as in the reference", (name, episodes, makePolicy) => {
  const recorded = recordedReturns.returns.lunarlander_v3[name];
  const own = returns(new LunarLander(), episodes, makePolicy());
  const deviation = standardDeviation(own);
  const combinedError = Math.sqrt(recorded.sem ** 2 + deviation ** 2 / episodes);
  expect(Math.abs(mean(own) - recorded.mean)).toBeLessThan(3 * combinedError);
  expect(deviation / recorded.std).toBeGreaterThan(0.5);
  expect(deviation / recorded.std).toBeLessThan(2);
});

test("an episode is the same from the same seed, whatever was played before", () => {
  const play = (env: Env) => {
    const seen = [...env.reset({ seed: 7 })];
    for (let i = 0; i < 100; i++) {
      const { observation, reward, terminated } = env.step((i >> 3) % 4);
      seen.push(...observation, reward);
      if (terminated) break;
    }
    return seen;
  };
  const env = new LunarLander();
  const first = play(env);
  returns(env, 2, controller);
  expect(play(env)).toEqual(first);
  expect(play(new LunarLander())).toEqual(first);
});

test("leaving at the side is a crash, and hovering ends after 1,000 steps", () => {
  const env = new LunarLander();
  const [first] = env.reset({ seed: 1 });
  env.perturb(5 * Math.sign(first));
  let result = env.step(0);
  while (!result.terminated) result = env.step(0);
  expect(Math.abs(result.observation[0])).toBeGreaterThanOrEqual(1);
  expect(result.reward).toBe(-100);

  let observation = env.reset({ seed: 1 });
  for (let step = 1; step <= 1000; step++) {
    const [x, y, velocityX, velocityY, angle, angularVelocity] = observation;
    const lean = Math.max(-0.4, Math.min(0.4, 0.5 * x + velocityX));
    const turn = 0.5 * (lean - angle) - angularVelocity;
    const lift = 0.5 * (0.7 - y) - 0.5 * velocityY;
    const stay = lift > Math.abs(turn) && lift > 0.05 ? 2 : turn < -0.05 ? 3 : turn > 0.05 ? 1 : 0;
    const { terminated, truncated, ...after } = env.step(stay);
    expect({ terminated, truncated }).toEqual({ terminated: false, truncated: step === 1000 });
    observation = after.observation;
  }
});

test("a push moves the lander its way", () => {
  const env = new LunarLander();
  for (const strength of [-1, 1]) {
    const calm = env.reset({ seed: 3 })[2];
    expect(env.step(0).observation[2]).toBeCloseTo(calm, 2);
    env.perturb(strength);
    expect((env.step(0).observation[2] - calm) * strength).toBeGreaterThan(0.3);
  }
});

test("draws ground, flags, legs and hull, and a flame where an engine fires", () => {
  const env = new LunarLander();
  env.reset({ seed: 0 });
  const resting = env.render();
  expect(resting.bounds[2] - resting.bounds[0]).toBe(20);
  for (const shape of resting.shapes) {
    if (shape.kind === "polygon" || shape.kind === "polyline")
      expect(shape.points.flat().every(Number.isFinite)).toBe(true);
  }
  for (const action of [1, 2, 3]) {
    env.step(action);
    expect(env.render().shapes.length).toBe(resting.shapes.length + 1);
  }
  env.step(0);
  expect(env.render().shapes.length).toBe(resting.shapes.length);
});
