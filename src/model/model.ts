// A trained network as a value: its environment, its sizes and its parameters, ready to act.
import { Network } from "../core/network.js";
import { parameterCount } from "./layout.js";

/** What a model consists of: enough to save it, to export it and to make it again. */
export interface ModelData {
  /** The id of the environment that it acts in. */
  readonly environment: string;
  /** Observation size, hidden widths, action count; ReLU between layers, none after the last. */
  readonly widths: readonly number[];
  /** All weights and biases, flat (see layout.ts), for raw observations: any normalisation is folded in. */
  readonly parameters: Float32Array;
}

/** Observations that are answered at once where there are many. */
const largestBatch = 64;

/**
 * A Q-network that acts. Its arithmetic is the core's: an output is its bias, then the products in order, each product
 * and sum rounded to f32.
 */
export class Model implements ModelData {
  readonly environment: string;
  readonly widths: readonly number[];
  readonly parameters: Float32Array;
  readonly #network: Network;

  /** @throws Error where sizes and parameters do not fit each other, or a parameter is not finite. */
  constructor({ environment, widths, parameters }: ModelData) {
    const expected = parameterCount(widths);
    if (parameters.length !== expected) {
      throw new Error(
        `a model of widths ${widths.join("-")} has ${expected} parameters, but ${parameters.length} were given`,
      );
    }
    const broken = parameters.findIndex((value) => !Number.isFinite(value));
    if (broken !== -1)
      throw new Error(`parameter ${broken} of the model is ${parameters[broken]}, not a finite number`);
    this.environment = environment;
    this.widths = [...widths];
    this.parameters = parameters.slice();
    this.#network = new Network(widths, largestBatch);
    this.#network.setParameters(parameters);
  }

  /** The widths of the hidden layers. */
  get hidden(): number[] {
    return this.widths.slice(1, -1);
  }

  /**
   * The greedy action: the first of the largest Q-values.
   * @param observation shape (observationSize)
   * @throws RangeError for an observation of another length
   */
  act(observation: ArrayLike<number>): number {
    return this.#network.act(observation);
  }

  /**
   * One Q-value an action, shape (actionCount), in a new array.
   * @throws RangeError for an observation of another length
   */
  qValues(observation: ArrayLike<number>): Float32Array {
    return this.#network.qValues(observation);
  }

  /**
   * The Q-values of many observations.
   * @param observations (count, observationSize), row-major
   * @returns (count, actionCount), row-major, in a new array
   * @throws RangeError where the length is no multiple of the observation size
   */
  qValuesOfMany(observations: Float32Array): Float32Array {
    const count = observations.length / this.widths[0];
    if (!Number.isInteger(count)) {
      throw new RangeError(
        `${observations.length} numbers are no whole number of observations: ${this.widths[0]} are needed for each`,
      );
    }
    return this.#network.forward(observations, count);
  }

  /** Gives the core's memory back; the model cannot act afterwards. Left out, the garbage collector does it. */
  dispose(): void {
    this.#network.dispose();
  }
}
