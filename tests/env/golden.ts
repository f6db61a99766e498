// Traces recorded from Gymnasium and NumPy: how they are read, and how an environment is held against them.
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Env } from "../../src/env/env.js";

export interface Reset {
  readonly observation: number[];
  readonly state: number[];
  readonly second_reset_without_seed_observation: number[];
}

/** What NumPy and Gymnasium give for one seed. */
export interface SeedTrace {
  readonly seed: number;
  readonly seedsequence_generate_state_4_uint64: string[];
  readonly random_raw_8: string[];
  readonly random_8: number[];
  readonly "uniform_m0.05_0.05_4": number[];
  readonly uniform_m1000_1000_2_then_scalar: number[];
  readonly integers_0_2_scalar_x8: number[];
  readonly integers_0_3_scalar_x8: number[];
  readonly integers_0_10_scalar_x8: number[];
  readonly integers_0_1000_scalar_x8: number[];
  readonly "integers_0_2**40_scalar_x4": number[];
  readonly interleaved_integers10_random_integers10_random_integers10: number[];
  readonly normal_0_1_x8: number[];
  readonly normal_2_3_x8: number[];
  readonly permutation_10: number[];
  readonly choice_10_scalar_x8: number[];
  readonly "choice_4_p_0.1_0.2_0.3_0.4_scalar_x8": number[];
  readonly reset: Record<string, Reset>;
}

/** One episode; `states` only for some. */
export interface EpisodeTrace {
  readonly seed: number;
  readonly policy: string;
  readonly actions: number[];
  readonly observations: number[][];
  readonly rewards: number[];
  readonly terminated: boolean[];
  readonly truncated: boolean[];
  readonly states?: number[][];
}

function read<Trace>(name: string): Trace[] {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8")).traces;
}

export const seedTraces = read<SeedTrace>("seeding");

export const episodeTraces = (name: string) => read<EpisodeTrace>(name);

type EnvWithState = Env & { readonly state: Float64Array };

/** Resets with every recorded seed: observations and float64 states are equal bit for bit, with a seed and without. */
export function expectRecordedResets(env: EnvWithState): void {
  for (const { seed, reset } of seedTraces) {
    const { observation, state, second_reset_without_seed_observation } = reset[env.id];
    expect([...env.reset({ seed })]).toEqual(observation);
    expect([...env.state]).toEqual(state);
    expect([...env.reset()]).toEqual(second_reset_without_seed_observation);
  }
}

/**
 * Replays a recorded episode: float32 observations, rewards and both flags are equal at every step.
 * @param rewardTolerance largest difference of a reward
 * @returns the largest difference between a float64 state and the recorded one; 0 where none is recorded
 */
export function replay(env: EnvWithState, trace: EpisodeTrace, rewardTolerance = 0): number {
  let deviation = 0;
  const compareState = (index: number) => {
    trace.states?.[index].forEach((value, i) => {
      deviation = Math.max(deviation, Math.abs(env.state[i] - value));
    });
  };
  expect([...env.reset({ seed: trace.seed })]).toEqual(trace.observations[0]);
  compareState(0);
  trace.actions.forEach((action, i) => {
    const { observation, reward, terminated, truncated } = env.step(action);
    expect([...observation]).toEqual(trace.observations[i + 1]);
    expect(Math.abs(reward - trace.rewards[i])).toBeLessThanOrEqual(rewardTolerance);
    expect({ terminated, truncated }).toEqual({
      terminated: trace.terminated[i],
      truncated: trace.truncated[i],
    });
    compareState(i + 1);
  });
  expect(() => env.step(0)).toThrow(`${env.id}: step() after the episode's end: call reset() first`);
  return deviation;
}
