// A log of CartPole for tests, made by random actions.
import { logOf } from "../../scripts/log-of.js";
import { makeEnv } from "../../src/env/registry.js";
import "../../src/env/all.js";
import type { LoggedSteps } from "../../src/offline/steps.js";

/** Random actions for so many steps. The last episode is cut, and the log says what came next. */
export function randomLog(id: string, steps: number, seed: number): LoggedSteps {
  const env = makeEnv(id);
  let word = seed;
  const act = () => {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    return (word >>> 16) % env.actionCount;
  };
  return logOf(env, act, steps, (episode) => (episode === 0 ? { seed } : undefined));
}
