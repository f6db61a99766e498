// How the parameters of an MLP lie in one flat array: for each layer W (in × out, row-major), then b (out).
import { needNumbers, needObject } from "../core/needed.js";
import { quoted } from "./safetensors.js";

export const mostLayers = 16;
const mostWidth = 65_536;

/**
 * Checks what every model needs.
 * @throws TypeError for anything but an object, Error for widths that no network can have, and for parameters that do
 * not fit them or are not finite
 */
export function checkModel(model: { readonly widths: readonly number[]; readonly parameters: Float32Array }): void {
  needObject("model", model, "a model");
  checkWidths(model.widths);
  checkParameters(model.widths, model.parameters);
}

/**
 * @param given the widths as they were written
 * @throws Error for anything that cannot be the widths of a network: inputs, hidden layers, outputs
 */
export function checkWidths(widths: readonly number[], given?: string): void {
  needNumbers("widths", widths, "a list such as [4, 64, 64, 2]");
  const fit = (width: number) => Number.isInteger(width) && width >= 1 && width <= mostWidth;
  if (widths.length >= 2 && widths.length <= mostLayers + 1 && widths.every(fit)) return;
  throw new Error(
    `a model has widths such as "4-64-64-2", at most ${mostLayers} layers of 1 to ${mostWidth}; given ${quoted(given ?? widths.join("-"))}`,
  );
}

/** @throws Error if there are more or fewer parameters than these widths need, or one is not finite */
export function checkParameters(widths: readonly number[], parameters: Float32Array): void {
  needNumbers("parameters", parameters, "a Float32Array");
  const expected = parameterCount(widths);
  if (parameters.length !== expected) {
    throw new Error(
      `a model of widths ${widths.join("-")} has ${expected} parameters, but ${parameters.length} were given`,
    );
  }
  const broken = parameters.findIndex((value) => !Number.isFinite(value));
  if (broken !== -1) throw new Error(`parameter ${broken} of the model is ${parameters[broken]}, not a finite number`);
}

/** The number of parameters of an MLP with these widths: inputs, hidden layers, outputs. */
export function parameterCount(widths: readonly number[]): number {
  let count = 0;
  for (let layer = 1; layer < widths.length; layer++) count += (widths[layer - 1] + 1) * widths[layer];
  return count;
}

/** Where each layer lies in the flat array. */
export interface LayerPlace {
  /** Number of inputs and outputs of the layer. */
  readonly inputs: number;
  readonly outputs: number;
  /** Index of W[0][0]; W[i][o] is at `weight + i * outputs + o`. */
  readonly weight: number;
  /** Index of b[0]. */
  readonly bias: number;
}

/** Where each layer's weights and biases begin. */
export function layerPlaces(widths: readonly number[]): LayerPlace[] {
  const places: LayerPlace[] = [];
  let offset = 0;
  for (let layer = 1; layer < widths.length; layer++) {
    const inputs = widths[layer - 1];
    const outputs = widths[layer];
    places.push({ inputs, outputs, weight: offset, bias: offset + inputs * outputs });
    offset += (inputs + 1) * outputs;
  }
  return places;
}
