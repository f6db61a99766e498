// Models as files: teacher.safetensors and student.safetensors.
import { needObject } from "../core/needed.js";
import { bytesOf, fromLittleEndian, littleEndian } from "./bytes.js";
import { checkModel, checkWidths, layerPlaces, parameterCount } from "./layout.js";
import { type Activation, type Baseline, type HeldOut, Model, type ModelData, type Training } from "./model.js";
import { type Outputs, outputsNames } from "./outputs.js";
import { type Dtype, quoted, readSafetensors, type Tensor, writeSafetensors } from "./safetensors.js";

/** What the metadata calls a model of this library. */
export const format = "qstill";
export const formatVersion = "1";
/** Raw observations go in: any normalisation is already part of the first layer. */
const preprocessing = "folded into layers.0";

/** No model has this many widths; a longer list is not even read. */
const enough = 100;

/**
 * The bytes of a safetensors file that holds a model. For each layer there are `layers.<n>.weight`, shape (outputs,
 * inputs) as in PyTorch, and `layers.<n>.bias`, shape (outputs), both as F32. The metadata say how the model was
 * trained.
 * @param extra more metadata; it cannot replace the model's own
 * @throws Error for a model that could not be loaded again: a size out of bounds, or parameters that are not finite or
 * whose number is wrong
 */
export function saveModel(model: ModelData, extra: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  checkModel(model);
  needObject("extra", extra);
  const { environment, activation = "relu", outputs, parameters, training } = model;
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
  return writeSafetensors(tensors, {
    ...extra,
    format,
    formatVersion,
    environment,
    widths: model.widths.join("-"),
    activation,
    preprocessing,
    ...outputsData(outputs),
    ...(training && { training: JSON.stringify(training) }),
  });
}

/**
 * Reads a model that `saveModel` wrote. The parameters are the same bit for bit.
 * @throws Error that says in one line what is wrong with the file, where, and what was expected
 */
export function loadModel(bytes: Uint8Array | ArrayBuffer): Model {
  const { tensors, metadata } = readSafetensors(bytesOf(bytes));
  if (metadata.format !== format) {
    throw new Error(`not a qstill model: a safetensors file whose metadata has no format ${quoted(format)}`);
  }
  checkVersion(metadata);
  for (const [name, expected] of Object.entries({ activation: ["relu", "tanh"], preprocessing: [preprocessing] })) {
    if (!expected.includes(metadata[name])) {
      throw new Error(`the model file has ${given(metadata, name)}, expected ${expected.map(quoted).join(" or ")}`);
    }
  }
  if (metadata.environment === undefined) throw new Error("the model file has no environment in its metadata");
  const widths = readWidths(metadata.widths);
  const { environment } = metadata;
  const training = readTraining(metadata.training);
  const activation = metadata.activation as Activation;
  const outputs = readOutputs(metadata);
  return new Model({ environment, widths, activation, outputs, parameters: readParameters(tensors, widths), training });
}

/** The metadata of a model's outputs: a file that does not say what they are holds Q-values. */
export function outputsData(outputs: Outputs | undefined): { readonly outputs?: Outputs } {
  return outputs === "logits" ? { outputs } : {};
}

/** @throws Error for anything that no model's outputs are */
export function readOutputs(metadata: Record<string, string>): Outputs {
  const { outputs = "qValues" } = metadata;
  if (outputsNames.includes(outputs as Outputs)) return outputs as Outputs;
  throw new Error(
    `the model file has ${given(metadata, "outputs")}, expected ${outputsNames.map(quoted).join(" or ")}`,
  );
}

function weightName(layer: number): string {
  return `layers.${layer}.weight`;
}

function biasName(layer: number): string {
  return `layers.${layer}.bias`;
}

/** @throws Error for a version that cannot be read */
export function checkVersion(metadata: Record<string, string>): void {
  if (metadata.formatVersion !== formatVersion) {
    const newer = Number(metadata.formatVersion) > Number(formatVersion) ? ", written by a newer qstill" : "";
    throw new Error(
      `the model file has ${given(metadata, "formatVersion")}${newer}; this qstill reads ${formatVersion}`,
    );
  }
}

/** A field of the metadata, for a message. */
export function given(metadata: Record<string, string>, name: string): string {
  return metadata[name] === undefined ? `no ${name}` : `${name} ${quoted(metadata[name])}`;
}

/** @throws Error for anything that cannot be a network's widths */
export function readWidths(text = "none"): number[] {
  const widths = text.split("-", enough).map(Number);
  checkWidths(widths, text);
  return widths;
}

/** @throws Error for anything that is not a training record */
export function readTraining(text: string | undefined): Training | undefined {
  if (text === undefined) return undefined;
  try {
    const training: Training = JSON.parse(text);
    if (isTraining(training)) return training;
  } catch {
    // the error is thrown below
  }
  throw new Error('the model file\'s metadata "training" is damaged');
}

function isTraining({
  seed,
  envSteps,
  updates,
  wallSeconds,
  evaluationSteps = 0,
  inexactFrom = 0,
  baseline,
  config,
  distillation,
}: Training): boolean {
  const counts = [seed, envSteps, updates, wallSeconds, evaluationSteps, inexactFrom, distillation?.attempts ?? 1];
  return (
    counts.every((value) => Number.isFinite(value) && value >= 0) &&
    typeof config === "object" &&
    config !== null &&
    isBaseline(baseline) &&
    (distillation === undefined || (typeof distillation.fitsQValues === "boolean" && isHeldOut(distillation.heldOut)))
  );
}

function isBaseline(baseline: Baseline | undefined): boolean {
  if (baseline === undefined) return true;
  const { random, constant } = Object(baseline) as Baseline;
  const { action, mean } =
    constant === null ? { action: 0, mean: 0 } : (Object(constant) as NonNullable<typeof constant>);
  return [random ?? 0, action, mean].every(Number.isFinite);
}

function isHeldOut(heldOut: HeldOut | undefined): boolean {
  if (heldOut === undefined) return true;
  const { states, actionAgreement, qMse, qR2 } = Object(heldOut) as HeldOut;
  return [states, actionAgreement, qMse ?? 0, qR2 ?? 0].every(Number.isFinite);
}

function readParameters(tensors: Map<string, Tensor>, widths: readonly number[]): Float32Array {
  const places = layerPlaces(widths);
  const layers = places.map(({ inputs, outputs }, layer) => ({
    weights: readFloats(tensors, weightName(layer), [outputs, inputs]),
    biases: readFloats(tensors, biasName(layer), [outputs]),
  }));
  const known = new Set(places.flatMap((_, layer) => [weightName(layer), biasName(layer)]));
  for (const name of tensors.keys()) {
    if (!known.has(name)) throw new Error(`the model file has an unknown tensor ${quoted(name)}`);
  }
  const parameters = new Float32Array(parameterCount(widths));
  for (const [layer, { inputs, outputs, weight, bias }] of places.entries()) {
    const { weights, biases } = layers[layer];
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) parameters[weight + i * outputs + o] = weights[o * inputs + i];
    }
    parameters.set(biases, bias);
  }
  return parameters;
}

/** The elements of a tensor that must exist and have this shape. A file with fewer bytes is refused before any copy. */
function readFloats(tensors: Map<string, Tensor>, name: string, shape: readonly number[]): Float32Array {
  const values = fromLittleEndian(tensorOf(tensors, name, "F32", shape));
  const broken = values.findIndex((value) => !Number.isFinite(value));
  if (broken !== -1) {
    throw new Error(`tensor ${quoted(name)} has a ${values[broken]} at ${broken}, not a finite number`);
  }
  return values;
}

/** The bytes of a tensor. @throws Error if it is missing, or has another type or shape */
export function tensorOf(
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  dtype: Dtype,
  shape: readonly number[],
): Uint8Array {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`the model file has no tensor ${quoted(name)}`);
  if (tensor.dtype !== dtype) throw new Error(`tensor ${quoted(name)} has dtype ${tensor.dtype}, expected ${dtype}`);
  if (tensor.shape.join() !== shape.join()) {
    const given = tensor.shape.slice(0, 8).join(", ");
    throw new Error(`tensor ${quoted(name)} has shape (${given}), expected (${shape.join(", ")})`);
  }
  return tensor.data;
}

function floatTensor(name: string, shape: readonly number[], values: Float32Array) {
  return { name, dtype: "F32" as const, shape, data: littleEndian(values) };
}
