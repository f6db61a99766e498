// Where a student's states come from: episodes that are played, or the teacher's replay memory.
import type { Targets } from "../core/distiller.js";
import type { Env } from "../env/env.js";
import { type Steps, stepper } from "../env/pauses.js";
import { Pcg64 } from "../env/random.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import type { Policy } from "../evaluate/returns.js";
import type { StateSource } from "./config.js";

/** Steps of an environment, in order. */
export interface Transitions {
  /** (count, observationSize) */
  readonly states: Float32Array;
  readonly actions: Uint32Array;
  readonly rewards: Float64Array;
  /** 1 if the step ended the task, 0 otherwise. */
  readonly terminated: Uint8Array;
  /** (count, observationSize) */
  readonly nextStates: Float32Array;
}

/** The share of a round's episodes in which the student acts. */
export function studentShare(source: StateSource, round: number, rounds: number): number {
  // the teacher always acts in the first round: an untrained student finds little
  if (source === "teacher" || round === 0) return 0;
  return source === "student" ? 1 : round / (rounds - 1);
}

/**
 * Plays whole episodes; the last one is cut when there are enough steps. A coin for each episode decides who acts,
 * ε-greedily. Each episode depends only on the seed and its number.
 * @param firstEpisode the number of the first episode
 * @returns the steps, and the number of the first episode that was not begun
 */
export function* collectTransitions(
  env: Env,
  policies: { readonly teacher: Policy; readonly student: Policy },
  {
    seed,
    firstEpisode,
    count,
    exploration,
    share,
  }: { seed: number; firstEpisode: number; count: number; exploration: number; share: number },
): Steps<Transitions & { nextEpisode: number }> {
  const isTime = stepper();
  const size = env.observationSize;
  const states = new Float32Array(count * size);
  const nextStates = new Float32Array(count * size);
  const actions = new Uint32Array(count);
  const rewards = new Float64Array(count);
  const terminated = new Uint8Array(count);
  let episode = firstEpisode;
  for (let filled = 0; filled < count; episode++) {
    const random = new Pcg64([seed, purposes.student, episode]);
    // no coin is needed if it is already decided
    const studentActs = share === 1 || (share > 0 && random.random() < share);
    const policy = studentActs ? policies.student : policies.teacher;
    let observation = env.reset({ seed: episodeSeed(seed, purposes.student, episode) });
    for (let ended = false; !ended && filled < count; filled++) {
      states.set(observation, filled * size);
      const explores = random.random() < exploration;
      actions[filled] = explores ? random.integers(0, env.actionCount) : policy.act(observation);
      const result = env.step(actions[filled]);
      observation = result.observation;
      nextStates.set(observation, filled * size);
      rewards[filled] = result.reward;
      if (result.terminated) terminated[filled] = 1;
      ended = result.terminated || result.truncated;
      if (isTime()) yield filled / count;
    }
  }
  return { states, actions, rewards, terminated, nextStates, nextEpisode: episode };
}

/**
 * td's targets r + γ·(1 − terminated)·max_a' Q_T(s', a'), and their actions. The teacher does not change, so neither
 * do they.
 * @param answer the teacher: (count, observationSize) → (count, actionCount)
 */
export function tdTargets(
  { actions, rewards, terminated, nextStates }: Transitions,
  answer: (observations: Float32Array) => Float32Array,
  gamma: number,
): Targets {
  const qValues = answer(nextStates);
  const actionCount = qValues.length / actions.length;
  const values = Float32Array.from(rewards, (reward, i) => {
    if (terminated[i]) return reward;
    const row = qValues.subarray(i * actionCount, (i + 1) * actionCount);
    return reward + gamma * row.reduce((a, b) => Math.max(a, b));
  });
  return { actions, values };
}

/** `count` rows of a replay memory (rows, observationSize), spread evenly; or all rows, if there are no more. */
export function replayStates(observations: Float32Array | Uint8Array, size: number, count: number): Float32Array {
  const rows = observations.length / size;
  const taken = Math.min(count, rows);
  const states = new Float32Array(taken * size);
  for (let i = 0; i < taken; i++) {
    const row = Math.floor((i * rows) / taken);
    states.set(observations.subarray(row * size, (row + 1) * size), i * size);
  }
  return states;
}
