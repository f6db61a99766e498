// A log of CartPole for tests, made by random actions.
import { makeEnv } from "../../src/env/registry.js";
import "../../src/env/all.js";
import type { LoggedSteps } from "../../src/offline/steps.js";

/** Random actions for so many steps. The last episode is cut, and the log says what came next. */
export function randomLog(id: string, steps: number, seed: number): LoggedSteps {
  const env = makeEnv(id);
  const size = env.observationSize;
  const log = {
    ...{ observationSize: size, actionCount: env.actionCount },
    ...{ observations: new Float32Array(steps * size), nextObservations: new Float32Array(steps * size) },
    ...{ actions: new Uint8Array(steps), rewards: new Float32Array(steps) },
    ...{ terminated: new Uint8Array(steps), truncated: new Uint8Array(steps) },
  };
  let word = seed;
  let observation = env.reset({ seed });
  for (let step = 0; step < steps; step++) {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    log.observations.set(observation, step * size);
    log.actions[step] = (word >>> 16) % env.actionCount;
    const result = env.step(log.actions[step]);
    log.nextObservations.set(result.observation, step * size);
    log.rewards[step] = result.reward;
    log.terminated[step] = Number(result.terminated);
    log.truncated[step] = Number(!result.terminated && (result.truncated || step === steps - 1));
    observation = result.terminated || result.truncated ? env.reset() : result.observation;
  }
  return log;
}
