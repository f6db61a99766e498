// A checkpoint: a block of the core's memory, named arrays, and the host's state as JSON, in one safetensors file.
import { fromLittleEndian, littleEndian } from "../model/bytes.js";
import { readSafetensors, writeSafetensors } from "../model/safetensors.js";

const format = "qstill-checkpoint";
const formatVersion = "1";

export interface Checkpoint<State> {
  /** What was under way: "teacher" or "student". */
  readonly phase: string;
  /** Everything that must be the same when work goes on: environment, seed, configuration. */
  readonly setting: unknown;
  readonly state: State;
  /** The saved part of the learner's or distiller's block. */
  readonly block: Uint8Array;
  readonly arrays: Readonly<Record<string, Float32Array>>;
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

export function writeCheckpoint<State>({ phase, setting, state, block, arrays }: Checkpoint<State>): Uint8Array {
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
 * @throws RangeError for a file that is no checkpoint, of another version or of other work, Error for a damaged one
 */
export function readCheckpoint<State>(bytes: Uint8Array, phase: string, setting: unknown): Checkpoint<State> {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== format) throw new RangeError("this file is no qstill checkpoint");
  if (metadata.formatVersion !== formatVersion) {
    throw new RangeError(
      `this checkpoint has format version ${metadata.formatVersion}: ${formatVersion} is understood`,
    );
  }
  if (metadata.phase !== phase) throw new RangeError(`this checkpoint is of a ${metadata.phase}, not of a ${phase}`);
  if (metadata.setting !== JSON.stringify(setting)) {
    throw new RangeError("this checkpoint was made with another environment, seed or configuration");
  }
  const block = tensors.get("block");
  if (block === undefined) throw new RangeError('this checkpoint lacks its tensor "block"');
  const arrays: Record<string, Float32Array> = {};
  for (const [name, tensor] of tensors) {
    if (name.startsWith("arrays.")) arrays[name.slice("arrays.".length)] = fromLittleEndian(tensor.data);
  }
  return { phase, setting, state: JSON.parse(metadata.state), block: block.data, arrays };
}
