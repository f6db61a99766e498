// A trained network as a value: its environment, its sizes and its parameters, ready to act.
import { type Activation, Network } from "../core/network.js";
import { checkParameters, checkWidths } from "./layout.js";

export type { Activation };

/** How a network came about: plain data, which its file keeps. */
export interface Training {
  /** Everything random derived from it. */
  readonly seed: number;
  readonly envSteps: number;
  readonly updates: number;
  readonly wallSeconds: number;
  readonly config: Readonly<Record<string, unknown>>;
  /** Of a student only. */
  readonly distillation?: Distillation;
}

/** How a student came to be. */
export interface Distillation {
  /** A fingerprint of the teacher's parameters; null where the teacher was no network. */
  readonly teacher: string | null;
  /** How many students were initialised. */
  readonly attempts: number;
  /** Whether the loss pulled the outputs towards the teacher's Q-values. */
  readonly fitsQValues: boolean;
  /** (observationSize): what features were multiplied with while weights were rounded, where they were. */
  readonly featureScale?: readonly number[];
}

/** What a model consists of: enough to save it, to export it and to make it again. */
export interface ModelData {
  /** The id of the environment that it acts in. */
  readonly environment: string;
  /** Observation size, hidden widths, action count. */
  readonly widths: readonly number[];
  /** What stands between layers, none after the last: `"relu"` where it is left out, or `"tanh"`. */
  readonly activation?: Activation;
  /** All weights and biases, flat (see layout.ts), for raw observations: any normalisation is folded in. */
  readonly parameters: Float32Array;
  /** How it came about, where that is known. */
  readonly training?: Training;
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
  readonly activation: Activation;
  readonly parameters: Float32Array;
  readonly training?: Training;
  readonly #network: Network;

  /**
   * @throws Error for widths that no network has, and where the parameters do not fit them or are not finite; ConfigError
   * where it needs more than 1 GiB
   */
  constructor({ environment, widths, activation = "relu", parameters, training }: ModelData) {
    checkWidths(widths);
    checkParameters(widths, parameters);
    this.environment = environment;
    this.widths = [...widths];
    this.activation = activation;
    this.parameters = parameters.slice();
    this.training = training;
    this.#network = new Network(widths, largestBatch, activation);
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
