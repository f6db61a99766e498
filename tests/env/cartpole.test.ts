// CartPole-v1 against episodes recorded from Gymnasium, and the rules at its limits.
import { expect, test } from "vitest";
import { CartPole } from "../../src/env/cartpole.js";
import { episodeTraces, expectRecordedResets, replay } from "./golden.js";

test("resets as Gymnasium does", () => expectRecordedResets(new CartPole()));

// Sine and cosine may differ from NumPy's in the last bit. An episode is short for the unstable pole, so the states stay
// within one last bit of 1 (largest difference measured: 1.2e-16), and every float32 observation is equal.
test.each(episodeTraces("cartpole_v1"))("replays seed $seed, $policy", (trace) => {
  expect(replay(new CartPole(), trace)).toBeLessThan(2e-16);
});

/** A CartPole about to move from this state, with the pole and cart in rest. */
function at(position: number, angle: number): CartPole {
  const env = new CartPole();
  env.reset();
  env.state.set([position, 0, angle, 0]);
  return env;
}

test("terminates beyond 2.4 m and 12 degrees, not at them, with reward 1", () => {
  const angleLimit = (12 * 2 * Math.PI) / 360;
  for (const sign of [-1, 1]) {
    expect(at(sign * 2.4, 0).step(0)).toMatchObject({ terminated: false, reward: 1 });
    expect(at(sign * 2.4000001, 0).step(0)).toMatchObject({ terminated: true, reward: 1 });
    expect(at(0, sign * angleLimit).step(0)).toMatchObject({ terminated: false, reward: 1 });
    expect(at(0, sign * (angleLimit + 1e-7)).step(0)).toMatchObject({ terminated: true, reward: 1 });
  }
});
