// What a person sees: progress on stderr if it is a terminal, tables on stdout.
import { type Options as BarOptions, SingleBar } from "cli-progress";
import Table from "cli-table3";
import pc from "picocolors";
import type { Evaluation } from "../evaluate/evaluate.js";
import { WriteError, writeAll } from "../experiments/durable.js";
import { parameterCount } from "../model/layout.js";
import type { ModelData } from "../model/model.js";
import type { TrainingEvent } from "../training/events.js";

/** How every bar looks. */
export const barOptions: BarOptions = {
  stream: process.stderr,
  hideCursor: true,
  clearOnComplete: false,
  linewrap: false,
  barsize: Math.min(24, Math.max(8, (process.stderr.columns ?? 80) - 56)),
  barCompleteChar: "━",
  barIncompleteChar: "─",
  format: "{what} {bar} {state} · {steps} steps · {outcome}",
};

/** One progress bar after another: the teacher's, then each student's. */
export class Progress {
  readonly #shown: boolean;
  #bar: SingleBar | undefined;
  #what = "";
  #share = 0;

  /** @param wanted whether to show progress if stderr is a terminal */
  constructor(wanted: boolean) {
    this.#shown = wanted && process.stderr.isTTY === true;
  }

  update(event: TrainingEvent): void {
    if (event.kind === "episode") this.stop(); // a line about it is printed
    if (!this.#shown || event.kind !== "progress") return;
    this.#begin(event.network === "teacher" ? "teacher  " : `student ${event.attempt ?? " "}`, barOptions);
    const mean = event.mean === null ? "–" : event.mean.toFixed(1);
    this.#show(event.share, {
      steps: event.envSteps.toLocaleString("en"),
      outcome: event.evaluated === undefined ? `return ${mean}` : `evaluating, ${Math.floor(100 * event.evaluated)} %`,
    });
  }

  /** Shows how far a final evaluation is. @param share from 0 to 1 */
  evaluating(share: number): void {
    if (!this.#shown) return;
    this.#begin("evaluation", { ...barOptions, format: "{what} {bar} {state}" });
    this.#show(share, {});
  }

  #begin(what: string, options: BarOptions): void {
    if (what === this.#what) return;
    this.finish();
    this.#what = what;
    this.#bar = new SingleBar(options);
    this.#bar.start(1000, 0, { what: pc.bold(what), state: "0 %", steps: "0", outcome: "return –" });
  }

  #show(share: number, values: Record<string, string>): void {
    this.#share = share;
    this.#bar?.update(Math.floor(1000 * share), { ...values, state: `${Math.floor(100 * share)} %` });
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

/** How many columns a table may take where output is no terminal. */
const usualWidth = 80;

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
  const widest = (column: number, of: (cell: string, line: number) => number) =>
    Math.max(...lines.map((cells, line) => of(cells[column], line)));
  const widths = head.map((_, column) => widest(column, (cell) => cell.length));
  const least = head.map((_, column) =>
    widest(column, (cell, line) =>
      wraps(line, column) ? Math.max(...cell.split(" ").map((word) => word.length)) : cell.length,
    ),
  );
  const room = width - 1 - 3 * head.length; // a border and two spaces for each column
  for (let over = sum(widths) - room; over > 0; over--) {
    const slack = widths.map((each, column) => (each > least[column] ? each : 0));
    const column = slack.indexOf(Math.max(...slack));
    if (slack[column] === 0) return undefined;
    widths[column]--;
  }
  return lines.map((cells, line) =>
    cells.map((cell, column) => (wraps(line, column) ? wrapped(cell, widths[column]) : cell)),
  );
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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
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
