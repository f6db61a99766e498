// Quantised models as files: student.int8.safetensors.
import { need, needObject } from "../core/needed.js";
import { bytesOf } from "./bytes.js";
import {
  checkVersion,
  formatVersion,
  given,
  outputsData,
  readOutputs,
  readTraining,
  readWidths,
  tensorOf,
} from "./files.js";
import { type QuantizedLayer, QuantizedModel } from "./quantized.js";
import { quoted, readSafetensors, writeSafetensors } from "./safetensors.js";

/** The format that the metadata of a quantised model's file names. */
const format = "qstill-int8";

/**
 * The bytes of a safetensors file that holds a quantised model. `observation_scale` and `q_value_scale` are F32. For
 * each layer `layers.<n>.weight`, shape (outputs, inputs), is I8, and `layers.<n>.bias` is I16, in the last layer I32.
 * For each hidden layer `layers.<n>.multiplier` is I16, and `layers.<n>.shifts` is U8: biasShift, shift.
 * @param extra more metadata; it cannot replace the model's own
 */
export function saveQuantized(
  model: QuantizedModel,
  extra: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  need(model instanceof QuantizedModel, "model", model, "a QuantizedModel");
  needObject("extra", extra);
  const { environment, widths, activation, observationScale, layers, qValueScale, training, original } = model;
  const tensors = [tensor("observation_scale", "F32", observationScale)];
  for (const [l, { weights, biases, biasShift, multipliers, shift }] of layers.entries()) {
    const isLast = l + 1 === layers.length;
    tensors.push(
      tensor(`layers.${l}.weight`, "I8", weights, [widths[l + 1], widths[l]]),
      tensor(`layers.${l}.bias`, isLast ? "I32" : "I16", biases),
    );
    if (isLast) break;
    tensors.push(
      tensor(`layers.${l}.multiplier`, "I16", multipliers),
      tensor(`layers.${l}.shifts`, "U8", [biasShift, shift]),
    );
  }
  tensors.push(tensor("q_value_scale", "F32", qValueScale));
  return writeSafetensors(tensors, {
    ...extra,
    format,
    formatVersion,
    environment,
    widths: widths.join("-"),
    activation,
    ...outputsData(model.outputs),
    ...(original !== undefined && { original }),
    ...(training && { training: JSON.stringify(training) }),
  });
}

/** Whether a safetensors file says that it holds a quantised model. @throws Error for a file that is not safetensors */
export function isQuantized(bytes: Uint8Array): boolean {
  return bytes[8] === 0x7b && readSafetensors(bytes).metadata.format === format;
}

/**
 * Reads a quantised model that `saveQuantized` wrote.
 * @throws Error that says in one line what is wrong with the file, where, and what was expected
 */
export function loadQuantized(bytes: Uint8Array | ArrayBuffer): QuantizedModel {
  const { tensors, metadata } = readSafetensors(bytesOf(bytes));
  if (metadata.format !== format) {
    throw new Error(`not a quantised model: a safetensors file whose metadata has no format ${quoted(format)}`);
  }
  checkVersion(metadata);
  if (metadata.activation !== "relu") {
    throw new Error(`the model file has ${given(metadata, "activation")}, expected "relu"`);
  }
  if (metadata.environment === undefined) throw new Error("the model file has no environment in its metadata");
  const widths = readWidths(metadata.widths);

  const known = new Set<string>();
  const take = (name: string, dtype: NumberType, shape: readonly number[]) => {
    known.add(name);
    return numbersIn(dtype, tensorOf(tensors, name, dtype, shape));
  };
  const observationScale = Float32Array.from(take("observation_scale", "F32", [widths[0]]));
  const layers: QuantizedLayer[] = [];
  for (let l = 0; l + 1 < widths.length; l++) {
    const isLast = l + 2 === widths.length;
    const [inputs, outputs] = [widths[l], widths[l + 1]];
    const weights = Int8Array.from(take(`layers.${l}.weight`, "I8", [outputs, inputs]));
    const biases = Int32Array.from(take(`layers.${l}.bias`, isLast ? "I32" : "I16", [outputs]));
    const multipliers = Int16Array.from(isLast ? [] : take(`layers.${l}.multiplier`, "I16", [outputs]));
    const [biasShift, shift] = isLast ? [0, 0] : take(`layers.${l}.shifts`, "U8", [2]);
    layers.push({ weights, biases, biasShift, multipliers, shift });
  }
  const qValueScale = Float32Array.from(take("q_value_scale", "F32", [widths[widths.length - 1]]));
  for (const name of tensors.keys()) {
    if (!known.has(name)) throw new Error(`the model file has an unknown tensor ${quoted(name)}`);
  }
  const { environment, original } = metadata;
  const training = readTraining(metadata.training);
  const outputs = readOutputs(metadata);
  return new QuantizedModel({
    environment,
    widths,
    outputs,
    observationScale,
    layers,
    qValueScale,
    training,
    original,
  });
}

/** How a number of each type is read and written, and its size in bytes. */
const types = {
  F32: { size: 4, get: "getFloat32", set: "setFloat32" },
  I32: { size: 4, get: "getInt32", set: "setInt32" },
  I16: { size: 2, get: "getInt16", set: "setInt16" },
  I8: { size: 1, get: "getInt8", set: "setInt8" },
  U8: { size: 1, get: "getUint8", set: "setUint8" },
} as const;

type NumberType = keyof typeof types;

function tensor(
  name: string,
  dtype: NumberType,
  values: ArrayLike<number>,
  shape: readonly number[] = [values.length],
) {
  const { size, set } = types[dtype];
  const view = new DataView(new ArrayBuffer(size * values.length));
  for (let i = 0; i < values.length; i++) view[set](size * i, values[i], true);
  return { name, dtype, shape, data: new Uint8Array(view.buffer) };
}

function numbersIn(dtype: NumberType, data: Uint8Array): number[] {
  const { size, get } = types[dtype];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: data.length / size }, (_, i) => view[get](size * i, true));
}
