// A teacher as a file: all that students of a network learn from. Whoever reads it distils the same students.
import { ConfigError } from "../core/config-error.js";
import { need } from "../core/needed.js";
import { shown } from "../evaluate/checks.js";
import { fromLittleEndian, hexadecimal, littleEndian } from "../model/bytes.js";
import { outputsData, readOutputs, readWidths } from "../model/files.js";
import { type Activation, Model } from "../model/model.js";
import type { Tensor } from "../model/safetensors.js";
import { digestLength, readSigned, writeSigned } from "../training/signed.js";
import type { Store } from "../training/store.js";
import type { StudentConfig } from "./config.js";
import type { Labeller } from "./labeller.js";

/** A network's parameters, and what its replay memory holds, if it has one. */
export interface Learned {
  readonly parameters: Float32Array;
  /** (rows, observationSize) */
  readonly observations?: Float32Array | Uint8Array;
  /** (rows, actionCount) */
  readonly masks?: Uint8Array;
}

/** The tensors of a file that holds them. */
export function learnedTensors(
  { parameters, observations, masks }: Learned,
  widths: readonly number[],
): ({ readonly name: string } & Tensor)[] {
  const rows = (values: Float32Array | Uint8Array, size: number) => ({
    dtype: values instanceof Uint8Array ? ("U8" as const) : ("F32" as const),
    shape: [values.length / size, size],
    data: values instanceof Uint8Array ? values : littleEndian(values),
  });
  return [
    { name: "parameters", dtype: "F32", shape: [parameters.length], data: littleEndian(parameters) },
    ...(observations === undefined ? [] : [{ name: "observations", ...rows(observations, widths[0]) }]),
    ...(masks === undefined ? [] : [{ name: "masks", ...rows(masks, widths[widths.length - 1]) }]),
  ];
}

/** What these tensors hold. @throws Error for values that are missing, not finite, or do not fill whole rows */
export function learnedIn(tensors: ReadonlyMap<string, Tensor>, widths: readonly number[]): Learned {
  const seen = tensors.get("observations");
  const observations = seen?.dtype === "U8" ? new Uint8Array(seen.data) : seen && floats(tensors, "observations");
  if (observations !== undefined && observations.length % widths[0] !== 0) {
    throw new Error("its observations do not fill whole rows");
  }
  const allowed = tensors.get("masks");
  if (allowed !== undefined && allowed.dtype !== "U8") throw new Error('its tensor "masks" is not of U8');
  return { parameters: floats(tensors, "parameters"), observations, masks: allowed && new Uint8Array(allowed.data) };
}

function floats(tensors: ReadonlyMap<string, Tensor>, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (tensor?.dtype !== "F32") throw new Error(`it has no tensor "${name}" of F32`);
  const values = fromLittleEndian(tensor.data);
  if (!values.every(Number.isFinite)) throw new Error(`its tensor "${name}" holds a value that is not a finite number`);
  return values;
}

const format = "qstill-labeller";
const formatVersion = "1";

/** A teacher's file, before it lies in a store. */
export interface LabellerFile {
  /** 32 hexadecimal digits that stand for everything in the file: equal teachers have the same. */
  readonly id: string;
  /** Puts it into a store. @throws ConfigError for a store that cannot be written */
  put(store: Store): Promise<void>;
}

/**
 * The file of a teacher, with its replay memory if students learn from it.
 * @throws TypeError for a teacher that is no network
 */
export function labellerFile(teacher: Labeller, { states }: Pick<StudentConfig, "states">): LabellerFile {
  need(teacher instanceof Model, "teacher", teacher, "a model, because a crew gets it as a file,");
  const { environment, widths, activation, outputs, parameters, training } = teacher as Model;
  const { observations, masks } = states === "replay" ? teacher : ({} as Partial<Labeller>);
  const gamma = training?.config.gamma;
  const bytes = writeSigned(learnedTensors({ parameters, observations, masks }, widths), {
    ...{ format, formatVersion, environment, widths: widths.join("-"), activation },
    ...outputsData(outputs),
    ...(typeof gamma === "number" && { gamma: String(gamma) }),
  });
  const id = digestIn(bytes);
  return { id, put: (store) => store.write(nameOf(id), bytes) };
}

/**
 * The teacher whose {@link labellerFile} was put into a store.
 * @throws ConfigError in one line for a file that is missing, damaged, or another one
 */
export async function readLabeller(store: Store, id: string): Promise<Labeller> {
  // it becomes the name of a file
  if (!/^[0-9a-f]{32}$/.test(id)) {
    throw new ConfigError(`teacher is ${shown(id)}: 32 hexadecimal digits are needed`);
  }
  const bytes = await store.read(nameOf(id));
  const place = store.placeOf(nameOf(id));
  if (bytes === undefined) throw new ConfigError(`${place} is missing: it holds the teacher`);
  try {
    return labellerIn(bytes, id);
  } catch (error) {
    throw new ConfigError(`${place} cannot be used: ${(error as Error).message}`);
  }
}

function labellerIn(bytes: Uint8Array, id: string): Labeller {
  const { tensors, metadata } = readSigned(bytes, checkFormat);
  if (digestIn(bytes) !== id) throw new Error("it holds another teacher");
  const { environment = "", activation, gamma } = metadata;
  const widths = readWidths(metadata.widths);
  const { parameters, observations, masks } = learnedIn(tensors, widths);
  const outputs = readOutputs(metadata);
  const model = new Model({ environment, widths, activation: activation as Activation, outputs, parameters });
  return {
    ...{ environment, widths, outputs, parameters, observations, masks },
    ...(gamma !== undefined && { training: { config: { gamma: Number(gamma) } } }),
    act: (observation, mask) => model.act(observation, mask),
    qValuesOfMany: (states) => model.qValuesOfMany(states),
    outputsOfMany: (states) => model.outputsOfMany(states),
  };
}

function checkFormat({ format: given, formatVersion: version }: Readonly<Record<string, string>>): void {
  if (given !== format) throw new Error("it is not a teacher for students");
  if (version !== formatVersion) throw new Error(`its format is another one than ${formatVersion}`);
}

function digestIn(bytes: Uint8Array): string {
  return hexadecimal(bytes.subarray(-digestLength));
}

function nameOf(id: string): string {
  return `labeller-${id}.safetensors`;
}
