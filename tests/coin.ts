// A task for tests: ten steps at most, two states that take turns, and what happens is up to the test.
import type { CustomEnv } from "../src/env/env.js";

interface Happening {
  readonly reward: number;
  readonly terminated?: boolean;
}

/** @param step gives what the n-th step of an episode, from 1, comes to */
export function coin(step: (n: number, action: number) => Happening): () => CustomEnv {
  return () => {
    let steps = 0;
    return {
      id: "coin",
      observationSize: 1,
      actionCount: 2,
      maxEpisodeSteps: 10,
      reset: () => {
        steps = 0;
        return [0];
      },
      step: (action) => ({ observation: [++steps % 2], terminated: false, ...step(steps, action) }),
    };
  };
}
