// Runs a study: every cell with every seed, on all cores. It can be stopped and resumed.
import { EventEmitter, once } from "node:events";
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { version } from "../core/version.js";
import { presets } from "../dqn/presets.js";
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
  /** Keeps the runs that results.jsonl already holds. */
  readonly resume?: boolean;
  /** The URL of a module that exports `studies`, with this one among them; by default qstill's own. */
  readonly module?: string;
  /** Called at the beginning, and after every run. */
  readonly onProgress?: (done: number, of: number) => void;
  /** Stops the study. The promise is then rejected with {@link StudyStopped}, and every finished run is kept. */
  readonly signal?: AbortSignal;
}

/** A study was stopped by its signal; it can go on with `resume`. */
export class StudyStopped extends Error {
  override readonly name = "AbortError";
}

const cartPole = ["CartPole-v1"];

/** The cells of a study, in these environments or in the study's own. */
export function cellsOf(
  study: Study,
  environments: readonly string[] = study.environments ?? cartPole,
): readonly Cell[] {
  return study.cells(environments);
}

/**
 * Runs a study and writes results.jsonl. A line is appended for every run that finishes. At the end the lines are put
 * in the order of cells and seeds, so that the same study gives the same file, except for `wallSeconds`.
 * @returns the runs in this order
 * @throws ConfigError if results to go on from are damaged or belong to other work, StudyStopped if stopped by the
 * signal, and Error with the message of a run that failed
 */
export async function runStudy(study: Study, options: StudyOptions): Promise<Run[]> {
  const { out, cells, seeds, onProgress = () => {}, signal } = options;
  const jobs = cells.flatMap((cell) => Array.from({ length: seeds }, (_, seed): Job => ({ cell, seed })));
  const path = join(out, "results.jsonl");
  const results = new ResultsFile(path, headOf(study, cells));
  const runs = options.resume ? results.read(jobs) : [];
  mkdirSync(out, { recursive: true });
  const teachers = join(out, "teachers");
  if (!options.resume) new FolderTeachers(teachers).clear();
  results.write(runs);
  const workerData: WorkerData = {
    module: options.module ?? new URL("./studies/index.js", import.meta.url).href,
    study: study.name,
    teachers,
  };

  const waiting = jobs.filter((job) => !runs.some((run) => isOf(job, run))).sort((a, b) => a.seed - b.seed);
  onProgress(runs.length, jobs.length);
  const workers: Worker[] = [];
  const stop = () => {
    for (const worker of workers) worker.postMessage("stop");
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
    let worker: Worker | undefined;
    while (waiting.length > 0 && !signal?.aborted) {
      const job = take();
      if (job === undefined) {
        await once(finished, "job");
        continue;
      }
      begun.add(teacherOf(job));
      if (worker === undefined) {
        worker = new Worker(new URL("./worker.js", import.meta.url), { workerData });
        workers.push(worker);
      }
      worker.postMessage(job);
      const [answer] = (await once(worker, "message")) as [Answer];
      trained.add(teacherOf(job));
      finished.emit("job");
      const { cell, seed } = job;
      if (answer.kind === "failed")
        throw new Error(`cell "${cell.name}" in ${cell.env}, seed ${seed}: ${answer.message}`);
      if (answer.kind === "stopped") return;
      const { outcome, wallSeconds } = answer;
      const run = { cell: cell.name, env: cell.env, seed, settings: cell.settings, ...outcome, wallSeconds };
      results.append(run);
      runs.push(run);
      onProgress(runs.length, jobs.length);
    }
  }

  try {
    const size = Math.min(options.jobs ?? availableParallelism(), waiting.length);
    await Promise.all(Array.from({ length: size }, work));
  } finally {
    signal?.removeEventListener("abort", stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  if (runs.length < jobs.length) throw new StudyStopped(`stopped after ${runs.length} of ${jobs.length} runs`);
  const ordered = jobs.map((job) => runs.find((run) => isOf(job, run)) as Run);
  results.write(ordered);
  return ordered;
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
