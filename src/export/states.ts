// States on which an export is compared with its model: visited in play, or random if there is no environment to play
// in.
import type { Env } from "../env/env.js";
import { Pcg64 } from "../env/random.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import type { Policy } from "../evaluate/returns.js";

/**
 * The first `count` states of episodes that no training has seen. The policies take turns: each acts for a whole
 * episode.
 * @returns shape (count, observationSize), row-major
 */
export function visitedStates(env: Env, policies: readonly Policy[], seed: number, count: number): Float32Array {
  const size = env.observationSize;
  const states = new Float32Array(count * size);
  for (let filled = 0, episode = 0; filled < count; episode++) {
    const policy = policies[episode % policies.length];
    let observation = env.reset({ seed: episodeSeed(seed, purposes.probe, episode) });
    for (let ended = false; !ended && filled < count; filled++) {
      states.set(observation, filled * size);
      const result = env.step(policy.act(observation, env.actionMask));
      observation = result.observation;
      ended = result.terminated || result.truncated;
    }
  }
  return states;
}

/** `count` states with `size` features, each uniform in [−1, 1): shape (count, size), row-major. */
export function randomStates(size: number, seed: number, count: number): Float32Array {
  const random = new Pcg64([seed, purposes.probe, 0]);
  return Float32Array.from({ length: count * size }, () => random.uniform(-1, 1));
}
