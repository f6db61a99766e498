// E: steps of each environment, including resets.
import "#dist/dqn/presets/all.js";
import { environmentIds, makeEnv } from "#dist/env/registry.js";
import type { Case } from "./suite.js";

const stepsPerCall = 1000;

/**
 * Seconds for a million steps of the Python references with random actions, ten copies, on a Xeon E5-2650 v3, from the
 * table in the Readme of gymnax-blines (Lange 2023), whose MinAtar has all six actions. No figures are known for the
 * others.
 */
const pythonSeconds: Readonly<Record<string, number>> = {
  "CartPole-v1": 46,
  "MountainCar-v0": 48,
  "Acrobot-v1": 72,
  "Pendulum-v1": 139,
  "MinAtar/Asterix-v0": 62.95,
  "MinAtar/Breakout-v0": 49.35,
  "MinAtar/Freeway-v0": 49.91,
  "MinAtar/SpaceInvaders-v0": 65.58,
};

export const environments: readonly Case[] = environmentIds().map((id) => ({
  name: "E",
  what: id,
  flops: 0,
  operations: stepsPerCall,
  published: id in pythonSeconds ? 1e6 / pythonSeconds[id] : undefined,
  prepare() {
    const env = makeEnv(id);
    const { actionCount } = env;
    env.reset({ seed: 0 });
    const run = () => {
      for (let step = 0; step < stepsPerCall; step++) {
        const { terminated, truncated } = env.step(step % actionCount);
        if (terminated || truncated) env.reset();
      }
    };
    return { run, dispose() {} };
  },
}));
