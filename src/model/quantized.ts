// A network in whole numbers: 8-bit weights, 16-bit activations and 32-bit sums. It is the same on every device.
import { checkLength, need, needNumbers, needObject } from "../core/needed.js";
import { argmax } from "./argmax.js";
import { checkWidths } from "./layout.js";
import type { Training } from "./model.js";
import { checkMask, countOf } from "./observations.js";
import { needQValues, type Outputs } from "./outputs.js";

/**
 * One layer. If a are the activations before it, whole numbers from −32,767 to 32,767, its sums are
 * s_o = bias_o·2^biasShift + Σ_i weight_oi·a_i.
 */
export interface QuantizedLayer {
  /** (outputs, inputs), row-major, from −127 to 127. */
  readonly weights: Int8Array;
  /** (outputs): from −32,767 to 32,767 in a hidden layer. */
  readonly biases: Int32Array;
  /** From 0 to 16; 0 in the last layer. */
  readonly biasShift: number;
  /** (outputs) in a hidden layer, from 0 to 32,767; empty in the last layer. */
  readonly multipliers: Int16Array;
  /**
   * From 1 to 46 in a hidden layer, whose activations are
   * min(32,767, (max(s, 0)·multiplier + 2^(shift−1)) >> shift).
   */
  readonly shift: number;
}

/** What a quantised model consists of. */
export interface QuantizedData {
  /** The id of the environment that it acts in. */
  readonly environment: string;
  /** Observation size, hidden widths, action count; ReLU between layers, none after the last. */
  readonly widths: readonly number[];
  /**
   * (observationSize): the first activations are the observation times this, rounded to f32 and then truncated towards
   * 0.
   */
  readonly observationScale: Float32Array;
  readonly layers: readonly QuantizedLayer[];
  /** What the outputs are; Q-values if it does not say. */
  readonly outputs?: Outputs;
  /** (actionCount): the outputs are the last sums as f32, times this, rounded to f32. */
  readonly qValueScale: Float32Array;
  /** How the original was made, if that is known. */
  readonly training?: Training;
  /** The hash of the model that it was made from, if that is known. */
  readonly original?: string;
}

export const largestWeight = 127;
export const largestActivation = 32_767;
const largestSum = 2 ** 31 - 1;
const largestBiasShift = 16;
export const largestShift = 46;

/**
 * A quantised Q-network that acts. All numbers between the quantised observation and the last sums are whole, so that
 * every device computes the same ones.
 */
export class QuantizedModel implements QuantizedData {
  readonly environment: string;
  readonly widths: readonly number[];
  readonly activation = "relu";
  readonly outputs: Outputs;
  readonly observationScale: Float32Array;
  readonly layers: readonly QuantizedLayer[];
  readonly qValueScale: Float32Array;
  readonly training?: Training;
  readonly original?: string;
  readonly #activations: Int32Array[];

  /**
   * @throws Error for anything that is not a network, numbers out of range, and a layer whose sums could leave 32 bits
   */
  constructor(model: QuantizedData) {
    needObject("model", model, "a quantised model");
    const {
      environment,
      widths,
      outputs = "qValues",
      observationScale,
      layers,
      qValueScale,
      training,
      original,
    } = model;
    checkWidths(widths);
    need(Array.isArray(layers), "layers", layers, "a list of layers");
    checkScale("observationScale", observationScale, widths[0]);
    checkScale("qValueScale", qValueScale, widths[widths.length - 1]);
    if (layers.length !== widths.length - 1) {
      throw new Error(`widths ${widths.join("-")} need ${widths.length - 1} layers, but ${layers.length} were given`);
    }
    for (const [layer, given] of layers.entries()) checkLayer(layer, given, widths);
    this.environment = environment;
    this.widths = [...widths];
    this.outputs = outputs;
    this.observationScale = observationScale.slice();
    this.layers = layers.map((layer) => ({
      ...layer,
      weights: layer.weights.slice(),
      biases: layer.biases.slice(),
      multipliers: layer.multipliers.slice(),
    }));
    this.qValueScale = qValueScale.slice();
    this.training = training;
    this.original = original;
    this.#activations = widths.map((width) => new Int32Array(width));
  }

  /** The widths of the hidden layers. */
  get hidden(): number[] {
    return this.widths.slice(1, -1);
  }

  /**
   * The bytes that a device stores: 1 for a weight; 2 for the bias and 2 for the multiplier of a hidden unit; 1 for
   * each of a hidden layer's two shifts; 4 for the bias and 4 for the scale of an action; 4 for a feature.
   */
  get bytes(): number {
    let bytes = 4 * this.observationScale.length + 8 * this.qValueScale.length;
    for (const [l, { weights, biases }] of this.layers.entries()) {
      bytes += weights.length + (l + 1 < this.layers.length ? 4 * biases.length + 2 : 0);
    }
    return bytes;
  }

  /**
   * The greedy action: the first of the largest outputs, with a mask of those of the allowed actions.
   * @param observation shape (observationSize)
   * @param mask shape (actionCount): 1 for an allowed action, 0 for a forbidden one; all are allowed if it is undefined
   * @throws RangeError for an observation of another length; for a mask of another length, with something else than 0
   * and 1, or of zeros
   */
  act(observation: ArrayLike<number>, mask?: ArrayLike<number>): number {
    if (mask !== undefined) checkMask(mask, this.qValueScale.length);
    return argmax(this.outputsOf(observation), mask);
  }

  /**
   * One Q-value for each action, shape (actionCount), in a new array.
   * @throws Error if the outputs are logits; as {@link outputsOf}
   */
  qValues(observation: ArrayLike<number>): Float32Array {
    needQValues(this);
    return this.outputsOf(observation);
  }

  /**
   * One output for each action, shape (actionCount), in a new array: Q-values or logits.
   * @throws RangeError for an observation of another length
   */
  outputsOf(observation: ArrayLike<number>): Float32Array {
    const [first] = this.#activations;
    checkLength(observation, first.length);
    quantizeObservation(observation, this.observationScale, first);
    for (const [l, layer] of this.layers.entries()) {
      const sums = this.#activations[l + 1];
      sumsOf(layer, this.#activations[l], sums);
      if (l + 1 < this.layers.length) activate(layer, sums);
    }
    const sums = this.#activations[this.layers.length];
    return this.qValueScale.map((scale, action) => Math.fround(sums[action]) * scale);
  }

  /**
   * The Q-values of many observations.
   * @param observations (count, observationSize), row-major
   * @returns (count, actionCount), row-major, in a new array
   * @throws Error if the outputs are logits; as {@link outputsOfMany}
   */
  qValuesOfMany(observations: Float32Array): Float32Array {
    needQValues(this);
    return this.outputsOfMany(observations);
  }

  /**
   * The outputs for many observations: Q-values or logits.
   * @param observations (count, observationSize), row-major
   * @returns (count, actionCount), row-major, in a new array
   * @throws RangeError if the length is not a multiple of the observation size
   */
  outputsOfMany(observations: Float32Array): Float32Array {
    const size = this.widths[0];
    const count = countOf(observations, size);
    const actions = this.qValueScale.length;
    const outputs = new Float32Array(count * actions);
    for (let row = 0; row < count; row++) {
      outputs.set(this.outputsOf(observations.subarray(row * size, (row + 1) * size)), row * actions);
    }
    return outputs;
  }
}

/**
 * The first activations: a_i = x_i·scale_i in f32, truncated towards 0 and clipped to the range. Not a number becomes
 * 0.
 */
export function quantizeObservation(observation: ArrayLike<number>, scale: Float32Array, a: Int32Array): void {
  for (let i = 0; i < a.length; i++) {
    const value = Math.fround(Math.fround(observation[i]) * scale[i]);
    a[i] = Math.max(-largestActivation, Math.min(largestActivation, value)); // this drops NaN and the fraction
  }
}

/** The sums of a layer. No partial sum leaves 32 bits: `checkLayer` has added up the absolute values. */
export function sumsOf({ weights, biases, biasShift }: QuantizedLayer, a: Int32Array, sums: Int32Array): void {
  for (let o = 0, w = 0; o < sums.length; o++) {
    let sum = biases[o] * 2 ** biasShift;
    for (let i = 0; i < a.length; i++) sum += weights[w++] * a[i];
    sums[o] = sum;
  }
}

/**
 * Turns the sums of a hidden layer into its activations, in place. Products are below 2^46, which a number holds
 * exactly.
 */
export function activate({ multipliers, shift }: QuantizedLayer, sums: Int32Array): void {
  const half = 2 ** (shift - 1);
  for (let o = 0; o < sums.length; o++) {
    const rounded = Math.floor((Math.max(sums[o], 0) * multipliers[o] + half) / (2 * half));
    sums[o] = Math.min(largestActivation, rounded);
  }
}

function checkScale(name: string, scale: Float32Array, length: number): void {
  needNumbers(name, scale, "a Float32Array");
  if (scale.length !== length) throw new Error(`${name} has ${scale.length} numbers, ${length} expected`);
  const broken = scale.findIndex((value) => !(value > 0 && value < Number.POSITIVE_INFINITY));
  if (broken !== -1) throw new Error(`${name} has a ${scale[broken]} at ${broken}, not a finite number above 0`);
}

function checkLayer(layer: number, given: QuantizedLayer, widths: readonly number[]): void {
  const [inputs, outputs] = widths.slice(layer, layer + 2);
  const isLast = layer + 2 === widths.length;
  const { weights, biases, biasShift, multipliers, shift } = given;
  const where = `layer ${layer} of the quantised model`;
  const lengths = [weights.length, biases.length, multipliers.length].join(", ");
  const expected = [inputs * outputs, outputs, isLast ? 0 : outputs].join(", ");
  if (lengths !== expected) {
    throw new Error(`${where} has (${lengths}) weights, biases and multipliers, (${expected}) expected`);
  }
  checkWhole(`${where}: biasShift`, biasShift, 0, isLast ? 0 : largestBiasShift);
  if (!isLast) checkWhole(`${where}: shift`, shift, 1, largestShift);
  for (const weight of weights) checkWhole(`${where}: a weight`, weight, -largestWeight, largestWeight);
  for (const multiplier of multipliers) checkWhole(`${where}: a multiplier`, multiplier, 0, largestActivation);
  for (let o = 0; o < outputs; o++) {
    if (!isLast) checkWhole(`${where}: a bias`, biases[o], -largestActivation, largestActivation);
    let most = Math.abs(biases[o]) * 2 ** biasShift;
    for (let i = 0; i < inputs; i++) most += Math.abs(weights[o * inputs + i]) * largestActivation;
    if (most > largestSum) throw new Error(`${where}: sum ${o} could reach ${most}, more than 32 bits hold`);
  }
}

function checkWhole(name: string, value: number, from: number, to: number): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw new Error(`${name} is ${value}: a whole number from ${from} to ${to} is allowed`);
}
