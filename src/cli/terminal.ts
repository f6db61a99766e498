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
  barsize: 24,
  barCompleteChar: "━",
  barIncompleteChar: "─",
  format: "{what} {bar} {percentage} % · {steps} steps · return {mean}{evaluated}",
};

/** One progress bar after another: the teacher's, then each student's. */
export class Progress {
  readonly #shown: boolean;
  #bar: SingleBar | undefined;
  #what = "";

  /** @param wanted whether to show progress if stderr is a terminal */
  constructor(wanted: boolean) {
    this.#shown = wanted && process.stderr.isTTY === true;
  }

  update(event: TrainingEvent): void {
    if (event.kind === "episode") this.stop(); // a line about it is printed
    if (!this.#shown || event.kind !== "progress") return;
    this.#begin(event.network === "teacher" ? "teacher  " : `student ${event.attempt ?? " "}`, barOptions);
    this.#bar?.update(Math.floor(1000 * event.share), {
      steps: event.envSteps.toLocaleString("en"),
      mean: event.mean === null ? "–" : event.mean.toFixed(1),
      evaluated: event.evaluated === undefined ? "" : ` · evaluating, ${Math.floor(100 * event.evaluated)} %`,
    });
  }

  /** Shows how far a final evaluation is. @param share from 0 to 1 */
  evaluating(share: number): void {
    if (!this.#shown) return;
    this.#begin("evaluation", { ...barOptions, format: "{what} {bar} {percentage} %" });
    this.#bar?.update(Math.floor(1000 * share));
  }

  #begin(what: string, options: BarOptions): void {
    if (what === this.#what) return;
    this.stop();
    this.#what = what;
    this.#bar = new SingleBar(options);
    this.#bar.start(1000, 0, { what: pc.bold(what), steps: "0", mean: "–", evaluated: "" });
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#what = "";
  }
}

/** A table for people. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({
    head: head.map((cell) => pc.bold(cell)),
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
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
