// Folding what was done to observations and labels into a network's own first and last layer.
import { layerPlaces } from "./layout.js";

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
