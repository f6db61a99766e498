// Where a student's states come from: episodes that are played, or the teacher's replay memory.
import type { Targets } from "../core/distiller.js";
import type { StepResult } from "../env/env.js";
import { type Steps, stepper } from "../env/pauses.js";
import { Pcg64 } from "../env/random.js";
import { episodeSeed, purposes } from "../env/seeds.js";
import { type Policy, randomAction } from "../evaluate/returns.js";
import { type Copies, listed, sideBySide } from "../evaluate/rounds.js";
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
  /** Which actions are allowed in the states: (count, actionCount), 1 or 0. Undefined if the environment has no masks. */
  readonly masks?: Uint8Array;
  /** The same for the next states. Where the step ended the task, all are allowed, because nothing is chosen there. */
  readonly nextMasks?: Uint8Array;
}

/** The share of a round's episodes in which the student acts. */
export function studentShare(source: StateSource, round: number, rounds: number): number {
  // the teacher always acts in the first round: an untrained student finds little
  if (source === "teacher" || round === 0) return 0;
  return source === "student" ? 1 : round / (rounds - 1);
}

/**
 * Plays whole episodes; the last one of each copy is cut when there are enough steps. A coin for each episode decides who
 * acts, ε-greedily. Each episode depends only on the seed and its number. The steps of several copies are in the order of
 * their rounds.
 * @param firstEpisode the number of the first episode
 * @returns the steps, the number of the first episode that was not begun, and the length of the longest one
 */
export function* collectTransitions(
  copies: Copies,
  policies: { readonly teacher: Policy; readonly student: Policy },
  {
    seed,
    firstEpisode,
    count,
    exploration,
    share,
  }: { seed: number; firstEpisode: number; count: number; exploration: number; share: number },
): Steps<Transitions & { nextEpisode: number; longest: number }> {
  const isTime = stepper();
  const [{ observationSize: size, actionCount }] = listed(copies);
  const states = new Float32Array(count * size);
  const nextStates = new Float32Array(count * size);
  const actions = new Uint32Array(count);
  const rewards = new Float64Array(count);
  const terminated = new Uint8Array(count);
  const allAllowed = () => new Uint8Array(count * actionCount).fill(1);
  let masks: Uint8Array | undefined;
  let nextMasks: Uint8Array | undefined;
  let nextEpisode = firstEpisode;
  let filled = 0;
  let longest = 0;
  yield* sideBySide(copies, function* (env, inRounds) {
    while (filled < count) {
      const episode = nextEpisode++;
      const random = new Pcg64([seed, purposes.student, episode]);
      // no coin is needed if it is already decided
      const studentActs = share === 1 || (share > 0 && random.random() < share);
      const policy = studentActs ? policies.student : policies.teacher;
      const first = env.reset({ seed: episodeSeed(seed, purposes.student, episode) });
      let observation: Float32Array = inRounds || first instanceof Promise ? yield first : first;
      let length = 0;
      for (let ended = false; !ended && filled < count; length++) {
        const row = filled++;
        const mask = env.actionMask;
        states.set(observation, row * size);
        if (mask !== undefined) {
          masks ??= allAllowed();
          nextMasks ??= allAllowed();
          masks.set(mask, row * actionCount);
        }
        const explores = random.random() < exploration;
        actions[row] = explores ? randomAction(random, actionCount, mask) : policy.act(observation, mask);
        const answer = env.step(actions[row]);
        const result: StepResult = inRounds || answer instanceof Promise ? yield answer : answer;
        observation = result.observation;
        nextStates.set(observation, row * size);
        rewards[row] = result.reward;
        if (result.terminated) terminated[row] = 1;
        else if (env.actionMask !== undefined) nextMasks?.set(env.actionMask, row * actionCount);
        ended = result.terminated || result.truncated;
        if (isTime()) yield filled / count;
      }
      longest = Math.max(longest, length);
    }
  });
  return { states, actions, rewards, terminated, nextStates, masks, nextMasks, nextEpisode, longest };
}

/**
 * td's targets r + γ·(1 − terminated)·max_a' Q_T(s', a'), and their actions. The maximum is over the actions that are
 * allowed in s'. The teacher does not change, so neither do they.
 * @param answer the teacher: (count, observationSize) → (count, actionCount)
 */
export function tdTargets(
  { actions, rewards, terminated, nextStates, nextMasks }: Transitions,
  answer: (observations: Float32Array) => Float32Array,
  gamma: number,
): Targets {
  const qValues = answer(nextStates);
  const actionCount = qValues.length / actions.length;
  const values = Float32Array.from(rewards, (reward, i) => {
    if (terminated[i]) return reward;
    let largest = -Infinity;
    for (let at = i * actionCount; at < (i + 1) * actionCount; at++) {
      if (nextMasks?.[at] !== 0) largest = Math.max(largest, qValues[at]);
    }
    return reward + gamma * largest;
  });
  return { actions, values };
}

/** `count` rows of a replay memory's observations or masks (rows, size), spread evenly; or all rows, if there are no more. */
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
