// Quantises a trained network. Its scales come from states that it visits.

import { need, needNumbers, needObject } from "../core/needed.js";
import { checkModel, layerPlaces } from "./layout.js";
import type { ModelData } from "./model.js";
import { countOf } from "./observations.js";
import {
  activate,
  largestActivation,
  largestWeight as largestOf8Bits,
  largestShift,
  type QuantizedLayer,
  QuantizedModel,
  quantizeObservation,
  sumsOf,
} from "./quantized.js";

/** The largest activation in the calibration. It leaves one bit for states that the calibration did not see. */
const calibratedActivation = 16_383;

/** Options of {@link quantize}. */
export interface QuantizeOptions {
  /** The hash of the model, which the quantised model keeps. */
  readonly original?: string;
  /**
   * The value that each output's largest weight becomes; 127 by default. Smaller values are for studies of fewer bits:
   * 7 is what 4 bits hold.
   */
  readonly largestWeight?: number;
}

/**
 * Quantises a trained network, calibrated on states that it visits (Jacob et al. 2018, section 2; quantisation after
 * training: Krishnamoorthi 2018, section 3).
 *
 * Each output has a scale of its own, so that its largest weight becomes ±127. A layer's inputs must become whole
 * numbers: the factors for this are first moved into the layer's weights. They give all features, and all hidden
 * units, the same root mean square, so that the rounding of each weight matters equally: between ReLU layers any
 * positive factor may be moved (Nagel et al. 2019, section 4.1). A model that was trained through its rounding keeps
 * the grid of that training instead, because its weights already lie on it. The biases restore the mean of each sum
 * over the states (the same paper, section 4.2).
 * @param observations (count, observationSize), row-major: the states of a few episodes
 * @throws Error for anything that is not a model, for an activation other than ReLU, and for a model whose sums could
 * leave 32 bits (never with at most 500 units a layer); RangeError if there are no states or the last one is incomplete
 */
export function quantize(model: ModelData, observations: Float32Array, options: QuantizeOptions = {}): QuantizedModel {
  checkModel(model);
  needNumbers("observations", observations);
  needObject("options", options);
  const { original, largestWeight = largestOf8Bits } = options;
  const isWeight = Number.isInteger(largestWeight) && largestWeight >= 1 && largestWeight <= largestOf8Bits;
  need(isWeight, "largestWeight", largestWeight, `a whole number from 1 to ${largestOf8Bits}`);
  const { environment, widths, parameters, training, activation = "relu", outputs } = model;
  if (activation !== "relu") throw new Error(`a model with ${activation} cannot be quantised: relu is needed`);
  const count = countOf(observations, widths[0]);
  if (count === 0 || !observations.every(Number.isFinite)) {
    throw new RangeError("quantize needs states to calibrate on, all of finite numbers");
  }
  const grid = training?.distillation?.featureScale;
  if (grid !== undefined) checkGrid(grid, widths[0]);
  const places = layerPlaces(widths);
  const layers: QuantizedLayer[] = [];

  // exact: rows of numbers that the network computes. whole: those of the quantised network. unit: what 1 is worth in
  // each.
  let exact = rows(observations, widths[0]);
  let unit = unitsOf(
    exact,
    grid?.map((scale) => 1 / scale),
  );
  const observationScale = Float32Array.from(unit, (one) => 1 / one);
  unit = Array.from(observationScale, (scale) => 1 / scale);
  let whole = exact.map((x) => {
    const a = new Int32Array(x.length);
    quantizeObservation(x, observationScale, a);
    return a;
  });
  let sumUnit: number[] = [];
  for (const [l, { inputs, outputs, weight, bias }] of places.entries()) {
    const isLast = l + 1 === places.length;
    const pre = exact.map((x) => affine(parameters, weight, bias, x, outputs));
    const weights = new Int8Array(outputs * inputs);
    const wanted: number[] = []; // the biases, in units of the sums
    sumUnit = [];
    for (let o = 0; o < outputs; o++) {
      const folded = Array.from({ length: inputs }, (_, i) => parameters[weight + i * outputs + o] * unit[i]);
      const largest = folded.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
      // a bias without weights, or far larger than they are, sets the scale itself (a hidden layer's biases share
      // their shift)
      const one = Math.max(
        largest / largestWeight,
        Math.abs(parameters[bias + o]) / (isLast ? 2 ** 30 : 2 ** 22),
        2 ** -100,
      );
      for (let i = 0; i < inputs; i++) weights[o * inputs + i] = Math.round(folded[i] / one);
      let difference = 0;
      for (let row = 0; row < count; row++) {
        const a = whole[row];
        let sum = 0;
        for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i] * a[i];
        difference += pre[row][o] / one - sum;
      }
      wanted.push(difference / count);
      sumUnit.push(one);
    }
    if (isLast) {
      const biases = Int32Array.from(wanted, Math.round);
      layers.push({ weights, biases, biasShift: 0, multipliers: new Int16Array(0), shift: 0 });
      break;
    }

    let biasShift = 0;
    const largestBias = wanted.reduce((most, b) => Math.max(most, Math.abs(b)), 0);
    while (Math.round(largestBias / 2 ** biasShift) > largestActivation) biasShift++;
    const biases = Int32Array.from(wanted, (b) => Math.round(b / 2 ** biasShift));

    exact = pre.map((y) => y.map((value) => Math.max(value, 0)));
    unit = unitsOf(exact, grid && new Array<number>(outputs).fill(1));
    const factors = sumUnit.map((one, o) => one / unit[o]);
    const largestFactor = factors.reduce((a, b) => Math.max(a, b));
    let shift = 1;
    while (shift < largestShift && Math.round(largestFactor * 2 ** (shift + 1)) <= largestActivation) shift++;
    const multipliers = Int16Array.from(factors, (factor) =>
      Math.min(largestActivation, Math.round(factor * 2 ** shift)),
    );
    const layer = { weights, biases, biasShift, multipliers, shift };
    layers.push(layer);
    whole = whole.map((a) => {
      const sums = new Int32Array(outputs);
      sumsOf(layer, a, sums);
      activate(layer, sums);
      return sums;
    });
  }
  const qValueScale = Float32Array.from(sumUnit);
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

/** The file may come from a stranger, so the value is checked. */
function checkGrid(grid: readonly number[], size: number): void {
  const sound = (scale: unknown) => typeof scale === "number" && scale > 1e-30 && scale < 1e30;
  if (Array.isArray(grid) && grid.length === size && grid.every(sound)) return;
  throw new Error(`featureScale of the model's training is not ${size} numbers above 0`);
}

/** y = x W + b in float64. */
function affine(
  parameters: Float32Array,
  weight: number,
  bias: number,
  x: ArrayLike<number>,
  outputs: number,
): Float64Array {
  const y = Float64Array.from(parameters.subarray(bias, bias + outputs));
  for (let i = 0; i < x.length; i++) {
    const xi = x[i];
    const row = weight + i * outputs;
    for (let o = 0; o < outputs; o++) y[o] += xi * parameters[row + o];
  }
  return y;
}

function rows(values: Float32Array, size: number): ArrayLike<number>[] {
  return Array.from({ length: values.length / size }, (_, row) => values.subarray(row * size, (row + 1) * size));
}

/** Keeps the inverse of every unit within f32. */
const smallestUnit = 2 ** -100;

/** A unit that is rarely active counts for at least this share of its largest activation. */
const leastShare = 1 / 8;

/**
 * What 1 in each input's whole number is worth. The units are chosen so that the largest of all inputs becomes
 * `calibratedActivation`.
 * @param proportion the ratio of the inputs' units; by default that of their root mean squares
 */
function unitsOf(inputs: readonly ArrayLike<number>[], proportion?: readonly number[]): number[] {
  const largest = new Array<number>(inputs[0].length).fill(0);
  const squares = largest.slice();
  for (const x of inputs) {
    for (let i = 0; i < largest.length; i++) {
      largest[i] = Math.max(largest[i], Math.abs(x[i]));
      squares[i] += x[i] * x[i];
    }
  }
  const units = largest.map(
    (value, i) => proportion?.[i] ?? Math.max(Math.sqrt(squares[i] / inputs.length), value * leastShare),
  );
  // an input that was always 0 may become as large as any other
  const greatest = units.reduce((a, b) => Math.max(a, b)) || 1;
  for (let i = 0; i < units.length; i++) units[i] ||= greatest;
  const most = largest.reduce((sum, value, i) => Math.max(sum, value / units[i]), 0) || 1;
  return units.map((one) => Math.max((one * most) / calibratedActivation, smallestUnit));
}
