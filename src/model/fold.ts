// Folding what was done to observations and labels into a network's own first and last layer.
import { layerPlaces, parameterCount } from "./layout.js";

/**
 * Parameters for raw observations from those for normalised ones, (x − mean)·scale: W' = scale·W and
 * b' = b − Σ mean·scale·W in the first layer, in float64 and rounded once.
 * @param mean (observationSize)
 * @param scale (observationSize)
 */
export function foldNormalisation(
  widths: readonly number[],
  parameters: Float32Array,
  { mean, scale }: { mean: Float32Array; scale: Float32Array },
): Float32Array {
  const folded = parameters.slice();
  const { inputs, outputs, weight, bias } = layerPlaces(widths)[0];
  for (let o = 0; o < outputs; o++) {
    let shift = parameters[bias + o];
    for (let i = 0; i < inputs; i++) {
      const at = weight + i * outputs + o;
      const scaled = parameters[at] * scale[i];
      folded[at] = scaled;
      shift -= mean[i] * scaled;
    }
    folded[bias + o] = shift;
  }
  return folded;
}

/**
 * Parameters for Q-values in the teacher's unit from those for standardised ones, (q − mean)·scale: W' = W/scale and
 * b' = b/scale + mean in the last layer.
 */
export function foldStandardisation(
  widths: readonly number[],
  parameters: Float32Array,
  { mean, scale }: { mean: number; scale: number },
): Float32Array {
  const folded = parameters.slice();
  const places = layerPlaces(widths);
  const { inputs, outputs, weight, bias } = places[places.length - 1];
  for (let at = weight; at < weight + inputs * outputs; at++) folded[at] = parameters[at] / scale;
  for (let o = 0; o < outputs; o++) folded[bias + o] = parameters[bias + o] / scale + mean;
  return folded;
}

/**
 * What one of several tasks uses of a network: its first inputs, and of the outputs a range. One further input may be
 * taken for always 1, and goes into the bias.
 * @returns the parameters of widths inputs, hidden layers as they are, outputs
 */
export function cutToTask(
  widths: readonly number[],
  parameters: Float32Array,
  { inputs, firstOutput, outputs, one }: { inputs: number; firstOutput: number; outputs: number; one?: number },
): Float32Array {
  const cutWidths = [inputs, ...widths.slice(1, -1), outputs];
  const cut = new Float32Array(parameterCount(cutWidths));
  const places = layerPlaces(cutWidths);
  for (const [layer, from] of layerPlaces(widths).entries()) {
    const to = places[layer];
    const first = layer === places.length - 1 ? firstOutput : 0;
    for (let o = 0; o < to.outputs; o++) {
      for (let i = 0; i < to.inputs; i++) {
        cut[to.weight + i * to.outputs + o] = parameters[from.weight + i * from.outputs + first + o];
      }
      const always = layer === 0 && one !== undefined ? parameters[from.weight + one * from.outputs + first + o] : 0;
      cut[to.bias + o] = parameters[from.bias + first + o] + always;
    }
  }
  return cut;
}
