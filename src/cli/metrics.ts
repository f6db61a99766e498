// The metrics of a run: metrics.jsonl, one event on each line, in the order of the work.
import { appendWhole } from "../experiments/durable.js";
import type { Reached } from "../training/checkpoint.js";
import type { TrainingEvent } from "../training/events.js";
import { UsageError } from "./errors.js";
import { readIfThere, writeOutput } from "./files.js";

/** Which earlier events are kept when work begins or goes on. */
export type Kept = (event: TrainingEvent) => boolean;

export class MetricsFile {
  readonly #path: string;
  /** The lines that are kept before the first event; undefined once they are written. */
  #before: string | undefined = "";
  /** Lines that could not be written yet. */
  #pending = "";

  constructor(path: string) {
    this.#path = path;
  }

  /** Chooses which of the existing lines are kept. The others are removed only when the next event comes. */
  keep(kept: Kept): void {
    this.#before = this.read()
      .filter(kept)
      .map((event) => `${JSON.stringify(event)}\n`)
      .join("");
  }

  /** Adds a line. @throws WriteError if it cannot be written now; it is then written with a later one */
  append(event: TrainingEvent): void {
    this.#pending += `${JSON.stringify(event)}\n`;
    this.flush();
  }

  /** Writes what could not be written before. @param synced brings everything onto the disk @throws WriteError */
  flush(synced = false): void {
    if (this.#before !== undefined) writeOutput(this.#path, this.#before);
    this.#before = undefined;
    if (this.#pending !== "" || synced) appendWhole(this.#path, this.#pending, synced);
    this.#pending = "";
  }

  /** Every line so far; a torn last line is ignored. @throws UsageError for a line that is not a JSON object */
  read(): TrainingEvent[] {
    const lines = new TextDecoder().decode(readIfThere(this.#path)).split("\n");
    lines.pop(); // empty after the last line's end, or torn
    return lines.map((line, i) => {
      try {
        return Object(JSON.parse(line));
      } catch {
        throw new UsageError(`${this.#path}: line ${i + 1} is not JSON`);
      }
    });
  }
}

/** What is sent after an evaluation. */
const repeated = ["evaluation", "notice"];

/** Resumed work keeps the events up to its checkpoint. Later ones will come again. */
export function keptByResumed(phase: "teacher" | "student" | "joint", { envSteps, updates, due = [] }: Reached): Kept {
  // an evaluation that was under way is done again, and so is what followed it
  const comes: Kept = (event) =>
    event.envSteps === envSteps &&
    event.updates === updates &&
    (event.kind === "attempt" ? due.length > 0 : repeated.includes(event.kind) && due.includes(event.network));
  const known: Kept = (event) => event.envSteps <= envSteps && event.updates <= updates && !comes(event);
  if (phase === "joint") return known;
  return phase === "teacher"
    ? (event) => ofTeacher(event) && known(event)
    : (event) => ofTeacher(event) || known(event);
}

/** A new student keeps its teacher's events. */
export const ofTeacher: Kept = (event) => event.kind !== "attempt" && event.network === "teacher";
