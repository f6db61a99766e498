// How the parameters of an MLP lie in one flat array: for each layer W (in × out, row-major), then b (out).

/** The number of parameters of an MLP with these widths: inputs, hidden layers, outputs. */
export function parameterCount(widths: readonly number[]): number {
  let count = 0;
  for (let layer = 1; layer < widths.length; layer++) count += (widths[layer - 1] + 1) * widths[layer];
  return count;
}

/** The place of each layer in the flat array. */
export interface LayerPlace {
  /** Inputs and outputs of the layer. */
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
