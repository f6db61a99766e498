// Returns of whole episodes: a policy, an environment, and the seeds of a purpose.
import type { RandomSource, StepResult } from "../env/env.js";
import { type Steps, stepper } from "../env/pauses.js";
import { Pcg64 } from "../env/random.js";
import { episodeSeed, type Purpose, purposes } from "../env/seeds.js";
import { type Copies, sideBySide } from "./rounds.js";

/** Anything that chooses an action for an observation of shape (observationSize). */
export interface Policy {
  /**
   * The action, a whole number in [0, actionCount).
   * @param mask which actions are allowed, shape (actionCount); all are if it is undefined
   */
  act(observation: Float32Array, mask?: Uint8Array): number;
}

/** Which episodes are played: `episodes` of a purpose, from the first one on, 0 by default. */
export interface Episodes {
  readonly seed: number;
  readonly purpose: Purpose;
  readonly episodes: number;
  readonly firstEpisode?: number;
}

/** What episodes gave, in order. */
export interface Played {
  /** Their undiscounted returns, shape (episodes). */
  readonly returns: Float64Array;
  /** Their lengths in steps, shape (episodes). */
  readonly lengths: Float64Array;
}

/** The undiscounted returns of episodes, in order, shape (episodes). */
export function* episodeReturns(copies: Copies, policy: Policy, which: Episodes): Steps<Float64Array> {
  return (yield* playEpisodes(copies, policy, which)).returns;
}

/**
 * Plays episodes. Each copy plays the next one that nobody has begun. With several copies a policy must not remember
 * anything from step to step.
 * @param isTime says when it may pause; its own {@link stepper} by default
 */
export function* playEpisodes(
  copies: Copies,
  policy: Policy,
  { seed, purpose, episodes, firstEpisode = 0 }: Episodes,
  isTime = stepper(),
): Steps<Played> {
  const returns = new Float64Array(episodes);
  const lengths = new Float64Array(episodes);
  let begun = 0;
  yield* sideBySide(copies, function* (env, inRounds) {
    while (begun < episodes) {
      const episode = begun++;
      const first = env.reset({ seed: episodeSeed(seed, purpose, firstEpisode + episode) });
      let observation: Float32Array = inRounds || first instanceof Promise ? yield first : first;
      let sum = 0;
      for (let ended = false; !ended; ) {
        const answer = env.step(policy.act(observation, env.actionMask));
        const result: StepResult = inRounds || answer instanceof Promise ? yield answer : answer;
        sum += result.reward;
        lengths[episode]++;
        observation = result.observation;
        ended = result.terminated || result.truncated;
        if (isTime()) yield episode / episodes;
      }
      returns[episode] = sum;
    }
  });
  return { returns, lengths };
}

/** Uniformly random actions, the same for the same seed. For this policy every `returnRatio` is 0. */
export function randomPolicy(actionCount: number, seed: number): Policy {
  const random = new Pcg64([seed, purposes.randomPolicy, 0]);
  return { act: (_, mask) => randomAction(random, actionCount, mask) };
}

/** A uniformly random one of the allowed actions. A mask that allows all of them changes no draw. */
export function randomAction(random: RandomSource, actionCount: number, mask?: Uint8Array): number {
  if (mask === undefined) return random.integers(0, actionCount);
  let allowed = 0;
  for (let action = 0; action < actionCount; action++) allowed += mask[action];
  let action = -1;
  for (let left = random.integers(0, allowed); left >= 0; left -= mask[action]) action++;
  return action;
}
