// The unit of a search for the smallest student: one is distilled with one seed and judged on selection episodes.
import type { EnvSource } from "../env/env.js";
import { resolveAnyEnv } from "../env/registry.js";
import { purposes } from "../env/seeds.js";
import { checkedEpisodes, checkedSeed } from "../evaluate/checks.js";
import { makeCopies } from "../evaluate/rounds.js";
import { fromBase64, toBase64 } from "../model/bytes.js";
import { loadModel, saveModel } from "../model/files.js";
import { type Job, jobId } from "../training/job.js";
import type { StopOptions } from "../training/resumable.js";
import { KeptCheckpoint, resumed, type Store } from "../training/store.js";
import { type StudentConfig, studentConfig } from "./config.js";
import { isStanding, type Marks, marksOf, player, type Standing, standingOf } from "./judge.js";
import type { Labeller } from "./labeller.js";
import { readLabeller } from "./labeller-file.js";
import { studentOf } from "./saved-student.js";
import { distill, type Student } from "./student.js";

/** How the students of a search are distilled: the search says itself how wide they are. */
export interface ShrinkConfig extends Omit<StudentConfig, "widerAttempts"> {}

/** A student of this size is distilled with the job's seed and judged on selection episodes. */
export type AttemptJob = Job<{
  readonly env: string;
  /** The options of its environment, as JSON. */
  readonly envOptions?: string;
  readonly student: ShrinkConfig;
  /** Stands for the teacher, as the store of the work has it; null if it is in no store. */
  readonly teacher: string | null;
  /** The seed of the selection episodes, and how many there are. */
  readonly judged: { readonly seed: number; readonly episodes: number };
}>;

/** A student, and how well it did on selection episodes. */
export interface Attempted {
  readonly student: Student;
  readonly standing: Standing;
}

/** What an attempt came to: plain data. */
export interface AttemptResult {
  readonly standing: Standing;
  /** The student's file, as base64. */
  readonly student: string;
}

/** Whether it may be the result of an attempt; {@link attempted} tells whether it is that of a certain one. */
export function isAttemptResult(value: unknown): value is AttemptResult {
  const { standing, student } = Object(value) as Partial<AttemptResult>;
  return isStanding(standing) && typeof student === "string";
}

/** What surrounds an attempt. */
export interface AttemptPlace {
  /** Where the student acts: the environment of the job, or a function that makes it. */
  readonly source: EnvSource;
  /** Where the teacher is. */
  readonly store: Store;
  readonly signal?: AbortSignal;
  /** Where an attempt that is stopped leaves its checkpoint, and a finished one its result, which is not made again. */
  readonly checkpoints?: Store;
}

/** Distils the student of an attempt. */
export function distilled(
  { seed, configuration: { student } }: AttemptJob,
  { teacher, source, signal }: Pick<AttemptPlace, "source" | "signal"> & { readonly teacher: Labeller },
  checkpoints: Pick<StopOptions, "resume" | "onCheckpoint"> = {},
): Promise<Student> {
  return distill(teacher, { ...student, ...checkpoints, seed, env: source, signal });
}

/**
 * Makes an attempt with a teacher from the store.
 * @throws ConfigError for a teacher that cannot be read, and as `distill` for a job that is not allowed; Interrupted if
 * stopped by the signal or if the environment fails
 */
export async function runAttempt(job: AttemptJob, place: AttemptPlace): Promise<AttemptResult> {
  const { source, signal, checkpoints } = place;
  const finished = new KeptResult(checkpoints, job);
  const earlier = await finished.read();
  if (earlier !== undefined) return earlier;
  const env = resolveAnyEnv(source);
  const { copies } = studentConfig(env.id, job.configuration.student);
  const envs = makeCopies(source, copies, env);
  const play = player(signal);
  const { teacher, marks } = await commonOf(job, place, (teacher) => {
    const { seed, episodes } = job.configuration.judged;
    const of = { seed: checkedSeed(seed), purpose: purposes.selection, episodes: checkedEpisodes(episodes) };
    return marksOf(envs, teacher, of, play);
  });
  const checkpoint = new KeptCheckpoint(checkpoints, jobId(job));
  const student = await resumed(checkpoint, (work) => distilled(job, { teacher, source, signal }, work));
  try {
    const standing = await standingOf(envs, student, marks, play);
    const result = { standing, student: toBase64(saveModel(student)) };
    await finished.write(result);
    await checkpoint.remove();
    return result;
  } finally {
    student.dispose();
  }
}

/** What the attempts of a search have in common. */
interface Common {
  readonly key: string;
  readonly source: EnvSource;
  readonly teacher: Labeller;
  readonly marks: Marks;
}

/** That of the latest attempt of each store: with many episodes it takes longer than many a student. */
const latest = new WeakMap<Store, Common>();

async function commonOf(
  { configuration }: AttemptJob,
  { source, store }: AttemptPlace,
  measure: (teacher: Labeller) => Promise<Marks>,
): Promise<Common> {
  const { env, envOptions, teacher: id, judged, student } = configuration;
  const key = JSON.stringify([env, envOptions, id, judged, student.copies]);
  const before = latest.get(store);
  if (before?.key === key && before.source === source) return before;
  const teacher = await readLabeller(store, String(id));
  const common = { key, source, teacher, marks: await measure(teacher) };
  latest.set(store, common);
  return common;
}

/** The result of a job, if there is a store for it. What goes wrong with it costs time, and nothing else. */
class KeptResult {
  readonly #store: Store | undefined;
  readonly #job: AttemptJob;
  readonly #name: string;

  constructor(store: Store | undefined, job: AttemptJob) {
    this.#store = store;
    this.#job = job;
    this.#name = `${jobId(job)}.json`;
  }

  /** Undefined for a file that cannot be used, too. */
  async read(): Promise<AttemptResult | undefined> {
    try {
      const bytes = await this.#store?.read(this.#name);
      if (bytes === undefined) return undefined;
      const result = JSON.parse(new TextDecoder().decode(bytes));
      attempted(this.#job, result);
      return result;
    } catch {
      return undefined;
    }
  }

  async write(result: AttemptResult): Promise<void> {
    await this.#store?.write(this.#name, new TextEncoder().encode(JSON.stringify(result))).catch(() => {});
  }
}

/**
 * The student of a result, made again, and its standing.
 * @param source where the student acts; by default the environment of the job
 * @throws Error in one line for anything but the result of this job
 */
export function attempted(job: AttemptJob, result: unknown, source: EnvSource = job.configuration.env): Attempted {
  if (!isAttemptResult(result)) throw new Error("it is not the result of an attempt");
  const { standing, student: file } = result;
  const { mean, std, returnRatio, lowerBound } = standing;
  const student = studentOf(loadModel(fromBase64(file)), source);
  const { hidden } = job.configuration.student;
  if (student?.seed !== job.seed || String(student.hidden) !== String(hidden)) {
    throw new Error("its student is of another attempt");
  }
  return { student: student as Student, standing: { mean, std, returnRatio, lowerBound } };
}
