// E: steps of each environment, resets included.
import "#dist/env/all.js";
import { environmentIds, knownEnv, makeEnv } from "#dist/env/registry.js";
import type { Case } from "./suite.js";

const stepsPerCall = 1000;

export const environments: readonly Case[] = environmentIds().map((id) => {
  const pythonSeconds = knownEnv(id)?.reference?.pythonSeconds;
  return {
    name: "E",
    what: id,
    flops: 0,
    operations: stepsPerCall,
    published: pythonSeconds && 1e6 / pythonSeconds,
    prepare() {
      const env = makeEnv(id);
      const { actionCount } = env;
      env.reset({ seed: 0 });
      const run = () => {
        for (let step = 0; step < stepsPerCall; step++) {
          let action = step % actionCount;
          if (env.actionMask) while (env.actionMask[action] === 0) action = (action + 1) % actionCount;
          const { terminated, truncated } = env.step(action);
          if (terminated || truncated) env.reset();
        }
      };
      return { run, dispose() {} };
    },
  };
});
