// States to hold an export against its model: those that play comes through, or random ones where nothing can be played.
import type { Env } from "../env/env.js";
import { Pcg64 } from "../env/random.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import type { Policy } from "../evaluate/returns.js";

/**
 * The first `count` states of episodes that no training has seen. The policies act in turn, an episode each.
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
      const result = env.step(policy.act(observation));
      observation = result.observation;
      ended = result.terminated || result.truncated;
    }
  }
  return states;
}

/** `count` states of `size` features, each uniformly from [−1, 1): shape (count, size), row-major. */
export function randomStates(size: number, seed: number, count: number): Float32Array {
  const random = new Pcg64([seed, purposes.probe, 0]);
  return Float32Array.from({ length: count * size }, () => random.uniform(-1, 1));
}
