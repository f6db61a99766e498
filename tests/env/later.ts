// An environment that answers later, for tests: another one behind promises.
import type { CustomEnv, CustomStep, Env } from "../../src/env/env.js";

/** The environment as a plain object whose `reset` and `step` return promises. Its results are copies. */
export function later(env: Env): CustomEnv {
  const { id, observationSize, actionCount, maxEpisodeSteps, featureNames, actionNames } = env;
  return {
    ...{ id, observationSize, actionCount, maxEpisodeSteps, featureNames, actionNames },
    get actionMask() {
      return env.actionMask;
    },
    async reset(options): Promise<ArrayLike<number>> {
      await Promise.resolve();
      return env.reset(options).slice();
    },
    async step(action): Promise<CustomStep> {
      await Promise.resolve();
      const result = env.step(action);
      return { ...result, observation: result.observation.slice() };
    },
  };
}
