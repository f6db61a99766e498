// An environment for tests in which the smallest networks fail: the second action is right if exactly one of the first two
// signals is on. The others say nothing. Its teacher is always right.
import type { CustomEnv } from "../../src/env/env.js";
import { Pcg64 } from "../../src/env/random.js";
import { Model } from "../../src/model/model.js";

const observationSize = 5;

/** Ten steps, each of which pays 1 for the right action. @param onStep is called at each step */
export const either =
  (onStep: () => void = () => {}) =>
  (): CustomEnv => {
    let random = new Pcg64(0);
    let signals: number[] = [];
    let step = 0;
    const see = () => {
      signals = Array.from({ length: observationSize }, () => random.integers(0, 2));
      return signals;
    };
    return {
      ...{ id: "either", observationSize, actionCount: 2 },
      reset({ seed = 0 } = {}) {
        random = new Pcg64(seed);
        step = 0;
        return see();
      },
      step(action) {
        onStep();
        const reward = action === (signals[0] + signals[1]) % 2 ? 1 : 0;
        return { observation: see(), reward, terminated: ++step === 10 };
      },
    };
  };

/** Its second Q-value is the sum of the signals, less twice what is above 1; its first is 1/2. */
export const teacher = new Model({
  environment: "either",
  widths: [observationSize, 2, 2],
  parameters: Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, -1, 0, 1, 0, -2, 0.5, 0),
});
