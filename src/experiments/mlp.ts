// A network with one hidden layer, and Adam, in plain float64 loops. The common listing of docs/article.md needs it.

import type { RandomSource } from "../env/env.js";
import type { Policy } from "../evaluate/returns.js";
import { argmax } from "../model/argmax.js";

/** ReLU after the hidden layer, none after the last. */
export class Mlp implements Policy {
  readonly inputs: number;
  readonly units: number;
  readonly outputs: number;
  /** W1 (inputs, units), b1 (units), W2 (units, outputs), b2 (outputs). */
  readonly parameters: Float64Array;
  /** The gradients of the loss, in the order of the parameters: what `backward` has added since the last `descend`. */
  readonly gradient: Float64Array;
  readonly #hidden: Float64Array;
  readonly #output: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  #power1 = 1;
  #power2 = 1;

  /** Draws each layer's parameters uniformly from ±1/√inputs. */
  constructor(inputs: number, units: number, outputs: number, random: RandomSource) {
    this.inputs = inputs;
    this.units = units;
    this.outputs = outputs;
    const inFirst = (inputs + 1) * units;
    const bounds = [1 / Math.sqrt(inputs), 1 / Math.sqrt(units)];
    this.parameters = Float64Array.from({ length: inFirst + (units + 1) * outputs }, (_, i) => {
      const bound = bounds[i < inFirst ? 0 : 1];
      return random.uniform(-bound, bound);
    });
    const zeros = (count: number) => new Float64Array(count);
    [this.gradient, this.#first, this.#second] = [0, 1, 2].map(() => zeros(this.parameters.length));
    this.#hidden = zeros(units);
    this.#output = zeros(outputs);
  }

  /** x: (inputs) → (outputs), valid until the next call. */
  forward(x: ArrayLike<number>): Float64Array {
    const { inputs, units, outputs, parameters } = this;
    const hidden = this.#hidden;
    const output = this.#output;
    const bias1 = inputs * units;
    const weight2 = bias1 + units;
    const bias2 = weight2 + units * outputs;
    for (let u = 0; u < units; u++) {
      let sum = parameters[bias1 + u];
      for (let i = 0; i < inputs; i++) sum += x[i] * parameters[i * units + u];
      hidden[u] = Math.max(sum, 0);
    }
    for (let o = 0; o < outputs; o++) {
      let sum = parameters[bias2 + o];
      for (let u = 0; u < units; u++) sum += hidden[u] * parameters[weight2 + u * outputs + o];
      output[o] = sum;
    }
    return output;
  }

  /**
   * Adds the gradient for one x: (inputs), from the gradient of its outputs: (outputs). The last `forward` must be of
   * this x.
   */
  backward(x: ArrayLike<number>, slopes: ArrayLike<number>): void {
    const { inputs, units, outputs, parameters, gradient } = this;
    const hidden = this.#hidden;
    const bias1 = inputs * units;
    const weight2 = bias1 + units;
    const bias2 = weight2 + units * outputs;
    for (let o = 0; o < outputs; o++) gradient[bias2 + o] += slopes[o];
    for (let u = 0; u < units; u++) {
      if (hidden[u] === 0) continue;
      let slope = 0;
      for (let o = 0; o < outputs; o++) {
        gradient[weight2 + u * outputs + o] += hidden[u] * slopes[o];
        slope += parameters[weight2 + u * outputs + o] * slopes[o];
      }
      gradient[bias1 + u] += slope;
      for (let i = 0; i < inputs; i++) gradient[i * units + u] += x[i] * slope;
    }
  }

  /** One step of Adam (Kingma & Ba 2015, algorithm 1) along the gradient, which is then set to 0. */
  descend(learningRate: number): void {
    const { parameters, gradient } = this;
    const first = this.#first;
    const second = this.#second;
    this.#power1 *= 0.9;
    this.#power2 *= 0.999;
    const [unbias1, unbias2] = [1 / (1 - this.#power1), 1 / (1 - this.#power2)];
    for (let i = 0; i < parameters.length; i++) {
      first[i] = 0.9 * first[i] + 0.1 * gradient[i];
      second[i] = 0.999 * second[i] + 0.001 * gradient[i] * gradient[i];
      parameters[i] -= (learningRate * first[i] * unbias1) / (Math.sqrt(second[i] * unbias2) + 1e-8);
    }
    gradient.fill(0);
  }

  /** Moves the parameters by a share of the way to another network's. */
  follow(other: Mlp, share: number): void {
    const [mine, its] = [this.parameters, other.parameters];
    for (let i = 0; i < mine.length; i++) mine[i] += share * (its[i] - mine[i]);
  }

  /** The index of the first of the largest outputs. */
  act(x: ArrayLike<number>): number {
    return argmax(this.forward(x));
  }
}
