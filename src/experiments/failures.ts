// The runs of a study that failed: failures.jsonl, one line for each time that a run failed.
import { existsSync, readFileSync } from "node:fs";
import { appendWhole, removeFile } from "./durable.js";
import { keyOf, keyOfJob, type StudyJob } from "./results.js";

/** A run that failed. */
export interface Failure {
  readonly cell: string;
  readonly env: string;
  readonly seed: number;
  /** Why, on one line. */
  readonly message: string;
}

/** How often a run is tried: once, and again with `resume`. */
const mostTries = 3;

/** The most failures that a line names. */
const mostNamed = 20;

export class FailuresFile {
  readonly #path: string;
  /** Those of each run, from the first. */
  readonly #failures = new Map<string, Failure[]>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Forgets every failure. */
  clear(): void {
    this.#failures.clear();
    removeFile(this.#path);
  }

  /** Reads the failures so far. A line that is torn or is not a failure is ignored: its run is then tried once more. */
  read(): void {
    if (!existsSync(this.#path)) return;
    const lines = readFileSync(this.#path, "utf8").split("\n");
    lines.pop(); // empty after the last line's end, or torn
    for (const failure of lines.flatMap(parsed)) this.#keep(failure);
  }

  add(failure: Failure): void {
    this.#keep(failure);
    appendWhole(this.#path, `${JSON.stringify(failure)}\n`, true);
  }

  /** Whether a run has failed so often that it is not tried again. */
  givenUp(job: StudyJob): boolean {
    return (this.#failures.get(keyOfJob(job)) ?? []).length >= mostTries;
  }

  /** The latest failure of a run; undefined if it never failed. */
  latest(job: StudyJob): Failure | undefined {
    return this.#failures.get(keyOfJob(job))?.at(-1);
  }

  #keep(failure: Failure): void {
    const key = keyOf(failure);
    const before = this.#failures.get(key);
    if (before === undefined) this.#failures.set(key, [failure]);
    else before.push(failure);
  }
}

function parsed(line: string): Failure[] {
  try {
    const { cell, env, seed, message } = Object(JSON.parse(line));
    const isFailure = [cell, env, message].every((text) => typeof text === "string") && Number.isInteger(seed);
    return isFailure ? [{ cell, env, seed, message }] : [];
  } catch {
    return [];
  }
}

/** A failure in one line. */
export function failureLine({ cell, env, seed, message }: Failure): string {
  return `cell ${JSON.stringify(cell)} in ${env}, seed ${seed}: ${message}`;
}

/** One line that counts the failed runs and names them. */
export function failuresLine(failures: readonly Failure[], of: number): string {
  const named = failures.slice(0, mostNamed).map(failureLine).join("; ");
  const more = failures.length > mostNamed ? `; and ${failures.length - mostNamed} more` : "";
  return `${failures.length} of ${of} runs failed: ${named}${more}`;
}
