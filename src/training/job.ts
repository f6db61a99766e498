// A job: a piece of work that anybody may do, here or elsewhere. Plain data in, plain data out.
import { digestOf } from "../core/digest.js";
import { needObject } from "../core/needed.js";
import { reason } from "../core/reason.js";
import { version } from "../core/version.js";
import { hexadecimal } from "../model/bytes.js";
import { StoreTrouble } from "./store.js";

/** A piece of work as plain data, as JSON keeps it. Two jobs that are equal have equal results. */
export interface Job<Configuration extends object = Readonly<Record<string, unknown>>> {
  /** The work that it is a part of. */
  readonly study: string;
  /** What is tried. */
  readonly cell: string;
  /** Everything random is derived from it. */
  readonly seed: number;
  /** Everything else that decides the result. */
  readonly configuration: Configuration;
  /** The version of qstill that the result is of. */
  readonly version: string;
}

/** A job of this version. */
export function jobOf<Configuration extends object>(
  study: string,
  cell: string,
  seed: number,
  configuration: Configuration,
): Job<Configuration> {
  return { study, cell, seed, configuration, version };
}

/** What the jobs of teachers are a part of, whoever needs them. */
export const teacherWork = "teacher";
/** What the trainings of searches for options are a part of. */
export const tuneWork = "tune";
/** What the attempts of searches for a size are a part of. */
export const attemptWork = "shrink";
/** The name of a job that adds those that have waited. It is done by whatever worker is free. */
export const release = "release";

/** Names of jobs that are no study's: a study must not be named so. */
export const reservedNames: readonly string[] = [teacherWork, tuneWork, attemptWork, release];

/** Whether a value is a job, as far as its own fields go. */
export function isJob(value: unknown): value is Job {
  const { study, cell, seed, configuration, version: of } = Object(value) as Partial<Job>;
  return (
    [study, cell, of].every((text) => typeof text === "string") &&
    Number.isSafeInteger(seed) &&
    typeof configuration === "object" &&
    configuration !== null
  );
}

/**
 * 32 hexadecimal digits that stand for a job: a result is kept under them, so a job that was done twice counts once.
 * The order of its keys does not matter.
 */
export function jobId({ study, cell, seed, configuration, version }: Job<object>): string {
  const text = JSON.stringify(ordered([study, cell, seed, configuration, version]));
  return hexadecimal(digestOf(new TextEncoder().encode(text)));
}

/** The same plain data; every object's keys are in the order of their characters. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, each]) => [name, ordered(each)]));
}

/** What became of a job. */
export type Answer<Result> =
  | {
      readonly kind: "done";
      readonly result: Result;
      /** The time it took. Only this differs when a job is done again. */
      readonly wallSeconds: number;
    }
  | { readonly kind: "stopped" }
  | {
      /** The store of its files could not be reached: it may be tried again, and has not failed. */
      readonly kind: "trouble";
      readonly message: string;
    }
  | {
      readonly kind: "failed";
      /** Why, on one line. */
      readonly message: string;
    };

/** What became of a job that was not stopped. */
export type Answered<Result> = Exclude<Answer<Result>, { readonly kind: "stopped" | "trouble" }>;

/**
 * Does a job, and says what became of it.
 * @param run does it; what it throws is the answer
 * @param signal must be the one that stops it
 */
export async function answerTo<Given extends Job<object>, Result>(
  job: Given,
  run: (job: Given) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Answer<Result>> {
  const started = performance.now();
  try {
    const result = await run(job);
    return { kind: "done", result, wallSeconds: Math.round(performance.now() - started) / 1000 };
  } catch (error) {
    if (signal?.aborted) return { kind: "stopped" };
    return { kind: error instanceof StoreTrouble ? "trouble" : "failed", message: reason(error) };
  }
}

/** The same answer, or a failure if its result is none of such jobs. */
export function heldTo<Result>(isResult: (value: unknown) => boolean, answer: Answered<unknown>): Answered<Result> {
  if (answer.kind === "failed" || isResult(answer.result)) return answer as Answered<Result>;
  return { kind: "failed", message: "its result is not what such a job gives" };
}

/** Does jobs, one at a time: this process, or a worker thread. */
export interface Hand {
  /** It is never rejected. */
  answer(job: Job<object>): Promise<Answer<unknown>>;
}

/** What is said of jobs that are to be done. */
export interface DoOptions<Given, Result> {
  /** Called with each answer but "stopped". What it throws ends the work. */
  readonly onAnswer: (job: Given, answer: Answered<Result>) => void;
  /** Whether a value is a result of such jobs. A job with any other has failed: others may have done it. */
  readonly isResult: (value: unknown) => boolean;
  /** When it asks to stop, no further job is begun. Whoever does jobs must hear it, too. */
  readonly signal?: AbortSignal;
  /** Asked when the signal has stopped the work: whether nobody needs the answers any more. By default they are needed. */
  readonly unwanted?: () => boolean;
  /**
   * The job that must have been answered before this one begins: one of the jobs, or another one, which is then done,
   * too. What it needs itself is not asked for.
   */
  readonly needOf?: (job: Given) => Job<object> | undefined;
}

/** Who does jobs: worker threads of this machine, or workers anywhere. */
export interface Crew {
  /** Does all jobs. The promise is resolved when all are answered, or when the signal has stopped the work. */
  work<Given extends Job<object>, Result>(jobs: readonly Given[], options: DoOptions<Given, Result>): Promise<void>;
}

/** @throws TypeError for what is no crew; undefined is allowed */
export function needCrew(crew: unknown): void {
  if (crew !== undefined) needObject("crew", crew, "an open queue, which has work,", "work");
}

/** A job that nothing must be done for, and the jobs that can begin when it is answered. */
export interface Step<Given> {
  readonly id: string;
  readonly job: Job<object>;
  /** Whether it is one of those that were asked for, or only needed by them. */
  readonly asked: boolean;
  readonly followers: Given[];
}

/** The order of jobs: what can begin at once, and what follows each of them. */
export function stepsOf<Given extends Job<object>>(
  jobs: readonly Given[],
  needOf: DoOptions<Given, unknown>["needOf"] = () => undefined,
): Step<Given>[] {
  const steps = new Map<string, Step<Given>>();
  const asked = new Set(jobs.map(jobId));
  for (const job of jobs) {
    const first = needOf(job) ?? job;
    const id = jobId(first);
    if (!steps.has(id)) steps.set(id, { id, job: first, asked: asked.has(id), followers: [] });
    if (jobId(job) !== id) steps.get(id)?.followers.push(job);
  }
  return [...steps.values()];
}

/**
 * Lets hands do jobs: each takes the next one when it is done with the last. The promise is resolved when all are
 * answered, or when everybody has stopped.
 */
export async function doJobs<Given extends Job<object>, Result>(
  jobs: readonly Given[],
  hands: readonly Hand[],
  { onAnswer, isResult, signal, needOf }: DoOptions<Given, Result>,
): Promise<void> {
  const ready = stepsOf(jobs, needOf);
  let underWay = 0;
  let broken = false;
  let wake = () => {};
  let answered = Promise.resolve();
  const renew = () => {
    wake();
    answered = new Promise((resolve) => {
      wake = resolve;
    });
  };
  renew();

  const work = async (hand: Hand) => {
    while (!broken && !signal?.aborted) {
      const step = ready.shift();
      if (step === undefined) {
        if (underWay === 0) return;
        await answered;
        continue;
      }
      underWay++;
      const answer = await hand.answer(step.job);
      underWay--;
      ready.unshift(...step.followers.map((job) => ({ id: jobId(job), job, asked: true, followers: [] })));
      renew();
      if (broken || answer.kind === "stopped" || (answer.kind === "failed" && signal?.aborted)) return;
      if (!step.asked) continue;
      const held: Answered<unknown> = answer.kind === "trouble" ? { ...answer, kind: "failed" } : answer;
      onAnswer(step.job as Given, heldTo(isResult, held));
    }
  };
  try {
    await Promise.all(hands.slice(0, jobs.length).map(work));
  } finally {
    broken = true;
  }
}
