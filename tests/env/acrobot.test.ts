// Acrobot-v1 against episodes recorded from Gymnasium, and the rules at its limits.
import { expect, test } from "vitest";
import { Acrobot } from "../../src/env/acrobot.js";
import { episodeTraces, expectRecordedResets, replay } from "./golden.js";

test("resets as Gymnasium does, with states of float32", () => expectRecordedResets(new Acrobot()));

// Sine and cosine may differ from libm's in the last bit, and the double pendulum is chaotic: a last bit of 2e-16 grew about
// a thousandfold in the 87 steps of the longest episode whose states are recorded (largest difference measured: 3.0e-13).
// Every float32 observation is equal all the same.
test.each(episodeTraces("acrobot_v1"))("replays seed $seed, $policy", (trace) => {
  expect(replay(new Acrobot(), trace)).toBeLessThan(5e-13);
});

/** An Acrobot about to move from this state. */
function at(...state: number[]): Acrobot {
  const env = new Acrobot();
  env.reset();
  env.state.set(state);
  return env;
}

test("the step that lifts the tip high enough ends the episode with reward 0", () => {
  expect(at(Math.PI, 0, 0, 0).step(1)).toMatchObject({ terminated: true, reward: 0 });
  expect(at(0, 0, 0, 0).step(1)).toMatchObject({ terminated: false, reward: -1 });
});

test("angles are wrapped and velocities bounded", () => {
  const env = at(3.1, -3.1, 12, -28);
  env.step(2);
  const [angle1, angle2, velocity1, velocity2] = env.state;
  expect(Math.max(Math.abs(angle1), Math.abs(angle2))).toBeLessThanOrEqual(Math.PI);
  expect(Math.abs(velocity1)).toBeLessThanOrEqual(4 * Math.PI);
  expect(Math.abs(velocity2)).toBeLessThanOrEqual(9 * Math.PI);
});

test("two environments that take turns do not disturb each other", () => {
  const [a, b, alone] = [new Acrobot(), new Acrobot(), new Acrobot()];
  a.reset({ seed: 1 });
  b.reset({ seed: 2 });
  alone.reset({ seed: 1 });
  for (let i = 0; i < 20; i++) {
    a.step(2);
    b.step(0);
    alone.step(2);
  }
  expect(a.state).toEqual(alone.state);
});
