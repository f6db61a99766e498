// Runs a study: every cell with every seed, on all cores. It can be stopped and resumed.

import { EventEmitter, once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { need, needListeners, needObject, needSignal } from "../core/needed.js";
import { version } from "../core/version.js";
import { presets } from "../dqn/presets.js";
import { makeFolder } from "./durable.js";
import type { EnvFile } from "./env-file.js";
import { type Failure, FailuresFile, failuresLine, reason } from "./failures.js";
import { type Head, isOf, type Job, ResultsFile, type Run } from "./results.js";
import type { Cell, Study } from "./study.js";
import { FolderTeachers } from "./teachers.js";
import type { Answer, WorkerData } from "./worker.js";

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
  /** Keeps the runs that results.jsonl already holds. A run that failed is tried again, at most twice. */
  readonly resume?: boolean;
  /** The URL of a module that exports `studies`, with this one among them; by default qstill's own. */
  readonly module?: string;
  /** Files with environments of the user's own, which the workers import. */
  readonly envFiles?: readonly EnvFile[];
  /** Called at the beginning, and after every run. A run that failed counts as done. */
  readonly onProgress?: (done: number, of: number) => void;
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
  needListeners({ onProgress, onFailure });
  const jobs = cells.flatMap((cell) => Array.from({ length: seeds }, (_, seed): Job => ({ cell, seed })));
  const path = join(out, "results.jsonl");
  const results = new ResultsFile(path, headOf(study, cells));
  const runs = options.resume ? results.read(jobs) : [];
  makeFolder(out);
  const teachers = join(out, "teachers");
  const failures = new FailuresFile(join(out, "failures.jsonl"));
  if (options.resume) failures.read();
  else {
    new FolderTeachers(teachers).clear();
    failures.clear();
  }
  results.write(runs);
  const workerData: WorkerData = {
    module: options.module ?? new URL("./studies/index.js", import.meta.url).href,
    study: study.name,
    teachers,
    envFiles: options.envFiles,
  };

  const missing = () => jobs.filter((job) => !runs.some((run) => isOf(job, run)));
  const waiting = missing()
    .filter((job) => !failures.givenUp(job))
    .sort((a, b) => a.seed - b.seed);
  let done = jobs.length - waiting.length;
  onProgress(done, jobs.length);
  const workers: StudyWorker[] = [];
  const stop = () => {
    for (const worker of workers) worker.stop();
  };
  signal?.addEventListener("abort", stop);

  // Of the jobs that share a teacher, the first trains it. The others wait until it is done.
  const begun = new Set<string>();
  const trained = new Set<string>();
  const finished = new EventEmitter();
  const take = () => {
    const at = waiting.findIndex((job) => trained.has(teacherOf(job)) || !begun.has(teacherOf(job)));
    return at === -1 ? undefined : waiting.splice(at, 1)[0];
  };

  async function work(): Promise<void> {
    let worker: StudyWorker | undefined;
    while (waiting.length > 0 && !signal?.aborted) {
      const job = take();
      if (job === undefined) {
        await once(finished, "job");
        continue;
      }
      begun.add(teacherOf(job));
      if (worker === undefined || worker.gone) {
        worker = new StudyWorker(workerData);
        workers.push(worker);
      }
      const answer = await worker.run(job);
      trained.add(teacherOf(job));
      finished.emit("job");
      const { cell, seed } = job;
      if (answer.kind === "stopped" || (answer.kind === "failed" && signal?.aborted)) return;
      if (answer.kind === "failed") {
        const failure = { cell: cell.name, env: cell.env, seed, message: answer.message };
        failures.add(failure);
        onFailure(failure);
        onProgress(++done, jobs.length);
        continue;
      }
      const { outcome, wallSeconds } = answer;
      const run = { cell: cell.name, env: cell.env, seed, settings: cell.settings, ...outcome, wallSeconds };
      results.append(run);
      runs.push(run);
      onProgress(++done, jobs.length);
    }
  }

  try {
    const size = Math.min(options.jobs ?? availableParallelism(), waiting.length);
    await Promise.all(Array.from({ length: size }, work));
  } finally {
    signal?.removeEventListener("abort", stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  if (done < jobs.length) throw new StudyStopped(`stopped after ${runs.length} of ${jobs.length} runs`);
  const ordered = jobs.flatMap((job) => runs.filter((run) => isOf(job, run)));
  results.write(ordered);
  const failed = missing().map((job) => failures.latest(job) as Failure);
  if (failed.length > 0) throw new StudyFailed(ordered, failed);
  failures.clear();
  return ordered;
}

/** A worker, and what became of it. */
class StudyWorker {
  readonly #worker: Worker;
  /** Why it does not run any more; undefined while it does. */
  #end: string | undefined;
  /** Takes the answer to the job under way. */
  #answer: (answer: Answer) => void = () => {};

  constructor(workerData: WorkerData) {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { workerData });
    this.#worker.on("message", (answer: Answer) => this.#answer(answer));
    this.#worker.on("messageerror", (error) => this.#finish(reason(error)));
    this.#worker.on("error", (error) => this.#finish(reason(error)));
    this.#worker.on("exit", (code) => this.#finish(`its worker ended with status ${code}`));
  }

  /** Whether it ended, so that a new one is needed. */
  get gone(): boolean {
    return this.#end !== undefined;
  }

  /** Runs a job. If the worker ends before the answer, the job has failed. */
  run(job: Job): Promise<Answer> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      if (this.#end !== undefined) resolve({ kind: "failed", message: this.#end });
      else this.#worker.postMessage(job);
    });
  }

  stop(): void {
    this.#worker.postMessage("stop");
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  /** The first reason is kept: an error is followed by an exit. */
  #finish(message: string): void {
    this.#end ??= message;
    this.#answer({ kind: "failed", message: this.#end });
  }
}

/** A key that is the same for jobs that want the same teacher. */
function teacherOf({ cell, seed }: Job): string {
  return JSON.stringify([cell.env, seed, cell.settings.teacher ?? null]);
}

/** What must be the same for earlier results to be used again. */
function headOf(study: Study, cells: readonly Cell[]): Head {
  const environments = [...new Set(cells.map(({ env }) => env))];
  const used = environments.map((env) => [env, presets[env] ?? null]);
  return { study: study.name, version, presets: Object.fromEntries(used) };
}
