// The results of a study: results.jsonl. Its first line says what was run; then there is one line for each run.
import { existsSync, readFileSync } from "node:fs";
import { ConfigError } from "../core/config-error.js";
import { appendWhole, writeWhole } from "./durable.js";
import type { Cell, Outcome } from "./study.js";

/** A finished run: a cell, a seed, and the result. */
export interface Run extends Outcome {
  readonly cell: string;
  readonly env: string;
  readonly seed: number;
  readonly settings: Cell["settings"];
  /**
   * The time it took, with the training of a teacher if it needed one. Only this field differs when a run is repeated.
   */
  readonly wallSeconds: number;
}

/** A run that is to be done. */
export interface Job {
  readonly cell: Cell;
  readonly seed: number;
}

/** Whether a run belongs to this job. */
export function isOf({ cell, seed }: Job, run: Pick<Run, "cell" | "env" | "seed">): boolean {
  return run.cell === cell.name && run.env === cell.env && run.seed === seed;
}

/** The first line: what must be the same for runs to be comparable. Plain data. */
export type Head = Readonly<Record<string, unknown>>;

export class ResultsFile {
  readonly #path: string;
  readonly #head: Head;

  constructor(path: string, head: Head) {
    this.#path = path;
    this.#head = head;
  }

  /** Replaces the contents of the file. */
  write(runs: readonly Run[]): void {
    writeWhole(this.#path, [this.#head, ...runs].map((line) => `${JSON.stringify(line)}\n`).join(""));
  }

  append(run: Run): void {
    appendWhole(this.#path, `${JSON.stringify(run)}\n`, true);
  }

  /**
   * The runs that are finished; a torn last line is ignored.
   * @throws ConfigError if there is no such file, if it is damaged, or if it belongs to other work than these jobs
   */
  read(jobs: readonly Job[]): Run[] {
    if (!existsSync(this.#path)) throw new ConfigError(`nothing to resume: there is no ${this.#path}`);
    const lines = readFileSync(this.#path, "utf8").split("\n");
    lines.pop(); // empty after the last line's end, or torn
    const [head, ...runs] = lines.map((line, i) => this.#parse(line, i));
    checkSame(this.#path, Object(head), this.#head);
    const open = new Map(jobs.map(({ cell, seed }) => [key(cell.name, cell.env, seed), cell]));
    for (const [i, run] of runs.entries()) {
      const where = `line ${i + 2} of ${this.#path}`;
      if (!isRun(run)) throw new ConfigError(`${where} is not a run of a study`);
      const name = key(run.cell, run.env, run.seed);
      const cell = open.get(name);
      if (cell === undefined) {
        const shown = `cell ${JSON.stringify(run.cell)} in ${run.env} with seed ${run.seed}`;
        throw new ConfigError(`${where} is ${shown}, which was not asked for or comes twice`);
      }
      checkSame(where, run.settings, cell.settings);
      open.delete(name);
    }
    return runs as Run[];
  }

  #parse(line: string, index: number): unknown {
    try {
      return JSON.parse(line);
    } catch {
      throw new ConfigError(`line ${index + 1} of ${this.#path} is not JSON`);
    }
  }
}

/** @throws ConfigError that names the first field that differs */
function checkSame(where: string, made: Head, asked: Head): void {
  for (const name of new Set([...Object.keys(asked), ...Object.keys(made)])) {
    const [before, now] = [made[name], asked[name]].map((value) => JSON.stringify(value) ?? "none");
    if (before !== now) throw new ConfigError(`${where} was made with ${name} ${before}, but ${now} is asked for`);
  }
}

function key(cell: string, env: string, seed: number): string {
  return JSON.stringify([cell, env, seed]);
}

function isRun(value: unknown): value is Run {
  const { cell, env, seed, settings, scores, curves = {}, wallSeconds } = Object(value);
  return (
    [cell, env].every((name) => typeof name === "string") &&
    [settings, scores, curves].every((each) => typeof each === "object" && each !== null) &&
    [seed, wallSeconds].every(Number.isFinite) &&
    isOutcome({ scores, curves })
  );
}

/** Whether all numbers of a result are finite, or null: JSON can keep no others. */
export function isOutcome({ scores, curves = {} }: Outcome): boolean {
  return (
    Object.values(scores).every((score) => score === null || Number.isFinite(score)) &&
    Object.values(curves).every((curve) => Array.isArray(curve) && curve.every(isPoint))
  );
}

function isPoint(point: unknown): boolean {
  return Array.isArray(point) && point.length === 2 && point.every(Number.isFinite);
}
