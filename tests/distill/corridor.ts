// A task for tests: episodes of three steps, in which the observation is (step, action that led here).
import type { CustomEnv } from "../../src/env/env.js";

/** @param pay what a step comes to, the first of an episode being 1 */
export function corridor(pay: (step: number, action: number) => { reward: number; terminated: boolean }): CustomEnv {
  let step = 0;
  return {
    id: "corridor",
    observationSize: 2,
    actionCount: 2,
    maxEpisodeSteps: 3,
    reset: () => {
      step = 0;
      return [0, -1];
    },
    step: (action) => ({ observation: [++step, action], ...pay(step, action) }),
  };
}
