// Folds the scaling of observations and labels into a network's own first and last layer, and takes it out again.
import { layerPlaces, parameterCount } from "./layout.js";

/**
 * Turns parameters for normalised observations, (x − mean)·scale, into parameters for raw ones: W' = scale·W and
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
 * The inverse of {@link foldNormalisation}: turns parameters for raw observations into parameters for normalised ones,
 * W' = W/scale and b' = b + Σ mean·W in the first layer, in float64 and rounded once. Both networks compute the same.
 * @param mean (observationSize)
 * @param scale (observationSize), none of them 0
 */
export function unfoldNormalisation(
  widths: readonly number[],
  parameters: Float32Array,
  { mean, scale }: { mean: Float32Array; scale: Float32Array },
): Float32Array {
  const unfolded = parameters.slice();
  const { inputs, outputs, weight, bias } = layerPlaces(widths)[0];
  for (let o = 0; o < outputs; o++) {
    let shift = parameters[bias + o];
    for (let i = 0; i < inputs; i++) {
      const at = weight + i * outputs + o;
      unfolded[at] = parameters[at] / scale[i];
      shift += mean[i] * parameters[at];
    }
    unfolded[bias + o] = shift;
  }
  return unfolded;
}

/**
 * Turns parameters with a dueling head into parameters with an ordinary output layer. The dueling head's last layer
 * holds the A advantages and then the value: W_a = w_V + w_Aa − mean_a w_Aa (Wang et al. 2016, equation 9). The biases
 * are treated in the same way. Computed in float64 and rounded once.
 * @param widths the widths of the ordinary network: the last one is A
 */
export function foldDueling(widths: readonly number[], parameters: Float32Array): Float32Array {
  const folded = new Float32Array(parameterCount(widths));
  const places = layerPlaces(widths);
  const { inputs, outputs: actions, weight } = places[places.length - 1];
  folded.set(parameters.subarray(0, weight));
  for (let row = 0; row <= inputs; row++) {
    const from = weight + row * (actions + 1); // the last row holds the biases
    let sum = 0;
    for (let a = 0; a < actions; a++) sum += parameters[from + a];
    const shift = parameters[from + actions] - sum / actions;
    for (let a = 0; a < actions; a++) folded[weight + row * actions + a] = parameters[from + a] + shift;
  }
  return folded;
}

/**
 * Turns parameters for standardised Q-values, (q − mean)·scale, into parameters for Q-values in the teacher's unit:
 * W' = W/scale and b' = b/scale + mean in the last layer.
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
 * The inverse of {@link foldStandardisation}: turns parameters for Q-values in the teacher's unit into parameters for
 * standardised ones, W' = W·scale and b' = (b − mean)·scale in the last layer.
 */
export function unfoldStandardisation(
  widths: readonly number[],
  parameters: Float32Array,
  { mean, scale }: { mean: number; scale: number },
): Float32Array {
  const unfolded = parameters.slice();
  const places = layerPlaces(widths);
  const { inputs, outputs, weight, bias } = places[places.length - 1];
  for (let at = weight; at < weight + inputs * outputs; at++) unfolded[at] = parameters[at] * scale;
  for (let o = 0; o < outputs; o++) unfolded[bias + o] = (parameters[bias + o] - mean) * scale;
  return unfolded;
}

/**
 * Cuts out the part of a network that one of several tasks uses: the first inputs, and a range of the outputs. One more
 * input may be treated as always 1; it then becomes part of the bias.
 * @returns parameters for these inputs, the same hidden layers, and these outputs
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
