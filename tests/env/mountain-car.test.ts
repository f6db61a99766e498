// MountainCar-v0 against episodes recorded from Gymnasium, and the rules at its ends.
import { expect, test } from "vitest";
import { MountainCar } from "../../src/env/mountain-car.js";
import { episodeTraces, expectRecordedResets, replay } from "./golden.js";

test("resets as Gymnasium does", () => expectRecordedResets(new MountainCar()));

// The cosine may differ from libm's in the last bit. The valley is not chaotic, so the states stay within a few last bits of
// a velocity (largest difference measured: 4.4e-19), and every float32 observation is equal.
test.each(episodeTraces("mountaincar_v0"))("replays seed $seed, $policy", (trace) => {
  expect(replay(new MountainCar(), trace)).toBeLessThan(1e-18);
});

/** A MountainCar about to move from this state. */
function at(position: number, velocity: number): MountainCar {
  const env = new MountainCar();
  env.reset();
  env.state.set([position, velocity]);
  return env;
}

test("the left wall takes the velocity", () => {
  const env = at(-1.19, -0.07);
  env.step(0);
  expect([...env.state]).toEqual([-1.2, 0]);
});

test("velocity and position stay within their limits", () => {
  const env = at(0.4, 0.07);
  expect(env.step(2)).toMatchObject({ terminated: false, reward: -1 });
  expect(env.state[1]).toBeLessThanOrEqual(0.07);
  expect(env.step(2)).toMatchObject({ terminated: true, reward: -1 });
  const beyond = at(0.59, 0.07);
  beyond.step(2);
  expect(beyond.state[0]).toBe(0.6);
});

test("the goal counts only when it is reached forwards", () => {
  expect(at(0.58, -0.02).step(1).terminated).toBe(false);
  expect(at(0.499, 0.01).step(1)).toMatchObject({ terminated: true, reward: -1 });
});
