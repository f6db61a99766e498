// The unit of a search for better options: a teacher is trained with one seed and judged on selection episodes.

import type { TeacherConfig } from "../dqn/config.js";
import { type Teacher, type TrainOptions, trainTeacher } from "../dqn/teacher.js";
import type { EnvSource } from "../env/env.js";
import { inTurns, stoppable } from "../env/pauses.js";
import { purposes } from "../env/seeds.js";
import { episodeReturns, type Policy } from "../evaluate/returns.js";
import { makeCopies } from "../evaluate/rounds.js";
import { mean } from "../evaluate/statistics.js";
import { CheckpointError, Interrupted } from "../training/checkpoint.js";
import { DivergedError } from "../training/events.js";
import { type Job, jobId } from "../training/job.js";
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
  /** The steps after which it is not bit-exact: it went on from a checkpoint in an environment that does not repeat. */
  readonly inexactFrom?: number;
}

/** Where checkpoints of trainings are kept, by the ids of their jobs. */
export interface Checkpoints {
  read(id: string): Uint8Array | undefined;
  write(id: string, checkpoint: Uint8Array): void;
  remove(id: string): void;
}

/** What surrounds a training. */
export interface TrialPlace {
  /** Where it is trained: the environment of the job, or a function that makes it. */
  readonly source: EnvSource;
  readonly signal?: AbortSignal;
  readonly checkpoints?: Checkpoints;
}

/** Judging takes at most this share of a training's steps, if that is enough for the fewest episodes. */
const judgingShare = 0.2;
const fewestEpisodes = 20;
const mostEpisodes = 100;

/** Trains and judges. @throws Interrupted if stopped by the signal or if the environment fails */
export async function runTrial(job: TrialJob, place: TrialPlace): Promise<TrialResult> {
  const { checkpoints } = place;
  const id = jobId(job);
  let envSteps = 0;
  try {
    const teacher = await trained(job, place, {
      resume: checkpoints?.read(id),
      onCheckpoint: checkpoints && ((checkpoint) => checkpoints.write(id, checkpoint)),
      onEvent: (event) => {
        envSteps = event.envSteps;
      },
    });
    try {
      const judged = await judge(teacher, job, place);
      const { inexactFrom } = teacher;
      return { ...judged, envSteps: teacher.envSteps, ...(inexactFrom !== undefined && { inexactFrom }) };
    } finally {
      teacher.dispose();
    }
  } catch (error) {
    if (error instanceof DivergedError) return { score: null, episodes: 0, judgingSteps: 0, envSteps };
    if (error instanceof Interrupted) checkpoints?.write(id, error.checkpoint);
    throw error;
  }
}

/** The teacher. A checkpoint that cannot be gone on from costs time, and nothing else. */
async function trained(job: TrialJob, { source, signal }: TrialPlace, work: TrainOptions): Promise<Teacher> {
  const options = { ...job.configuration.teacher, seed: job.seed, signal };
  try {
    return await trainTeacher(source, { ...options, ...work });
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return trainTeacher(source, { ...options, ...work, resume: undefined });
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
