// Pendulum-v1 against episodes recorded from Gymnasium, its other numbers of torques, and its limits.
import { expect, test } from "vitest";
import { Pendulum } from "../../src/env/pendulum/pendulum.js";
import { episodeTraces, expectRecordedResets, replay } from "./golden.js";

test("resets as Gymnasium does", () => expectRecordedResets(new Pendulum()));

// Sine may differ from NumPy's in the last bit, and a hanging pendulum does not let that grow: every float32 observation is
// equal, and the largest difference measured is 4.5e-15 in a state and 2e-15 in a reward, of up to 16.
test.each(episodeTraces("pendulum_v1_disc5"))("replays seed $seed, $policy", (trace) => {
  expect(replay(new Pendulum(), trace, 1e-14)).toBeLessThan(1e-14);
});

/** A pendulum about to move from this angle, at rest. */
function at(angle: number, torques?: number): Pendulum {
  const env = new Pendulum({ torques });
  env.reset();
  env.state.set([angle, 0]);
  return env;
}

test("torques are evenly spaced from -2 to 2, in float32", () => {
  for (const [torques, actions] of [
    [2, [-2, 2]],
    [3, [-2, 0, 2]],
    [4, [-2, Math.fround(-2 / 3), Math.fround(2 / 3), 2]],
  ] as const) {
    const env = at(0, torques);
    expect(env.actionCount).toBe(torques);
    actions.forEach((torque, action) => {
      env.state.set([0, 0]);
      env.step(action);
      expect(env.state[1]).toBe(Math.fround(3 * torque) * 0.05);
    });
  }
});

test("refuses torques that are none", () => {
  for (const torques of [1, 2.5, 1002, Number.NaN]) {
    expect(() => new Pendulum({ torques })).toThrow(
      new RangeError(`Pendulum-v1: torques ${torques} is not allowed: a whole number from 2 to 1001`),
    );
  }
});

test("the reward is of the state before the step and takes whole turns off the angle", () => {
  for (const turns of [-2, -1, 0, 1, 2]) {
    const { reward, terminated } = at(2 * Math.PI * turns + 0.5).step(2);
    expect(reward).toBeCloseTo(-0.25, 12);
    expect(terminated).toBe(false);
  }
  expect(at(0).step(4).reward).toBe(-Math.fround(Math.fround(0.001) * 4));
});

test("turns at 8 rad/s at most, and a push does not exceed it", () => {
  const env = at(Math.PI / 2);
  env.state[1] = 7.9;
  env.step(4);
  expect(env.state[1]).toBe(8);
  env.perturb(-1);
  expect(env.state[1]).toBe(8);
  env.perturb(1);
  expect(env.state[1]).toBe(4);
});

test("draws the rod where it points, and an arrow for a torque", () => {
  const env = at(0);
  expect(env.render().shapes[2]).toMatchObject({ kind: "circle", centre: [expect.closeTo(0, 12), 1] });
  env.state[0] = Math.PI / 2;
  const left = env.render();
  expect(left.shapes[2]).toMatchObject({ centre: [-1, expect.closeTo(0, 12)] });
  env.step(0);
  expect(env.render().shapes.length).toBe(left.shapes.length + 2);
});
