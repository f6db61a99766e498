// States on which an export is compared with its model: visited in play, or random if there is no environment to play
// in at once.
import type { AnyEnv } from "../env/env.js";
import { Pcg64 } from "../env/random.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import type { Policy } from "../evaluate/returns.js";

/**
 * The first `count` states of episodes that no training has seen. The policies take turns: each acts for a whole
 * episode.
 * @returns shape (count, observationSize), row-major; undefined if the environment answers later, because nobody waits
 * here
 */
export function visitedStates(
  env: AnyEnv,
  policies: readonly Policy[],
  seed: number,
  count: number,
): Float32Array | undefined {
  const size = env.observationSize;
  const states = new Float32Array(count * size);
  for (let filled = 0, episode = 0; filled < count; episode++) {
    const policy = policies[episode % policies.length];
    const first = env.reset({ seed: episodeSeed(seed, purposes.probe, episode) });
    if (isLater(first)) return undefined;
    let observation = first;
    for (let ended = false; !ended && filled < count; filled++) {
      states.set(observation, filled * size);
      const result = env.step(policy.act(observation, env.actionMask));
      if (isLater(result)) return undefined;
      observation = result.observation;
      ended = result.terminated || result.truncated;
    }
  }
  return states;
}

function isLater<Answer>(answer: Answer | Promise<Answer>): answer is Promise<Answer> {
  if (!(answer instanceof Promise)) return false;
  answer.catch(() => {}); // nobody waits for it
  return true;
}

/** `count` states with `size` features, each uniform in [−1, 1): shape (count, size), row-major. */
export function randomStates(size: number, seed: number, count: number): Float32Array {
  const random = new Pcg64([seed, purposes.probe, 0]);
  return Float32Array.from({ length: count * size }, () => random.uniform(-1, 1));
}
