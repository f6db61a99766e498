// What a person sees: progress on stderr if it is a terminal, tables on stdout.
import { type Options as BarOptions, SingleBar } from "cli-progress";
import Table from "cli-table3";
import pc from "picocolors";
import type { Evaluation } from "../evaluate/evaluate.js";
import { sum } from "../evaluate/statistics.js";
import { WriteError, writeAll } from "../experiments/durable.js";
import { parameterCount } from "../model/layout.js";
import type { ModelData } from "../model/model.js";
import type { TrainingEvent } from "../training/events.js";

/** How every bar looks. @param format what is beside it */
export function barOptions(format: string, stream: NodeJS.WriteStream = process.stderr): BarOptions {
  return {
    stream,
    hideCursor: true,
    clearOnComplete: false,
    linewrap: false,
    barsize: Math.min(24, Math.max(8, (stream.columns ?? usualWidth) - 56)),
    barCompleteChar: "━",
    barIncompleteChar: "─",
    format,
  };
}

/** One progress bar after another: the teacher's, then each student's. */
export class Progress {
  readonly #shown: boolean;
  readonly #stream: NodeJS.WriteStream;
  #bar: SingleBar | undefined;
  #what = "";
  #share = 0;

  /** @param wanted whether to show progress if the stream is a terminal */
  constructor(wanted: boolean, stream: NodeJS.WriteStream = process.stderr) {
    this.#shown = wanted && stream.isTTY === true;
    this.#stream = stream;
  }

  update(event: TrainingEvent): void {
    if (event.kind === "episode") this.stop(); // a line about it is printed
    if (!this.#shown) return;
    if (event.kind === "evaluation") this.#bar?.update({ done: done(event), outcome: returned(event.mean) });
    if (event.kind !== "progress") return;
    const { network, attempt, share, envSteps, updates, mean, evaluated, actionAgreement } = event;
    const alone = actionAgreement !== undefined; // from states alone: there are no steps and no returns
    this.#begin(
      network === "teacher" ? "teacher  " : `student ${attempt ?? " "}`,
      "{what} {bar} {state} · {done} · {outcome}",
    );
    const latest = alone ? `same action ${percent(actionAgreement)}` : returned(mean);
    this.#show(share, {
      done: done({ envSteps: alone ? 0 : envSteps, updates }),
      outcome: evaluated === undefined ? latest : `evaluating, ${whole(evaluated)}`,
    });
  }

  /** Shows how far a final evaluation is. @param share from 0 to 1 */
  evaluating(share: number): void {
    if (!this.#shown) return;
    this.#begin("evaluation", "{what} {bar} {state}");
    this.#show(share, {});
  }

  /** Shows how much of a file is read. @param share from 0 to 1 @param what what is counted, such as "lines" */
  reading(share: number, what: string, count: number): void {
    if (!this.#shown) return;
    this.#begin("reading  ", "{what} {bar} {state} · {read}");
    this.#show(share, { read: `${figure(count)} ${what}` });
  }

  #begin(what: string, format: string): void {
    if (what === this.#what) return;
    this.stop(); // not finished: teacher and student may take turns
    this.#what = what;
    this.#bar = new SingleBar(barOptions(format, this.#stream));
    this.#bar.start(1000, 0, {
      what: pc.bold(what),
      state: whole(0),
      done: "0 steps",
      read: "",
      outcome: returned(null),
    });
  }

  #show(share: number, values: Record<string, string>): void {
    this.#share = share;
    this.#bar?.update(Math.floor(1000 * share), { ...values, state: whole(share) });
  }

  /** The work is done. A bar that is not full says "enough": the goal was reached earlier than planned. */
  finish(): void {
    if (this.#share < 1) this.#bar?.update({ state: "enough" });
    this.stop();
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#what = "";
  }
}

/** What was done: steps, or updates where no step is taken because the work is from a log. */
function done({ envSteps, updates }: Pick<TrainingEvent, "envSteps" | "updates">): string {
  return envSteps > 0 ? `${figure(envSteps)} steps` : `${figure(updates)} updates`;
}

function returned(mean: number | null): string {
  return `return ${mean === null ? "–" : mean.toFixed(1)}`;
}

/** A share as whole percent; only all of it is 100 %. */
function whole(share: number): string {
  return `${Math.floor(100 * share)} %`;
}

/** How many columns tables and sentences may take where output is no terminal. */
export const usualWidth = 80;

/**
 * A table for people, no wider than `width` columns if that is possible: first its head and its texts are wrapped; then
 * it is laid on its side, in parts if its rows do not fit beside each other.
 * @param texts how many of its first columns hold text, which may be wrapped
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = process.stdout.columns ?? usualWidth,
  texts = 1,
): string {
  const upright = fitted([head, ...rows], width, texts);
  if (upright !== undefined) return drawn(upright, texts);
  const parts: string[] = [];
  for (let from = 0; from < rows.length; ) {
    let to = rows.length;
    const side = (until: number) =>
      head.map((name, column) => [name, ...rows.slice(from, until).map((row) => row[column])]);
    while (to > from + 1 && fitted(side(to), width, 1) === undefined) to--;
    parts.push(drawn(fitted(side(to), width, 1) ?? side(to), 1));
    from = to;
  }
  return parts.join("\n");
}

/** The same lines with head and texts wrapped so that the table has no more than `width` columns; undefined if it cannot. */
function fitted(lines: readonly (readonly string[])[], width: number, texts: number): string[][] | undefined {
  const [head] = lines;
  const wraps = (line: number, column: number) => line === 0 || column < texts;
  const inside = (cell: string, line: number, column: number, most: number) =>
    wraps(line, column) ? wrapped(cell, most) : cell;
  /** The columns that a column takes if its texts are wrapped at `most`. */
  const taken = (column: number, most: number) =>
    Math.max(
      ...lines.flatMap((cells, line) =>
        inside(cells[column], line, column, most)
          .split("\n")
          .map((text) => text.length),
      ),
    );
  const widths = head.map((_, column) => taken(column, Infinity));
  const least = head.map((_, column) => taken(column, 0));
  const room = width - 1 - 3 * head.length; // a border and two spaces for each column
  while (sum(widths) > room) {
    const slack = widths.map((each, column) => (each > least[column] ? each : 0));
    const column = slack.indexOf(Math.max(...slack));
    if (slack[column] === 0) return undefined;
    widths[column] = taken(column, widths[column] - 1);
  }
  return lines.map((cells, line) => cells.map((cell, column) => inside(cell, line, column, widths[column])));
}

/** Sentences for people, in lines no longer than a table is wide. */
export function prose(text: string, width = process.stdout.columns ?? usualWidth): string {
  return wrapped(text, width);
}

/** A text with line ends at spaces, so that no line is longer than `width` unless one word is. */
function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}

function drawn([head, ...rows]: readonly (readonly string[])[], texts: number): string {
  const grid = new Table({
    head: head.map((cell) => cell.split("\n").map(pc.bold).join("\n")),
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, column) => (column < texts ? "left" : "right")),
  });
  grid.push(...rows.map((row) => [...row]));
  return grid.toString();
}

/** Writes to stdout. It is no error if its reader is gone, as in "qstill envs | head". @throws WriteError otherwise */
export function print(text: string): void {
  try {
    put(process.stdout, 1, `${text}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw new WriteError("to the standard output", error);
  }
}

/** Writes to stderr. There is nobody to tell if that fails, and the work goes on. */
export function complain(text: string): void {
  try {
    put(process.stderr, 2, `${text}\n`);
  } catch {}
}

/** All of the text, now: Node's own streams ignore that a full disk takes only a part. */
function put(stream: NodeJS.WriteStream, file: number, text: string): void {
  if (stream.isTTY) stream.write(text);
  else writeAll(file, Buffer.from(text));
}

/** A number as people write it, with no more digits than it needs. */
export function figure(value: number | null, digits = 1): string {
  return value === null ? "–" : Number(value.toFixed(digits)).toLocaleString("en", { maximumFractionDigits: digits });
}

export function percent(value: number | null): string {
  return value === null ? "–" : `${figure(100 * value)} %`;
}

/** What a student did, after "the student". @param ratio its share of the return; null if the teacher has none to keep */
export function keeping(ratio: number | null, of = "the return"): string {
  return ratio === null
    ? "has nothing to keep (its teacher is no better than random play)"
    : `keeps ${percent(ratio)} of ${of}`;
}

export const evaluationHead = ["", "network", "parameters", "return (mean ± std)", "95 % interval", "worst episode"];

/** One network's line under {@link evaluationHead}. */
export function evaluationRow(name: string, { widths }: Pick<ModelData, "widths">, evaluation: Evaluation): string[] {
  const { mean, std, ci95, min } = evaluation;
  return [
    name,
    widths.join("-"),
    figure(parameterCount(widths)),
    `${figure(mean)} ± ${figure(std)}`,
    `${figure(ci95[0])} to ${figure(ci95[1])}`,
    figure(min),
  ];
}
