// A job: a piece of work that anybody may do, here or elsewhere. Plain data in, plain data out.
import { digestOf } from "../core/digest.js";
import { reason } from "../core/reason.js";
import { version } from "../core/version.js";
import { hexadecimal } from "../model/bytes.js";

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
      readonly kind: "failed";
      /** Why, on one line. */
      readonly message: string;
    };

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
    return signal?.aborted ? { kind: "stopped" } : { kind: "failed", message: reason(error) };
  }
}

/** Does jobs, one at a time: this process, a worker thread, or somebody far away. */
export interface Hand<Given extends Job<object>, Result> {
  /** It is never rejected. */
  answer(job: Given): Promise<Answer<Result>>;
}

/** Options of {@link doJobs}. */
export interface DoOptions<Given, Result> {
  /** Called with each answer but "stopped". What it throws ends the work. */
  readonly onAnswer: (job: Given, answer: Exclude<Answer<Result>, { kind: "stopped" }>) => void;
  /** When it asks to stop, no further job is begun. The hands must hear it, too. */
  readonly signal?: AbortSignal;
  /** What a job needs that the first job with this need makes: the others wait until that one is done. */
  readonly needOf?: (job: Given) => string;
}

/**
 * Lets hands do jobs: each takes the next one when it is done with the last. The promise is resolved when all are
 * answered, or when everybody has stopped.
 */
export async function doJobs<Given extends Job<object>, Result>(
  jobs: readonly Given[],
  hands: readonly Hand<Given, Result>[],
  { onAnswer, signal, needOf = jobId }: DoOptions<Given, Result>,
): Promise<void> {
  const waiting = [...jobs];
  const begun = new Set<string>();
  const made = new Set<string>();
  const take = () => {
    const at = waiting.findIndex((job) => made.has(needOf(job)) || !begun.has(needOf(job)));
    return at === -1 ? undefined : waiting.splice(at, 1)[0];
  };
  let wake = () => {};
  let answered = Promise.resolve();
  const renew = () => {
    wake();
    answered = new Promise((resolve) => {
      wake = resolve;
    });
  };
  renew();
  let broken = false;

  const work = async (hand: Hand<Given, Result>) => {
    while (waiting.length > 0 && !broken && !signal?.aborted) {
      const job = take();
      if (job === undefined) {
        await answered;
        continue;
      }
      begun.add(needOf(job));
      const answer = await hand.answer(job);
      made.add(needOf(job));
      renew();
      if (broken || answer.kind === "stopped" || (answer.kind === "failed" && signal?.aborted)) return;
      onAnswer(job, answer);
    }
  };
  try {
    await Promise.all(hands.slice(0, jobs.length).map(work));
  } finally {
    broken = true;
  }
}
