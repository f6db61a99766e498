// The unit of a search for better options: a teacher is trained with one seed and judged on selection episodes.

import type { TeacherConfig } from "../dqn/config.js";
import { type Teacher, trainTeacher } from "../dqn/teacher.js";
import type { EnvSource } from "../env/env.js";
import { inTurns, stoppable } from "../env/pauses.js";
import { purposes } from "../env/seeds.js";
import { episodeReturns, type Policy } from "../evaluate/returns.js";
import { makeCopies } from "../evaluate/rounds.js";
import { mean } from "../evaluate/statistics.js";
import { DivergedError, type TrainingEvent } from "../training/events.js";
import { type Job, jobId } from "../training/job.js";
import { KeptCheckpoint, resumed, type Store } from "../training/store.js";
import type { Score } from "./halving.js";

/** A training of a trial. */
export type TrialJob = Job<{
  readonly env: string;
  /** The options of its environment, as JSON. */
  readonly envOptions?: string;
  readonly teacher: TeacherConfig;
  /** The seed of the selection episodes by which teachers are compared. */
  readonly judgedBy: number;
}>;

/** What a training came to: plain data. */
export interface TrialResult {
  /** The mean return of the kept network; null if the training diverged. */
  readonly score: Score;
  /** The selection episodes that it is the mean of. */
  readonly episodes: number;
  /** The environment steps in these episodes. */
  readonly judgingSteps: number;
  /** The environment steps in which it was trained, without those of its evaluations. */
  readonly envSteps: number;
  /** The environment steps that its evaluations took; if it diverged, up to the last one. */
  readonly evaluationSteps: number;
  /** The steps after which it is not bit-exact: it went on from a checkpoint in an environment that does not repeat. */
  readonly inexactFrom?: number;
}

export function isTrialResult(value: unknown): value is TrialResult {
  const { score, episodes, judgingSteps, envSteps, evaluationSteps, inexactFrom = 0 } = Object(value) as TrialResult;
  const counts = [episodes, judgingSteps, envSteps, evaluationSteps, inexactFrom];
  return (score === null || Number.isFinite(score)) && counts.every(Number.isSafeInteger);
}

/** The result without anything else that may be beside it: others may have written it. */
export function onlyTrialResult(result: TrialResult): TrialResult {
  const { score, episodes, judgingSteps, envSteps, evaluationSteps, inexactFrom } = result;
  const counted = { score, episodes, judgingSteps, envSteps, evaluationSteps };
  return { ...counted, ...(inexactFrom !== undefined && { inexactFrom }) };
}

/** What surrounds a training. */
export interface TrialPlace {
  /** Where it is trained: the environment of the job, or a function that makes it. */
  readonly source: EnvSource;
  readonly signal?: AbortSignal;
  /** Where a training that is stopped leaves its checkpoint. */
  readonly checkpoints?: Store;
}

/** Judging takes at most this share of a training's steps, if that is enough for the fewest episodes. */
const judgingShare = 0.2;
const fewestEpisodes = 20;
const mostEpisodes = 100;

/** Trains and judges. @throws Interrupted if stopped by the signal or if the environment fails */
export async function runTrial(job: TrialJob, place: TrialPlace): Promise<TrialResult> {
  const { source, signal, checkpoints } = place;
  const checkpoint = new KeptCheckpoint(checkpoints, jobId(job));
  let envSteps = 0;
  let evaluationSteps = 0;
  const onEvent = (event: TrainingEvent) => {
    envSteps = event.envSteps;
    if (event.kind === "evaluation") evaluationSteps = event.evaluationSteps ?? 0;
  };
  try {
    const teacher = await resumed(checkpoint, (work) =>
      trainTeacher(source, { ...job.configuration.teacher, ...work, seed: job.seed, signal, onEvent }),
    );
    try {
      const judged = await judge(teacher, job, place);
      const { inexactFrom } = teacher;
      const taken = { envSteps: teacher.envSteps, evaluationSteps };
      await checkpoint.remove();
      return { ...judged, ...taken, ...(inexactFrom !== undefined && { inexactFrom }) };
    } finally {
      teacher.dispose();
    }
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    await checkpoint.remove();
    return { score: null, episodes: 0, judgingSteps: 0, envSteps, evaluationSteps };
  }
}

/** All teachers of a search are judged on the same episodes, from the first one on. */
async function judge(
  teacher: Teacher,
  { configuration: { judgedBy, teacher: config } }: TrialJob,
  { source, signal }: TrialPlace,
): Promise<Pick<TrialResult, "score" | "episodes" | "judgingSteps">> {
  let judgingSteps = 0;
  const counting: Policy = {
    act(observation, mask) {
      judgingSteps++;
      return teacher.act(observation, mask);
    },
  };
  const copies = makeCopies(source, config.copies);
  const pauses = stoppable(signal);
  const play = async (firstEpisode: number, episodes: number) => {
    const of = { seed: judgedBy, purpose: purposes.selection, firstEpisode, episodes };
    return [...(await inTurns(episodeReturns(copies, counting, of), pauses))];
  };
  const returns = await play(0, fewestEpisodes);
  const affordable = Math.floor((judgingShare * config.envSteps * fewestEpisodes) / judgingSteps);
  const more = Math.min(affordable, mostEpisodes) - fewestEpisodes;
  if (more > 0) returns.push(...(await play(fewestEpisodes, more)));
  return { score: mean(returns), episodes: returns.length, judgingSteps };
}
