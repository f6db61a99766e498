// Returns of whole episodes: a policy, an environment, and the seeds of a purpose.
import type { Env } from "../env/env.js";
import { type Steps, stepper } from "../env/pauses.js";
import { Pcg64 } from "../env/random.js";
import { episodeSeed, type Purpose, purposes } from "../env/seeds.js";

/** Anything that chooses an action for an observation of shape (observationSize). */
export interface Policy {
  /**
   * The action, a whole number in [0, actionCount).
   * @param mask which actions are allowed, shape (actionCount); all are if it is undefined
   */
  act(observation: Float32Array, mask?: Uint8Array): number;
}

/** The undiscounted returns of `episodes` episodes of a purpose, in order, from the first one on. */
export function* episodeReturns(
  env: Env,
  policy: Policy,
  {
    seed,
    purpose,
    episodes,
    firstEpisode = 0,
  }: { seed: number; purpose: Purpose; episodes: number; firstEpisode?: number },
): Steps<Float64Array> {
  const isTime = stepper();
  const returns = new Float64Array(episodes);
  for (let episode = 0; episode < episodes; episode++) {
    let observation = env.reset({ seed: episodeSeed(seed, purpose, firstEpisode + episode) });
    for (let ended = false; !ended; ) {
      const result = env.step(policy.act(observation));
      returns[episode] += result.reward;
      observation = result.observation;
      ended = result.terminated || result.truncated;
      if (isTime()) yield episode / episodes;
    }
  }
  return returns;
}

/** Uniformly random actions, the same for the same seed. For this policy every `returnRatio` is 0. */
export function randomPolicy(actionCount: number, seed: number): Policy {
  const random = new Pcg64([seed, purposes.randomPolicy, 0]);
  return { act: () => random.integers(0, actionCount) };
}
