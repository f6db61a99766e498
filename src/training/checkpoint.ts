// A checkpoint: the numbers and arrays of each part of a training, in one safetensors file with a digest.
import { ConfigError } from "../core/config-error.js";
import { shown } from "../evaluate/checks.js";
import { fromLittleEndian, littleEndian } from "../model/bytes.js";
import type { Model } from "../model/model.js";
import { quoted } from "../model/safetensors.js";
import { readSigned, writeSigned } from "./signed.js";

const format = "qstill-checkpoint";
const formatVersion = "6";

/** What may be different when work goes on. */
const changeable = ["envSteps", "learningRate", "learningRateFinal", "envOptions"];

/** What must be the same when work goes on: the environment, the seed, each option, and a student's teacher. */
export type Setting = Readonly<Record<string, unknown>>;

/** How far work has come. */
export interface Reached {
  readonly envSteps: number;
  readonly updates: number;
  /** The networks whose evaluation at this point is still to be done; absent: none. */
  readonly due?: readonly ("teacher" | "student")[];
}

/** What one part of a training needs to go on: numbers and lists as plain data, and arrays by their names. */
export interface Saved {
  readonly state: object;
  readonly arrays: Readonly<Record<string, Uint8Array | Float32Array>>;
}

export interface Checkpoint {
  /** The work under way: "teacher", "student", "joint" or "proximal". */
  readonly phase: string;
  readonly setting: Setting;
  readonly reached: Reached & { readonly wallSeconds: number };
  /** The parts' states, by the names of the parts. */
  readonly parts: Readonly<Record<string, Saved>>;
}

/** Work cannot go on from this checkpoint: it is damaged, or belongs to other work. */
export class CheckpointError extends ConfigError {
  override readonly name = "CheckpointError";
}

/**
 * Work was stopped: by its AbortSignal, or because its environment failed. The environment's error is then the `cause`.
 * From `checkpoint` it can go on, bit for bit, as if it had not been stopped.
 */
export class Interrupted extends Error {
  readonly checkpoint: Uint8Array;
  /** The best network so far: of a joint training the student. Undefined before the first evaluation. */
  readonly model?: Model;

  /** @param cause the error of the environment, if it was one */
  constructor(checkpoint: Uint8Array, model?: Model, cause?: Error) {
    super(cause?.message ?? "stopped before the end: the checkpoint in this error lets it go on", { cause });
    this.name = cause === undefined ? "AbortError" : "Interrupted";
    this.checkpoint = checkpoint;
    this.model = model;
  }
}

export function writeCheckpoint({ phase, setting, reached, parts }: Checkpoint): Uint8Array {
  const tensors = Object.entries(parts).flatMap(([part, { arrays }]) =>
    Object.entries(arrays).map(([name, values]) => ({
      name: `${part}.${name}`,
      dtype: values instanceof Uint8Array ? ("U8" as const) : ("F32" as const),
      shape: [values.length],
      data: values instanceof Uint8Array ? values : littleEndian(values),
    })),
  );
  const states = Object.fromEntries(Object.entries(parts).map(([part, { state }]) => [part, state]));
  return writeSigned(tensors, {
    format,
    formatVersion,
    phase,
    setting: JSON.stringify(setting),
    reached: JSON.stringify(reached),
    states: JSON.stringify(states),
  });
}

/**
 * Reads a checkpoint and gives each part what it saved.
 * @param phase the work that is to go on
 * @param setting what it is to go on with
 * @param restore takes what the part of that name saved
 * @param endless whether the work goes on after the setting's `envSteps`
 * @returns how far the work had come
 * @throws CheckpointError for a file that is not a checkpoint or is damaged, and for one of other work (it names what
 * differs)
 */
export function readCheckpoint(
  bytes: Uint8Array,
  phase: string,
  setting: Setting,
  restore: Readonly<Record<string, (saved: Saved) => void>>,
  endless = false,
): Checkpoint["reached"] {
  return reading(() => {
    const { tensors, metadata } = readSigned(bytes, checkFormat);
    checkPhase(metadata, phase);
    const made: Setting = Object(parsed(metadata, "setting"));
    const differs = difference(without(changeable, made), without(changeable, setting));
    if (differs !== undefined) throw new CheckpointError(`this checkpoint was made with ${differs}`);
    const reached = readReached(metadata);
    if (!endless && typeof setting.envSteps === "number" && setting.envSteps < reached.envSteps) {
      throw new CheckpointError(
        `this checkpoint has ${reached.envSteps} steps: envSteps ${setting.envSteps} is asked for, at least that many are allowed`,
      );
    }
    const states = parsed<Record<string, object> | null>(metadata, "states");
    for (const [part, restorePart] of Object.entries(restore)) {
      if (typeof states?.[part] !== "object") throw new Error(`its part ${JSON.stringify(part)} is missing`);
      const arrays: Record<string, Uint8Array | Float32Array> = {};
      for (const [name, { dtype, data }] of tensors) {
        if (name.startsWith(`${part}.`)) {
          arrays[name.slice(part.length + 1)] = dtype === "U8" ? data : fromLittleEndian(data);
        }
      }
      restorePart({ state: states[part], arrays });
    }
    return reached;
  });
}

/** What a checkpoint of this work was made with. @throws CheckpointError for one of other work, and if it is damaged */
export function readSetting(bytes: Uint8Array, phase: string): Setting {
  return reading(() => {
    const { metadata } = readSigned(bytes, checkFormat);
    checkPhase(metadata, phase);
    return parsed<Setting>(metadata, "setting");
  });
}

/** How far the work had come. @throws CheckpointError for a file that is not a checkpoint or is damaged */
export function reachedBy(bytes: Uint8Array): Reached {
  return reading(() => {
    return readReached(readSigned(bytes, checkFormat).metadata);
  });
}

/** The first thing in which two settings differ, in words; undefined if they are the same. */
export function difference(made: Setting, asked: Setting): string | undefined {
  for (const name of new Set([...Object.keys(asked), ...Object.keys(made)])) {
    const [before, now] = [made[name], asked[name]].map(shown);
    if (before !== now) return `${name} ${before}, but ${now} is asked for`;
  }
  return undefined;
}

/** Any error while reading is reported as an error of the checkpoint. */
function reading<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    throw new CheckpointError(`the checkpoint is damaged: ${(error as Error).message}`);
  }
}

function without(names: readonly string[], values: Setting): Setting {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

function checkFormat(metadata: Readonly<Record<string, string>>): void {
  if (metadata.format !== format) throw new CheckpointError("this file is not a qstill checkpoint");
  if (metadata.formatVersion === formatVersion) return;
  throw new CheckpointError(
    `this checkpoint has format version ${word(metadata.formatVersion)}: ${formatVersion} is understood`,
  );
}

function checkPhase(metadata: Readonly<Record<string, string>>, phase: string): void {
  if (metadata.phase === phase) return;
  throw new CheckpointError(`this checkpoint is of ${oneOf(metadata.phase)}, not of ${oneOf(phase)}`);
}

function readReached(metadata: Readonly<Record<string, string>>): Checkpoint["reached"] {
  const reached = parsed<Checkpoint["reached"]>(metadata, "reached");
  const { envSteps, updates, wallSeconds } = reached;
  if (!(envSteps >= 0 && updates >= 0 && wallSeconds >= 0)) throw new Error("it does not say how far it is");
  return reached;
}

function parsed<Value>(metadata: Readonly<Record<string, string>>, name: string): Value {
  try {
    return JSON.parse(metadata[name]);
  } catch {
    throw new Error(`its ${JSON.stringify(name)} is not JSON`); // the parser's own message repeats the file's text
  }
}

/** "a teacher", "an agent". */
function oneOf(phase = ""): string {
  return `${/^[aeiou]/.test(phase) ? "an" : "a"} ${word(phase)}`;
}

/** A stranger's text for a message: a plain word as it is, all else in quotes. */
function word(text = ""): string {
  return /^[\w.-]{1,40}$/.test(text) ? text : quoted(text);
}
