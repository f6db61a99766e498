// How well students do, compared with their teacher on the same episodes.
import type { AnyEnv } from "../env/env.js";
import { inTurns, type Steps, stoppable } from "../env/pauses.js";
import type { Purpose } from "../env/seeds.js";
import { type RatioBound, ratioBound } from "../evaluate/paired.js";
import { episodeReturns, type Policy, randomPolicy } from "../evaluate/returns.js";
import { mean, standardDeviation } from "../evaluate/statistics.js";
import { Interrupted } from "../training/checkpoint.js";

/** How well a student did on a number of episodes, compared with its teacher. */
export interface Standing extends RatioBound {
  readonly mean: number;
  readonly std: number;
}

/** Whether something that was read is a standing. */
export function isStanding(given: unknown): given is Standing {
  const { mean, std, returnRatio, lowerBound } = Object(given) as Standing;
  return (
    [mean, std].every(Number.isFinite) &&
    [returnRatio, lowerBound].every((each) => each === null || Number.isFinite(each))
  );
}

/** The episodes on which students are judged. */
export interface Episodes {
  readonly seed: number;
  readonly purpose: Purpose;
  readonly episodes: number;
}

/** What students are compared with: the returns of their teacher and of random play. */
export interface Marks {
  readonly of: Episodes;
  readonly teacher: Float64Array;
  readonly random: Float64Array;
}

/** Plays episodes with pauses. It is rejected with Interrupted if it is stopped or if the environment fails. */
export type Play = <Result>(steps: Steps<Result>) => Promise<Result>;

/** @param signal stops it */
export function player(signal: AbortSignal | undefined): Play {
  const pauses = stoppable(signal);
  return (steps) =>
    inTurns(steps, pauses).catch((error: unknown) => {
      const cause = error instanceof Error ? error : new Error(String(error));
      throw new Interrupted(new Uint8Array(0), undefined, signal?.aborted ? undefined : cause);
    });
}

/** @param envs copies of an environment, which step in rounds */
export async function marksOf(envs: readonly AnyEnv[], teacher: Policy, of: Episodes, play: Play): Promise<Marks> {
  const teacherReturns = await play(episodeReturns(envs, teacher, of));
  // one copy: random actions are drawn in the order of the episodes
  const [env] = envs;
  const random = await play(episodeReturns(env, randomPolicy(env.actionCount, of.seed), of));
  return { of, teacher: teacherReturns, random };
}

export async function standingOf(
  envs: readonly AnyEnv[],
  student: Policy,
  { of, teacher, random }: Marks,
  play: Play,
): Promise<Standing> {
  const returns = await play(episodeReturns(envs, student, of));
  const bound = ratioBound({ teacher, student: returns, random }, of.seed);
  return { mean: mean(returns), std: standardDeviation(returns), ...bound };
}
