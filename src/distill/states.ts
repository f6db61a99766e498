// Where a student's states come from: episodes in which someone acts, or the teacher's replay memory.
import type { Env } from "../env/env.js";
import { Pcg64 } from "../env/random.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import type { Policy } from "../evaluate/returns.js";

/**
 * States of whole episodes, the last one cut where there are enough: `count` rows of (count, observationSize). The
 * policy acts ε-greedily. Each episode depends on the seed and its number alone.
 * @param firstEpisode the number of the first episode
 * @returns the states, and the number of the first episode that was not begun
 */
export function collectStates(
  env: Env,
  policy: Policy,
  {
    seed,
    firstEpisode,
    count,
    exploration,
  }: { seed: number; firstEpisode: number; count: number; exploration: number },
): { states: Float32Array; nextEpisode: number } {
  const size = env.observationSize;
  const states = new Float32Array(count * size);
  let episode = firstEpisode;
  for (let filled = 0; filled < count; episode++) {
    const random = new Pcg64([seed, purposes.student, episode]);
    let observation = env.reset({ seed: episodeSeed(seed, purposes.student, episode) });
    for (let ended = false; !ended && filled < count; filled++) {
      states.set(observation, filled * size);
      const explores = random.random() < exploration;
      const result = env.step(explores ? random.integers(0, env.actionCount) : policy.act(observation));
      observation = result.observation;
      ended = result.terminated || result.truncated;
    }
  }
  return { states, nextEpisode: episode };
}

/** `count` rows of a replay memory (rows, observationSize), spread evenly; all of them where there are no more. */
export function replayStates(observations: Float32Array, size: number, count: number): Float32Array {
  const rows = observations.length / size;
  const taken = Math.min(count, rows);
  const states = new Float32Array(taken * size);
  for (let i = 0; i < taken; i++) {
    const row = Math.floor((i * rows) / taken);
    states.set(observations.subarray(row * size, (row + 1) * size), i * size);
  }
  return states;
}
