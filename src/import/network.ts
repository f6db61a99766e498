// Makes a model from the layers that a file names: first the sizes are checked, then the elements are read.
import { checkWidths, layerPlaces, parameterCount } from "../model/layout.js";
import type { ModelData } from "../model/model.js";
import { quoted } from "../model/safetensors.js";
import { readFloats, type StoredTensor } from "./tensor.js";

export interface NamedTensor {
  readonly name: string;
  readonly tensor: StoredTensor;
  /** A factor for every element; 1 by default. */
  readonly factor?: number;
}

/** One affine layer, y = x·W + the sum of the biases. */
export interface Layer {
  readonly weight: NamedTensor;
  /** Whether the weight has shape (outputs, inputs), as in PyTorch. */
  readonly transposed: boolean;
  /** Each has shape (outputs), perhaps with sizes of 1 in front. */
  readonly biases: readonly NamedTensor[];
}

/** A network with more parameters would not fit into the core's 1 GiB. */
const mostParameters = 2 ** 26;

/**
 * The widths and parameters of a chain of layers.
 * @throws Error in one line for layers that do not fit one after another, for sizes that no model has, and for
 * elements that are not finite
 */
export function assemble(layers: readonly Layer[]): Pick<ModelData, "widths" | "parameters"> {
  const widths = [sizes(layers[0]).inputs];
  for (const [index, layer] of layers.entries()) {
    const { inputs, outputs } = sizes(layer);
    const before = widths[widths.length - 1];
    if (inputs !== before) {
      const above = index === 0 ? "" : `, but ${quoted(layers[index - 1].weight.name)} before it gives ${before}`;
      throw new Error(`tensor ${quoted(layer.weight.name)} takes ${inputs} inputs${above}`);
    }
    widths.push(outputs);
    for (const { name, tensor } of layer.biases) {
      const columns = tensor.shape[tensor.shape.length - 1];
      if (columns === outputs && tensor.shape.slice(0, -1).every((size) => size === 1)) continue;
      throw new Error(
        `tensor ${quoted(name)} has shape (${shapeOf(tensor.shape)}), but its layer has ${outputs} outputs`,
      );
    }
  }
  checkWidths(widths);
  const count = parameterCount(widths);
  if (count > mostParameters) {
    throw new Error(`the network ${widths.join("-")} has ${count} parameters: at most ${mostParameters} are read`);
  }

  const parameters = new Float32Array(count);
  for (const [index, { inputs, outputs, weight, bias }] of layerPlaces(widths).entries()) {
    const layer = layers[index];
    const values = scaled(layer.weight);
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        parameters[weight + i * outputs + o] = values[layer.transposed ? o * inputs + i : i * outputs + o];
      }
    }
    for (const named of layer.biases) {
      const added = scaled(named);
      for (let o = 0; o < outputs; o++) parameters[bias + o] += added[o];
    }
  }
  return { widths, parameters };
}

/** A shape for a message, of which no more than the first sizes are shown. */
export function shapeOf(shape: readonly number[]): string {
  return shape.slice(0, 8).join(", ");
}

function sizes({ weight: { name, tensor }, transposed }: Layer): { inputs: number; outputs: number } {
  if (tensor.shape.length !== 2) {
    throw new Error(
      `tensor ${quoted(name)} has shape (${shapeOf(tensor.shape)}): only networks of linear layers are read, whose weights have two sizes`,
    );
  }
  const [rows, columns] = tensor.shape;
  return transposed ? { inputs: columns, outputs: rows } : { inputs: rows, outputs: columns };
}

function scaled({ name, tensor, factor = 1 }: NamedTensor): Float32Array {
  const values = readFloats(name, tensor);
  if (factor !== 1) for (let i = 0; i < values.length; i++) values[i] *= factor;
  return values;
}
