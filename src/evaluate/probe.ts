// Probe states: networks are compared on them. They come from episodes that no training has seen.
import type { RandomSource, StepResult } from "../env/env.js";
import { type Steps, stepper } from "../env/pauses.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import type { Policy } from "./returns.js";
import { type Copies, sideBySide } from "./rounds.js";
import { standardDeviation } from "./statistics.js";

/** The number of episodes; every state in them is a probe. */
export const probeEpisodes = 10;

/** States, and which actions are allowed in them. */
export interface Probes {
  /** Each of shape (observationSize). */
  readonly states: readonly Float32Array[];
  /** One for each state, each of shape (actionCount); undefined if the environment has no masks. */
  readonly masks?: readonly Uint8Array[];
}

/** Every state of the probe episodes, in order. The policies take turns: each acts for a whole episode. */
export function* probeStates(copies: Copies, policies: readonly Policy[], seed: number): Steps<Probes> {
  const isTime = stepper();
  const episodes = Array.from({ length: probeEpisodes }, () => ({
    states: [] as Float32Array[],
    masks: [] as Uint8Array[],
  }));
  let begun = 0;
  yield* sideBySide(copies, function* (env, inRounds) {
    while (begun < probeEpisodes) {
      const episode = begun++;
      const { states, masks } = episodes[episode];
      const policy = policies[episode % policies.length];
      const first = env.reset({ seed: episodeSeed(seed, purposes.probe, episode) });
      let observation: Float32Array = inRounds || first instanceof Promise ? yield first : first;
      for (let ended = false; !ended; ) {
        const mask = env.actionMask;
        states.push(observation.slice());
        if (mask !== undefined) masks.push(mask.slice());
        const answer = env.step(policy.act(observation, mask));
        const result: StepResult = inRounds || answer instanceof Promise ? yield answer : answer;
        observation = result.observation;
        ended = result.terminated || result.truncated;
        if (isTime()) yield episode / probeEpisodes;
      }
    }
  });
  const masks = episodes.flatMap((episode) => episode.masks);
  return { states: episodes.flatMap(({ states }) => states), masks: masks.length === 0 ? undefined : masks };
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
