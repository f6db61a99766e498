// Running a study: every cell with every seed, on all cores, stoppable and resumable.
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
  /** What is run: all that {@link cellsOf} gives, or some of it. */
  readonly cells: readonly Cell[];
  /** Seeds 0 … seeds − 1. */
  readonly seeds: number;
  /** Workers at most; by default as many as there are cores. */
  readonly jobs?: number;
  /** Keeps the runs that results.jsonl holds already. */
  readonly resume?: boolean;
  /** The URL of a module that exports `studies`, this one among them; by default qstill's own. */
  readonly module?: string;
  /** Called when it begins, and after every run. */
  readonly onProgress?: (done: number, of: number) => void;
  /** Stops it: the promise is rejected with {@link StudyStopped}, and every finished run is kept. */
  readonly signal?: AbortSignal;
}

/** A study was stopped by its signal; `resume` goes on. */
export class StudyStopped extends Error {
  override readonly name = "AbortError";
}

const cartPole = ["CartPole-v1"];

/** The cells of a study, in these environments or in its own. */
export function cellsOf(
  study: Study,
  environments: readonly string[] = study.environments ?? cartPole,
): readonly Cell[] {
  return study.cells(environments);
}

/**
 * Runs a study and leaves results.jsonl: a line is appended for every run that is finished, and in the end they are put
 * in the order of cells and seeds, so that the same study gives the same file but for `wallSeconds`.
 * @returns the runs in this order
 * @throws ConfigError where results to go on from are damaged or of other work, StudyStopped when stopped by the signal,
 * and Error with the message of a run that failed
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

  // the first job of those that share a teacher trains it; the others wait until that one is done
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

/** The same for jobs that want the same teacher. */
function teacherOf({ cell, seed }: Job): string {
  return JSON.stringify([cell.env, seed, cell.settings.teacher ?? null]);
}

/** What results that are gone on from must have been made with. */
function headOf(study: Study, cells: readonly Cell[]): Head {
  const environments = [...new Set(cells.map(({ env }) => env))];
  const used = environments.map((env) => [env, presets[env] ?? null]);
  return { study: study.name, version, presets: Object.fromEntries(used) };
}
