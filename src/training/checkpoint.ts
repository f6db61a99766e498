// A checkpoint: a block of the core's memory, named arrays, and the host's state as JSON, in one safetensors file.
import { ConfigError } from "../core/config-error.js";
import { shown } from "../evaluate/checks.js";
import { fromLittleEndian, littleEndian } from "../model/bytes.js";
import { readSafetensors, writeSafetensors } from "../model/safetensors.js";

const format = "qstill-checkpoint";
const formatVersion = "2";

/** Everything that must be the same when work goes on: environment, seed, each option, and a student's teacher. */
export type Setting = Readonly<Record<string, unknown>>;

/** What a loop's state tells of how far it is. */
export interface Reached {
  envSteps: number;
  updates: number;
}

export interface Checkpoint<State extends Reached> {
  /** What was under way: "teacher" or "student". */
  readonly phase: string;
  readonly setting: Setting;
  readonly state: State;
  /** The saved part of the learner's or distiller's block. */
  readonly block: Uint8Array;
  readonly arrays: Readonly<Record<string, Float32Array>>;
}

/** A checkpoint cannot be gone on from: it is damaged, or of other work. */
export class CheckpointError extends ConfigError {
  override readonly name = "CheckpointError";
}

/** Work was stopped by its AbortSignal; `checkpoint` lets it go on, bit for bit, as if it had not been. */
export class Interrupted extends Error {
  readonly checkpoint: Uint8Array;

  constructor(checkpoint: Uint8Array) {
    super("stopped before the end: the checkpoint in this error lets it go on");
    this.name = "AbortError";
    this.checkpoint = checkpoint;
  }
}

export function writeCheckpoint<State extends Reached>({
  phase,
  setting,
  state,
  block,
  arrays,
}: Checkpoint<State>): Uint8Array {
  const tensors = Object.entries(arrays).map(([name, values]) => ({
    name: `arrays.${name}`,
    dtype: "F32" as const,
    shape: [values.length],
    data: littleEndian(values),
  }));
  return writeSafetensors([{ name: "block", dtype: "U8", shape: [block.length], data: block }, ...tensors], {
    format,
    formatVersion,
    phase,
    setting: JSON.stringify(setting),
    state: JSON.stringify(state),
  });
}

/**
 * @param phase what is to go on
 * @param setting what it is to go on with
 * @param restore takes the block
 * @throws CheckpointError for what is no checkpoint, a damaged one, and one of other work, naming what differs
 */
export function readCheckpoint<State extends Reached>(
  bytes: Uint8Array,
  phase: string,
  setting: Setting,
  restore: (block: Uint8Array) => void,
): Pick<Checkpoint<State>, "state" | "arrays"> {
  return reading(() => {
    const { tensors, metadata } = readSafetensors(bytes);
    checkFormat(metadata);
    if (metadata.phase !== phase) {
      throw new CheckpointError(`this checkpoint is of a ${metadata.phase}, not of a ${phase}`);
    }
    const made: Setting = JSON.parse(metadata.setting);
    const differs = difference(made, setting);
    if (differs !== undefined) throw new CheckpointError(`this checkpoint was made with ${differs}`);
    const block = tensors.get("block");
    if (block === undefined) throw new CheckpointError('this checkpoint lacks its tensor "block"');
    restore(block.data);
    const arrays: Record<string, Float32Array> = {};
    for (const [name, tensor] of tensors) {
      if (name.startsWith("arrays.")) arrays[name.slice("arrays.".length)] = fromLittleEndian(tensor.data);
    }
    return { state: readState<State>(metadata), arrays };
  });
}

/** How far the work had come. @throws CheckpointError for what is no checkpoint, and a damaged one */
export function reachedBy(bytes: Uint8Array): Reached {
  return reading(() => {
    const { metadata } = readSafetensors(bytes);
    checkFormat(metadata);
    return readState<Reached>(metadata);
  });
}

/** The first thing in which the settings of two works differ, in words; undefined where they are the same. */
export function difference(made: Setting, asked: Setting): string | undefined {
  for (const name of new Set([...Object.keys(asked), ...Object.keys(made)])) {
    const [before, now] = [made[name], asked[name]].map(shown);
    if (before !== now) return `${name} ${before}, but ${now} is asked for`;
  }
  return undefined;
}

/** Whatever goes wrong while reading is said of the checkpoint. */
function reading<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    throw new CheckpointError(`the checkpoint is damaged: ${(error as Error).message}`);
  }
}

function checkFormat(metadata: Readonly<Record<string, string>>): void {
  if (metadata.format !== format) throw new CheckpointError("this file is no qstill checkpoint");
  if (metadata.formatVersion === formatVersion) return;
  throw new CheckpointError(
    `this checkpoint has format version ${metadata.formatVersion}: ${formatVersion} is understood`,
  );
}

function readState<State extends Reached>(metadata: Readonly<Record<string, string>>): State {
  const state: State = JSON.parse(metadata.state);
  if (!(state.envSteps >= 0 && state.updates >= 0)) throw new Error("its state does not say how far it is");
  return state;
}
