// Models as files: teacher.safetensors and student.safetensors.
import { layerPlaces, parameterCount } from "./layout.js";
import { Model, type ModelData } from "./model.js";
import { quoted, readSafetensors, type Tensor, writeSafetensors } from "./safetensors.js";

const format = "qstill";
const formatVersion = "1";
const activation = "relu";
/** Any normalisation of observations is part of the first layer: raw observations go in. */
const preprocessing = "folded into layers.0";

const maximumLayers = 16;
const maximumWidth = 65_536;

/**
 * The bytes of a safetensors file that holds a model: for each layer `layers.<n>.weight`, shape (outputs, inputs) as
 * PyTorch has it, and `layers.<n>.bias`, shape (outputs), as F32.
 * @param extra more metadata, such as the seed; it cannot replace the model's own.
 * @throws Error for a model that could not be loaded again: sizes out of bounds, parameters of another number or not finite.
 */
export function saveModel(model: ModelData, extra: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const { environment, parameters } = model;
  const widths = model.widths.join("-");
  readWidths(widths);
  const expected = parameterCount(model.widths);
  if (parameters.length !== expected) {
    throw new Error(`a model of widths ${widths} has ${expected} parameters, but ${parameters.length} were given`);
  }
  const tensors = layerPlaces(model.widths).flatMap(({ inputs, outputs, weight, bias }, layer) => {
    const weights = new Float32Array(inputs * outputs);
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) weights[o * inputs + i] = parameters[weight + i * outputs + o];
    }
    return [
      floatTensor(weightName(layer), [outputs, inputs], weights),
      floatTensor(biasName(layer), [outputs], parameters.subarray(bias, bias + outputs)),
    ];
  });
  const metadata = { ...extra, format, formatVersion, environment, widths, activation, preprocessing };
  return writeSafetensors(tensors, metadata);
}

/**
 * Reads a model that `saveModel` wrote; parameters come back bit for bit.
 * @throws Error in one line that says what is wrong with the file, where, and what was expected.
 */
export function loadModel(bytes: Uint8Array): Model {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== format) {
    throw new Error(`not a qstill model: a safetensors file whose metadata has no format ${quoted(format)}`);
  }
  if (metadata.formatVersion !== formatVersion) {
    const newer = Number(metadata.formatVersion) > Number(formatVersion) ? ", written by a newer qstill" : "";
    throw new Error(
      `the model file has ${given(metadata, "formatVersion")}${newer}; this qstill reads ${formatVersion}`,
    );
  }
  for (const [name, expected] of Object.entries({ activation, preprocessing })) {
    if (metadata[name] !== expected) {
      throw new Error(`the model file has ${given(metadata, name)}, expected ${quoted(expected)}`);
    }
  }
  if (metadata.environment === undefined) throw new Error("the model file has no environment in its metadata");
  const widths = readWidths(metadata.widths);
  return new Model({ environment: metadata.environment, widths, parameters: readParameters(tensors, widths) });
}

function weightName(layer: number): string {
  return `layers.${layer}.weight`;
}

function biasName(layer: number): string {
  return `layers.${layer}.bias`;
}

function given(metadata: Record<string, string>, name: string): string {
  return metadata[name] === undefined ? `no ${name}` : `${name} ${quoted(metadata[name])}`;
}

function readWidths(text = "none"): number[] {
  const widths = text.length > 6 * (maximumLayers + 1) ? [] : text.split("-").map(Number);
  const fit = (width: number) => Number.isInteger(width) && width >= 1 && width <= maximumWidth;
  if (widths.length < 2 || widths.length > maximumLayers + 1 || !widths.every(fit)) {
    throw new Error(
      `a model has widths such as "4-64-64-2", at most ${maximumLayers} layers of 1 to ${maximumWidth}; given ${quoted(text)}`,
    );
  }
  return widths;
}

/** The flat parameters, allocated only once every tensor is known to be there and to have its size. */
function readParameters(tensors: Map<string, Tensor>, widths: readonly number[]): Float32Array {
  const places = layerPlaces(widths);
  const layers = places.map(({ inputs, outputs }, layer) => ({
    weights: floatsOf(tensors, weightName(layer), [outputs, inputs]),
    biases: floatsOf(tensors, biasName(layer), [outputs]),
  }));
  const known = new Set(places.flatMap((_, layer) => [weightName(layer), biasName(layer)]));
  for (const name of tensors.keys()) {
    if (!known.has(name)) throw new Error(`the model file has an unknown tensor ${quoted(name)}`);
  }
  const parameters = new Float32Array(parameterCount(widths));
  for (const [layer, { inputs, outputs, weight, bias }] of places.entries()) {
    const { weights, biases } = layers[layer];
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) parameters[weight + i * outputs + o] = weights(o * inputs + i);
      parameters[bias + o] = biases(o);
    }
  }
  return parameters;
}

/** Reads element by element from a tensor of the file that must have this shape. */
function floatsOf(tensors: Map<string, Tensor>, name: string, shape: readonly number[]): (index: number) => number {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`the model file has no tensor ${quoted(name)}`);
  if (tensor.dtype !== "F32") throw new Error(`tensor ${quoted(name)} has dtype ${tensor.dtype}, expected F32`);
  if (tensor.shape.join() !== shape.join()) {
    throw new Error(
      `tensor ${quoted(name)} has shape (${tensor.shape.slice(0, 8).join(", ")}), expected (${shape.join(", ")})`,
    );
  }
  const { buffer, byteOffset, length } = tensor.data;
  const view = new DataView(buffer, byteOffset, length);
  return (index) => {
    const value = view.getFloat32(4 * index, true);
    if (!Number.isFinite(value))
      throw new Error(`tensor ${quoted(name)} has a ${value} at ${index}, not a finite number`);
    return value;
  };
}

function floatTensor(name: string, shape: number[], values: Float32Array) {
  const data = new Uint8Array(4 * values.length);
  const view = new DataView(data.buffer);
  for (const [index, value] of values.entries()) {
    if (!Number.isFinite(value))
      throw new Error(`${name} of the model has a ${value} at ${index}, not a finite number`);
    view.setFloat32(4 * index, value, true);
  }
  return { name, dtype: "F32" as const, shape, data };
}
