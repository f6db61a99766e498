// Probe states: networks are compared on them. They come from episodes that no training has seen.
import type { EnvSource, RandomSource } from "../env/env.js";
import { type Steps, stepper } from "../env/pauses.js";
import { resolveEnv } from "../env/registry.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import type { Policy } from "./returns.js";
import { standardDeviation } from "./statistics.js";

/** The number of episodes; every state in them is a probe. */
export const probeEpisodes = 10;

/**
 * Every state of the probe episodes, each of shape (observationSize). The policies take turns: each acts for a whole
 * episode.
 */
export function* probeStates(source: EnvSource, policies: readonly Policy[], seed: number): Steps<Float32Array[]> {
  const isTime = stepper();
  const env = resolveEnv(source);
  const states: Float32Array[] = [];
  for (let episode = 0; episode < probeEpisodes; episode++) {
    const policy = policies[episode % policies.length];
    let observation = env.reset({ seed: episodeSeed(seed, purposes.probe, episode) });
    for (let ended = false; !ended; ) {
      states.push(observation.slice());
      const result = env.step(policy.act(observation));
      observation = result.observation;
      ended = result.terminated || result.truncated;
      if (isTime()) yield episode / probeEpisodes;
    }
  }
  return states;
}

/** The standard deviation of each feature over the states. */
export function featureDeviations(states: readonly Float32Array[]): number[] {
  return Array.from(states[0], (_, i) => standardDeviation(states.map((state) => state[i])));
}

/**
 * A copy of the states with Gaussian noise on each feature.
 * @param deviations the standard deviation of the noise on each feature, shape (observationSize)
 */
export function noisyStates(
  states: readonly Float32Array[],
  deviations: readonly number[],
  random: RandomSource,
): Float32Array[] {
  return states.map((state) => state.map((value, i) => value + random.normal(0, deviations[i])));
}
