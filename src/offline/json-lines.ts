// Logs as JSON lines: one step a line. Every damaged line is named by its number.
import { ConfigError } from "../core/config-error.js";
import { described } from "../core/needed.js";
import { largestObservation, mostActions } from "../env/custom.js";
import { type Column, Columns } from "./columns.js";

import { type ByteSource, checkReading, eachLine, type Line, type ReadingOptions } from "./lines.js";
import type { LoggedSteps } from "./steps.js";

/** How a log is read. */
export interface LogOptions extends ReadingOptions {
  /** The number of actions. By default a mask's length says it, or else the largest action. */
  readonly actionCount?: number;
}

/** Observations, and which actions were allowed at them. */
export interface States {
  readonly observationSize: number;
  /** Shape (rows, observationSize). */
  readonly observations: Float32Array;
  /** Shape (rows, action count), 1 = allowed, 0 = forbidden; undefined if no line has a mask. */
  readonly masks?: Uint8Array;
}

/**
 * Reads a log of one step a line:
 * `{ "episode": 7, "observation": [0.1, 2], "action": 1, "reward": 0.5, "terminated": false, "truncated": false }`.
 * The fields `truncated`, `mask`, `propensity`, `next` and `nextMask` may be missing; others are not read. Episodes may
 * interleave, and blank lines do not count. It streams: beside the columns only one line and the episodes' names are in
 * memory.
 * @throws ConfigError in one line that names the first line which is damaged, with its number; TypeError for a source
 * that gives no bytes; and what the source itself throws
 */
export async function readLog(source: ByteSource, options: LogOptions = {}): Promise<LoggedSteps> {
  checkReading(options);
  const { actionCount } = options;
  if (actionCount !== undefined && !(Number.isInteger(actionCount) && actionCount > 0 && actionCount <= mostActions)) {
    throw new ConfigError(
      `actionCount is ${described(actionCount)}: a whole number from 1 to ${mostActions} is allowed`,
    );
  }
  const log = new Log(options);
  await eachLine(source, options, (line) => log.add(line));
  return log.steps();
}

/**
 * Reads states alone, one a line: `{ "observation": [0.1, 2], "mask": [1, 0] }`. The mask may be missing; other fields
 * are not read, so that a log of steps is also a file of states.
 * @throws ConfigError in one line that names the first line which is damaged, with its number; TypeError for a source
 * that gives no bytes; and what the source itself throws
 */
export async function readStates(source: ByteSource, options: ReadingOptions = {}): Promise<States> {
  checkReading(options);
  const table = new Table(options.memory);
  await eachLine(source, options, (line) => {
    table.begin(line);
    table.mask("mask", line);
  });
  const { observationSize, columns } = table;
  if (columns.rows === 0) throw new ConfigError("the file is empty: at least one state is needed");
  const masks = table.masks.get("mask")?.taken(columns.rows);
  return { observationSize, observations: table.observations!.taken(columns.rows), ...(masks && { masks }) };
}

/** What logs and states share: observations and masks, whose lengths the first ones decide. */
class Table {
  readonly columns: Columns;
  readonly masks = new Map<string, Column<Uint8Array>>();
  observations: Column<Float32Array> | undefined;
  observationSize = 0;
  /** The number of actions, and who says so. */
  actions: { readonly count: number; readonly where: string } | undefined;
  #firstLine = 0;

  constructor(memory: number | undefined, actionCount?: number) {
    this.columns = new Columns(memory);
    if (actionCount !== undefined) this.actions = { count: actionCount, where: "actionCount" };
  }

  /** A new row, with the line's observation. */
  begin({ number, fields }: Line): void {
    const { observation } = fields;
    const given = list("observation", observation, number);
    if (this.observations === undefined) {
      if (given.length === 0 || given.length > largestObservation) {
        throw damaged(number, `observation has length ${given.length}: 1 to ${largestObservation} numbers are allowed`);
      }
      this.observationSize = given.length;
      this.#firstLine = number;
    }
    this.checkSize("observation", given, number);
    named(number, () => {
      this.observations ??= this.columns.add((length) => new Float32Array(length), given.length);
      this.columns.next();
    });
    this.write(this.observations!, "observation", given, number);
  }

  checkSize(name: string, given: readonly unknown[], number: number): void {
    if (given.length === this.observationSize) return;
    const first = `that of line ${this.#firstLine} has length ${this.observationSize}`;
    throw damaged(number, `${name} has length ${given.length}, but the observation${first.slice(4)}`);
  }

  write(column: Column<Float32Array>, name: string, values: readonly unknown[], number: number): void {
    const row = this.columns.rows - 1;
    for (let at = 0; at < values.length; at++) {
      column.set(row, float(values[at], name, at, number), at);
    }
  }

  /** The line's mask, if it has one. @returns the mask as it is given */
  mask(name: "mask" | "nextMask", { number, fields }: Line, mayBeEmpty = false): readonly unknown[] | undefined {
    const value = fields[name] ?? undefined;
    if (value === undefined) return undefined;
    const given = list(name, value, number);
    this.actions ??= { count: given.length, where: `the ${name} of line ${number}` };
    const { count, where } = this.actions;
    if (given.length !== count || count === 0) {
      const expected = where === "actionCount" ? `actionCount is ${count}` : `${where} has length ${count}`;
      throw damaged(
        number,
        count === 0 || count > mostActions
          ? `${name} has length ${given.length}: 1 to ${mostActions} are allowed`
          : `${name} has length ${given.length}, but ${expected}`,
      );
    }
    if (this.masks.get(name) === undefined) {
      named(number, () =>
        this.masks.set(
          name,
          this.columns.add((length) => new Uint8Array(length), count, 1),
        ),
      );
    }
    let allowed = 0;
    for (let at = 0; at < count; at++) {
      const entry = given[at];
      if (entry !== 0 && entry !== 1 && typeof entry !== "boolean") {
        throw damaged(number, `${name} has ${short(entry)} at ${at}: 1 (allowed) or 0 (forbidden) is needed`);
      }
      const bit = entry ? 1 : 0;
      this.masks.get(name)!.set(this.columns.rows - 1, bit, at);
      allowed += bit;
    }
    if (allowed > 0 || mayBeEmpty) return given;
    throw damaged(number, `${name} forbids every action: at least one must be allowed`);
  }
}

/** A log that grows line by line. */
class Log {
  readonly #table: Table;
  readonly #actions: Column<Uint32Array>;
  readonly #rewards: Column<Float32Array>;
  readonly #terminated: Column<Uint8Array>;
  readonly #truncated: Column<Uint8Array>;
  readonly #episodes: Column<Uint32Array>;
  #next: Column<Float32Array> | undefined;
  #propensities: Column<Float32Array> | undefined;
  #firstLine = 0;
  #largest = { action: -1, line: 0 };
  readonly #numbers = new Map<unknown, number>();
  /** The line in which each episode ended; 0 while it goes on. */
  readonly #ends: number[] = [];

  constructor({ memory, actionCount }: LogOptions) {
    this.#table = new Table(memory, actionCount);
    const { columns } = this.#table;
    this.#actions = columns.add((length) => new Uint32Array(length), 1);
    this.#rewards = columns.add((length) => new Float32Array(length), 1);
    this.#terminated = columns.add((length) => new Uint8Array(length), 1);
    this.#truncated = columns.add((length) => new Uint8Array(length), 1);
    this.#episodes = columns.add((length) => new Uint32Array(length), 1);
  }

  add(line: Line): void {
    const { number, fields } = line;
    const terminated = flag("terminated", fields.terminated, number);
    const truncated = flag("truncated", fields.truncated ?? false, number);
    const episode = this.#episodeOf(fields.episode, number, terminated || truncated);
    this.#table.begin(line);
    const row = this.#table.columns.rows - 1;
    this.#episodes.set(row, episode);
    this.#terminated.set(row, terminated ? 1 : 0);
    this.#truncated.set(row, truncated ? 1 : 0);
    this.#rewards.set(row, float(fields.reward, "reward", undefined, number));
    this.#actions.set(row, this.#action(line));
    this.#propensity(fields.propensity ?? undefined, row, number);
    this.#nextOf(line, truncated && !terminated);
  }

  steps(): LoggedSteps {
    const { columns, observations, observationSize, masks, actions } = this.#table;
    const { rows } = columns;
    if (observations === undefined) throw new ConfigError("the log is empty: at least one step is needed");
    return {
      observationSize,
      ...(actions && { actionCount: actions.count }),
      observations: observations.taken(rows),
      actions: this.#actions.taken(rows),
      rewards: this.#rewards.taken(rows),
      terminated: this.#terminated.taken(rows),
      truncated: this.#truncated.taken(rows),
      episodes: this.#episodes.taken(rows),
      ...(this.#next && { nextObservations: this.#next.taken(rows) }),
      ...(masks.has("mask") && { masks: masks.get("mask")!.taken(rows) }),
      ...(masks.has("nextMask") && { nextMasks: masks.get("nextMask")!.taken(rows) }),
      ...(this.#propensities && { propensities: this.#propensities.taken(rows) }),
    };
  }

  #episodeOf(name: unknown, number: number, ends: boolean): number {
    const allowed = "a text or a number is needed";
    if (typeof name !== "string" && !(typeof name === "number" && Number.isFinite(name))) {
      throw damaged(number, `${name === undefined ? "episode is missing" : `episode is ${short(name)}`}: ${allowed}`);
    }
    if (typeof name === "number" && Math.abs(name) > Number.MAX_SAFE_INTEGER) {
      throw damaged(number, `episode ${name} has too many digits for a number: write it as a text, in quotes`);
    }
    const known = this.#numbers.get(name);
    const episode = known ?? this.#ends.length;
    if (known === undefined) this.#numbers.set(name, episode);
    else if (this.#ends[episode] > 0) {
      throw damaged(
        number,
        `episode ${short(name)} ended in line ${this.#ends[episode]}: each episode needs its own name`,
      );
    }
    this.#ends[episode] = ends ? number : 0;
    return episode;
  }

  #action(line: Line): number {
    const { number, fields } = line;
    const { action } = fields;
    const before = this.#table.actions;
    const mask = this.#table.mask("mask", line);
    this.#checkEarlier(before, number);
    const count = this.#table.actions?.count ?? mostActions;
    if (!Number.isInteger(action) || (action as number) < 0 || (action as number) >= count) {
      const given = action === undefined ? "action is missing" : `action is ${short(action)}`;
      throw damaged(number, `${given}: a whole number from 0 to ${count - 1} is needed`);
    }
    const taken = action as number;
    if (mask && !mask[taken]) throw damaged(number, `action ${taken} is forbidden by the mask`);
    if (taken > this.#largest.action) this.#largest = { action: taken, line: number };
    return taken;
  }

  /** @throws ConfigError if the first mask of a log is too short for an action of an earlier line */
  #checkEarlier(before: Table["actions"], number: number): void {
    const { actions } = this.#table;
    const { action, line } = this.#largest;
    if (before !== undefined || actions === undefined || action < actions.count) return;
    throw damaged(
      number,
      `${actions.where.split(" ")[1]} has length ${actions.count}, but line ${line} has action ${action}`,
    );
  }

  #propensity(value: unknown, row: number, number: number): void {
    if (row === 0) this.#firstLine = number;
    const isGiven = value !== undefined;
    if (row > 0 && isGiven !== (this.#propensities !== undefined)) {
      const [has, hasNot] = isGiven ? [number, this.#firstLine] : [this.#firstLine, number];
      throw damaged(number, `line ${has} has a propensity and line ${hasNot} has none: all lines or none need one`);
    }
    if (!isGiven) return;
    if (typeof value !== "number" || !(Math.fround(value) > 0 && value <= 1)) {
      throw damaged(number, `propensity is ${short(value)}: a number above 0 and up to 1 is needed`);
    }
    this.#propensities ??= named(number, () => this.#table.columns.add((length) => new Float32Array(length), 1));
    this.#propensities.set(row, value);
  }

  #nextOf(line: Line, truncated: boolean): void {
    const { number, fields } = line;
    const before = this.#table.actions;
    this.#table.mask("nextMask", line, !truncated); // it is read only where an episode was cut
    this.#checkEarlier(before, number);
    const value = fields.next ?? undefined;
    if (value === undefined) return;
    const given = list("next", value, number);
    this.#table.checkSize("next", given, number);
    this.#next ??= named(number, () =>
      this.#table.columns.add((length) => new Float32Array(length), given.length, Number.NaN),
    );
    this.#table.write(this.#next, "next", given, number);
  }
}

function damaged(line: number, problem: string): ConfigError {
  return new ConfigError(`line ${line}: ${problem}`);
}

/** What needs memory, with the line's number before the error if there is none. */
function named<Value>(line: number, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw damaged(line, (error as Error).message);
  }
}

function list(name: string, value: unknown, line: number): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const given = value === undefined ? `${name} is missing` : `${name} is ${short(value)}`;
  throw damaged(line, `${given}: a list of numbers is needed`);
}

function flag(name: string, value: unknown, line: number): boolean {
  if (typeof value === "boolean") return value;
  const given = value === undefined ? `${name} is missing` : `${name} is ${short(value)}`;
  throw damaged(line, `${given}: true or false is needed`);
}

function float(value: unknown, name: string, at: number | undefined, line: number): number {
  if (typeof value === "number" && Number.isFinite(Math.fround(value))) return value;
  const given =
    at !== undefined
      ? `${name} has ${short(value)} at ${at}`
      : value === undefined
        ? `${name} is missing`
        : `${name} is ${short(value)}`;
  const needed = typeof value === "number" ? "a number that float32 can hold" : "a number";
  throw damaged(line, `${given}: ${needed} is needed`);
}

/** A value as an error shows it, if it is not long. */
function short(value: unknown): string {
  return described(typeof value === "string" && value.length > 40 ? `${value.slice(0, 40)}…` : value);
}
