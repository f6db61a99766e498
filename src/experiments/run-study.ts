// Runs a study: every cell with every seed, on all cores. It can be stopped and resumed.

import { availableParallelism } from "node:os";
import { join } from "node:path";
import { need, needListeners, needObject, needSignal } from "../core/needed.js";
import { version } from "../core/version.js";
import { presets } from "../dqn/presets.js";
import { sum } from "../evaluate/statistics.js";
import { type Crew, type Job, needCrew, reservedNames } from "../training/job.js";
import { makeFolder } from "./durable.js";
import type { EnvFile } from "./env-file.js";
import { type Failure, FailuresFile, failuresLine } from "./failures.js";
import {
  type Head,
  isOutcome,
  keyOf,
  keyOfJob,
  ResultsFile,
  type Run,
  runsOf,
  type StudyJob,
  studyJob,
} from "./results.js";
import type { Cell, Outcome, Study } from "./study.js";
import type { StudyContext } from "./study-worker.js";
import { FolderTeachers, teacherJob } from "./teachers.js";
import { withWorkers } from "./workers.js";

/** Options of {@link runStudy}. */
export interface StudyOptions {
  /** The folder of results.jsonl and of the teachers. */
  readonly out: string;
  /** The cells that are run: all that {@link cellsOf} gives, or some of them. */
  readonly cells: readonly Cell[];
  /** Seeds 0 … seeds − 1. */
  readonly seeds: number;
  /** The largest number of workers; by default one for each core. */
  readonly jobs?: number;
  /** Who does the runs in place of worker threads: a queue's workers, who must know the study and its environments. */
  readonly crew?: Crew;
  /** Keeps the runs that results.jsonl already holds. A run that failed is tried again, at most twice. */
  readonly resume?: boolean;
  /** The URL of a module that exports `studies`, with this one among them; by default qstill's own. */
  readonly module?: string;
  /** Files with environments of the user's own, which the workers import. */
  readonly envFiles?: readonly EnvFile[];
  /**
   * Called at the beginning, and after every run. A run that failed counts as done. The runs that are finished took so
   * many seconds of work.
   */
  readonly onProgress?: (done: number, of: number, workSeconds: number) => void;
  /** Called when a run failed; the others go on. */
  readonly onFailure?: (failure: Failure) => void;
  /** Stops the study. The promise is then rejected with {@link StudyStopped}, and every finished run is kept. */
  readonly signal?: AbortSignal;
}

/** A study was stopped by its signal; it can go on with `resume`. */
export class StudyStopped extends Error {
  override readonly name = "AbortError";
}

/** Some runs of a study failed. All others are finished. */
export class StudyFailed extends Error {
  override readonly name = "StudyFailed";
  /** The finished runs, in the order of cells and seeds. */
  readonly runs: readonly Run[];
  /** The runs that are missing, with the latest reason of each. failures.jsonl holds them, too. */
  readonly failures: readonly Failure[];

  constructor(runs: readonly Run[], failures: readonly Failure[]) {
    super(failuresLine(failures, runs.length + failures.length));
    this.runs = runs;
    this.failures = failures;
  }
}

const cartPole = ["CartPole-v1"];

function checkStudy(study: Study): void {
  needObject("study", study, "a study, such as one of studies,", "cells", "run");
  const { name } = study;
  need(!reservedNames.includes(name), "the study's name", name, `another one than ${reservedNames.join(", ")}`);
}

/** The cells of a study, in these environments or in the study's own. */
export function cellsOf(
  study: Study,
  environments: readonly string[] = study?.environments ?? cartPole,
): readonly Cell[] {
  checkStudy(study);
  need(Array.isArray(environments), "environments", environments, "a list of ids");
  return study.cells(environments);
}

/**
 * Runs a study and writes results.jsonl. A line is appended for every run that finishes. At the end the lines are put
 * in the order of cells and seeds, so that the same study gives the same file, except for `wallSeconds`. A run that fails,
 * whatever becomes of its worker, is written to failures.jsonl, and the others go on.
 * @returns the runs in this order
 * @throws ConfigError if results to go on from are damaged or belong to other work, StudyStopped if stopped by the
 * signal, and at the end StudyFailed if runs failed
 */
export async function runStudy(study: Study, options: StudyOptions): Promise<Run[]> {
  checkStudy(study);
  needObject("options", options, "an object with out, cells and seeds");
  const { out, cells, seeds, onProgress = () => {}, onFailure = () => {}, signal } = options;
  const isCount = (count: unknown) => Number.isSafeInteger(count) && (count as number) >= 1;
  need(typeof out === "string", "out", out, "a folder's path");
  need(Array.isArray(cells), "cells", cells, "what cellsOf() gives");
  need(isCount(seeds), "seeds", seeds, "a whole number from 1 on");
  need(isCount(options.jobs ?? 1), "jobs", options.jobs, "a whole number from 1 on");
  needSignal(signal);
  needCrew(options.crew);
  needListeners({ onProgress, onFailure });
  const jobs = cells.flatMap((cell) => Array.from({ length: seeds }, (_, seed) => studyJob(study.name, cell, seed)));
  const path = join(out, "results.jsonl");
  const results = new ResultsFile<Run>(path, headOf(study, cells));
  const runs = options.resume ? results.read(runsOf(jobs)) : [];
  makeFolder(out);
  const teachers = join(out, "teachers");
  const failures = new FailuresFile(join(out, "failures.jsonl"));
  if (options.resume) failures.read();
  else {
    new FolderTeachers(teachers).clear();
    failures.clear();
  }
  results.write(runs);
  const found = new Map(runs.map((run) => [keyOf(run), run]));
  const missing = () => jobs.filter((job) => !found.has(keyOfJob(job)));
  const waiting = missing()
    .filter((job) => !failures.givenUp(job))
    .sort((a, b) => a.seed - b.seed);
  let done = jobs.length - waiting.length;
  let workSeconds = sum(runs.map(({ wallSeconds }) => wallSeconds));
  onProgress(done, jobs.length, workSeconds);
  const work = (crew: Crew) =>
    crew.work<StudyJob, Outcome>(waiting, {
      signal,
      isResult: isOutcome,
      needOf: needsOf(study, waiting),
      onAnswer({ cell, seed, configuration: { env, settings } }, answer) {
        if (answer.kind === "failed") {
          const failure = { cell, env, seed, message: answer.message };
          failures.add(failure);
          onFailure(failure);
        } else {
          const { scores, curves } = answer.result;
          const measured = { scores, ...(curves && { curves }), wallSeconds: answer.wallSeconds };
          const run = { cell, env, seed, settings, ...measured };
          results.append(run);
          found.set(keyOf(run), run);
          workSeconds += run.wallSeconds;
        }
        onProgress(++done, jobs.length, workSeconds);
      },
    });
  if (options.crew !== undefined) await work(options.crew);
  else {
    const context: StudyContext = {
      module: options.module ?? new URL("./studies/index.js", import.meta.url).href,
      teachers,
      envFiles: options.envFiles,
    };
    const count = Math.min(options.jobs ?? availableParallelism(), waiting.length);
    const module = new URL("./study-worker.js", import.meta.url).href;
    await withWorkers(count, { module, context }, signal, work);
  }
  if (done < jobs.length) throw new StudyStopped(`stopped after ${found.size} of ${jobs.length} runs`);
  const ordered = jobs.flatMap((job) => found.get(keyOfJob(job)) ?? []);
  results.write(ordered);
  const failed = missing().map((job) => failures.latest(job) as Failure);
  if (failed.length > 0) throw new StudyFailed(ordered, failed);
  failures.clear();
  return ordered;
}

/** What must be done before a job: the training of its teacher, or the first job of those with the same one. */
function needsOf(study: Study, jobs: readonly StudyJob[]): (job: StudyJob) => Job<object> | undefined {
  if (study.teacher !== undefined) {
    return ({ cell: name, seed, configuration: { env, settings } }) => {
      const options = study.teacher?.({ name, env, settings }) ?? null;
      return options === null ? undefined : teacherJob(env, seed, options);
    };
  }
  const teacherOf = ({ seed, configuration: { env, settings } }: StudyJob) =>
    JSON.stringify([env, seed, settings.teacher ?? null]);
  const first = new Map(jobs.toReversed().map((job) => [teacherOf(job), job]));
  return (job) => first.get(teacherOf(job));
}

/** What must be the same for earlier results to be used again. */
function headOf(study: Study, cells: readonly Cell[]): Head {
  const environments = [...new Set(cells.map(({ env }) => env))];
  const used = environments.map((env) => [env, presets[env] ?? null]);
  return { study: study.name, version, presets: Object.fromEntries(used) };
}
