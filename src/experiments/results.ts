// A file of results. Its first line says what was run; then there is one line for each run. A study's is results.jsonl.
import { existsSync, readFileSync } from "node:fs";
import { ConfigError } from "../core/config-error.js";
import { type Job, jobOf } from "../training/job.js";
import { originOf } from "../training/origin.js";
import { appendWhole, writeWhole } from "./durable.js";
import type { Cell, Outcome } from "./study.js";

/** A finished run: a cell, a seed, and the result. */
export interface Run extends Outcome {
  readonly cell: string;
  readonly env: string;
  readonly seed: number;
  readonly settings: Cell["settings"];
  /**
   * The time it took, with the training of a teacher if it trained one. Only this field differs when a run is repeated.
   */
  readonly wallSeconds: number;
}

/** A run that is to be done: a cell of a study, with a seed. */
export type StudyJob = Job<{
  readonly env: string;
  readonly settings: Cell["settings"];
  /** The options of its environment, as JSON. */
  readonly envOptions?: string;
}>;

/** The job of a cell and a seed. */
export function studyJob(study: string, { name, env, settings }: Cell, seed: number): StudyJob {
  return jobOf(study, name, seed, { env, settings, ...originOf(env) });
}

/** Stands for a run among those of its study. */
export function keyOf({ cell, env, seed }: Pick<Run, "cell" | "env" | "seed">): string {
  return JSON.stringify([cell, env, seed]);
}

/** Stands for the run of a job. */
export function keyOfJob({ cell, seed, configuration: { env } }: StudyJob): string {
  return keyOf({ cell, env, seed });
}

/** The first line: what must be the same for runs to be comparable. Plain data. */
export type Head = Readonly<Record<string, unknown>>;

export class ResultsFile<Line extends object> {
  readonly #path: string;
  readonly #head: Head;

  constructor(path: string, head: Head) {
    this.#path = path;
    this.#head = head;
  }

  /** Replaces the contents of the file. */
  write(lines: readonly Line[]): void {
    writeWhole(this.#path, [this.#head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(""));
  }

  append(line: Line): void {
    appendWhole(this.#path, `${JSON.stringify(line)}\n`, true);
  }

  /**
   * The lines of runs that are finished; a torn last line is ignored.
   * @param check is called with each line and what an error calls it; it throws for one that does not belong here
   * @throws ConfigError if there is no such file, if it is damaged, or if it belongs to other work
   */
  read(check: (line: unknown, where: string) => asserts line is Line): Line[] {
    if (!existsSync(this.#path)) throw new ConfigError(`nothing to resume: there is no ${this.#path}`);
    const lines = readFileSync(this.#path, "utf8").split("\n");
    lines.pop(); // empty after the last line's end, or torn
    const [head, ...runs] = lines.map((line, i) => this.#parse(line, i));
    checkSame(this.#path, Object(head), this.#head);
    return runs.map((line, i) => {
      check(line, `line ${i + 2} of ${this.#path}`);
      return line;
    });
  }

  #parse(line: string, index: number): unknown {
    try {
      return JSON.parse(line);
    } catch {
      throw new ConfigError(`line ${index + 1} of ${this.#path} is not JSON`);
    }
  }
}

/**
 * Checks the lines of a study's file, one after another: each must be a run of these jobs.
 * @throws ConfigError for one that is no run, that was not asked for, that comes twice, or that has other settings
 */
export function runsOf(jobs: readonly StudyJob[]): (line: unknown, where: string) => asserts line is Run {
  const open = new Map(jobs.map((job) => [keyOfJob(job), job.configuration.settings]));
  return (run, where) => {
    if (!isRun(run)) throw new ConfigError(`${where} is not a run of a study`);
    const name = keyOf(run);
    const settings = open.get(name);
    if (settings === undefined) {
      const shown = `cell ${JSON.stringify(run.cell)} in ${run.env} with seed ${run.seed}`;
      throw new ConfigError(`${where} is ${shown}, which was not asked for or comes twice`);
    }
    checkSame(where, run.settings, settings);
    open.delete(name);
  };
}

/** @throws ConfigError that names the first field that differs */
function checkSame(where: string, made: Head, asked: Head): void {
  for (const name of new Set([...Object.keys(asked), ...Object.keys(made)])) {
    const [before, now] = [made[name], asked[name]].map((value) => JSON.stringify(value) ?? "none");
    if (before !== now) throw new ConfigError(`${where} was made with ${name} ${before}, but ${now} is asked for`);
  }
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

/** Whether it is a result of a run. All its numbers are finite, or null: JSON can keep no others. */
export function isOutcome(value: unknown): value is Outcome {
  const { scores, curves = {} } = Object(value) as Partial<Outcome>;
  return (
    [scores, curves].every((each) => typeof each === "object" && each !== null) &&
    Object.values(scores as Outcome["scores"]).every((score) => score === null || Number.isFinite(score)) &&
    Object.values(curves).every((curve) => Array.isArray(curve) && curve.every(isPoint))
  );
}

function isPoint(point: unknown): boolean {
  return Array.isArray(point) && point.length === 2 && point.every(Number.isFinite);
}
