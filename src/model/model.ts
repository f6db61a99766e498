// A trained network as a value: its environment, its sizes and its parameters, ready to act.
import { need } from "../core/needed.js";
import type { Activation, Network } from "../core/network.js";
import { argmax } from "./argmax.js";
import { Place } from "./entered.js";
import { checkModel } from "./layout.js";
import { checkMask, checkObservation, countOf } from "./observations.js";
import { needQValues, type Outputs, outputsNames } from "./outputs.js";

export type { Activation, Outputs };

/** How a network was made: plain data, which its file keeps. */
export interface Training {
  /** The seed from which everything random was derived. */
  readonly seed: number;
  readonly envSteps: number;
  readonly updates: number;
  readonly wallSeconds: number;
  /** The environment steps that evaluations took, beside `envSteps`; absent if they were not counted. */
  readonly evaluationSteps?: number;
  /** What it was compared with in training; absent if that was not measured. */
  readonly baseline?: Baseline;
  readonly config: Readonly<Record<string, unknown>>;
  /** The steps after which it is not bit-exact: work went on from a checkpoint, and its episodes could not be repeated. */
  readonly inexactFrom?: number;
  /** The options of its environment as JSON; absent if it had none. */
  readonly envOptions?: string;
  /** A fingerprint of the parameters that it began with; absent if they were random. */
  readonly from?: string;
  /** Only a student has this. */
  readonly distillation?: Distillation;
  /** Only what learned from a log has this. It took no step in an environment. */
  readonly log?: LogRecord;
}

/** What any network should beat: mean returns in an environment, on episodes with seeds of their own. */
export interface Baseline {
  /** Of uniformly random actions; null if too few such episodes were played. */
  readonly random: number | null;
  /**
   * Of the best policy that always takes the same action (where it is forbidden, the next one that is allowed); null if
   * there are more than 8 actions, or if the budget of evaluations had no room for an episode of each.
   */
  readonly constant: { readonly action: number; readonly mean: number } | null;
}

/** Which log a network learned from. */
export interface LogRecord {
  /** The number of its steps that were used. */
  readonly steps: number;
  /** 128 bits of its contents, as hexadecimal digits. */
  readonly digest: string;
}

/** How a student was made. */
export interface Distillation {
  /** A fingerprint of the teacher's parameters; null if the teacher was not a network. */
  readonly teacher: string | null;
  /** How many students were initialised. */
  readonly attempts: number;
  /** Whether the loss pulled the outputs towards the teacher's Q-values. */
  readonly fitsQValues: boolean;
  /** (observationSize): the factor of each feature while weights were rounded; absent if they were not. */
  readonly featureScale?: readonly number[];
  /** How it answers held-out states; only of a student that learned from states alone. */
  readonly heldOut?: HeldOut;
  /** Digests of the states that it was given, and of their masks; only of a student that learned from states alone. */
  readonly observations?: string;
  readonly masks?: string;
}

/** A student and its teacher, compared on states that the student has not learned from. */
export interface Agreement {
  /** The share of states with the same greedy action; where states have masks, the best allowed action. */
  readonly actionAgreement: number;
  /** Mean over states and their allowed actions of (Q_T − Q_S)²; null if the loss does not fit Q-values. */
  readonly qMse: number | null;
  /** 1 − qMse / variance of Q_T; null if the loss does not fit Q-values, or if Q_T does not vary. */
  readonly qR2: number | null;
}

/** The final figures of a student that learned from states alone. */
export interface HeldOut extends Agreement {
  /** The number of states that they are about. Neither a weight nor a choice depends on these. */
  readonly states: number;
}

/** What a model consists of: enough to save it, to export it, and to make it again. */
export interface ModelData {
  /** The id of the environment that it acts in. */
  readonly environment: string;
  /** Observation size, hidden widths, action count. */
  readonly widths: readonly number[];
  /** The activation between layers (there is none after the last): `"tanh"`, or `"relu"`, which is the default. */
  readonly activation?: Activation;
  /** What the outputs are: `"qValues"`, which is the default, or the `"logits"` of a policy. */
  readonly outputs?: Outputs;
  /** All weights and biases, flat (see layout.ts), for raw observations: any normalisation is folded in. */
  readonly parameters: Float32Array;
  /** How it was made, if that is known. */
  readonly training?: Training;
}

/** The number of observations that are answered in one batch, if there are many. */
const largestBatch = 64;

/**
 * A network that acts: its outputs are Q-values or logits. Its arithmetic is the core's: an output starts as its bias,
 * then the products are added in order. Each product and each sum is rounded to f32.
 */
export class Model implements ModelData {
  readonly environment: string;
  readonly widths: readonly number[];
  readonly activation: Activation;
  readonly outputs: Outputs;
  readonly parameters: Float32Array;
  readonly training?: Training;
  readonly #place = new Place();
  /** The outputs for an observation that comes with a mask: acting makes no garbage. */
  readonly #row: Float32Array;

  /** @throws Error for widths that no network can have, and for parameters that do not fit them or are not finite */
  constructor(data: ModelData) {
    checkModel(data);
    const { environment, widths, activation = "relu", outputs = "qValues", parameters, training } = data;
    need(activation === "relu" || activation === "tanh", "activation", activation, '"relu" or "tanh"');
    need(outputsNames.includes(outputs), "outputs", outputs, '"qValues" or "logits"');
    this.environment = environment;
    this.widths = [...widths];
    this.activation = activation;
    this.outputs = outputs;
    this.parameters = parameters.slice();
    this.training = training;
    this.#row = new Float32Array(widths[widths.length - 1]);
  }

  /** The widths of the hidden layers. */
  get hidden(): number[] {
    return this.widths.slice(1, -1);
  }

  /**
   * The greedy action: the first of the largest outputs, with a mask of those of the allowed actions.
   * @param observation shape (observationSize)
   * @param mask shape (actionCount): 1 for an allowed action, 0 for a forbidden one; all are allowed if it is undefined
   * @throws RangeError for an observation of another length, or with something that is not a number (NaN is none);
   * for a mask of another length, with something else than 0 and 1, or of zeros
   */
  act(observation: ArrayLike<number>, mask?: ArrayLike<number>): number {
    checkObservation(observation, this.widths[0]);
    if (mask === undefined) return this.#network().act(observation);
    checkMask(mask, this.widths[this.widths.length - 1]);
    return argmax(this.#network().qValues(observation, this.#row), mask);
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
   * @throws RangeError for an observation of another length, or with something that is not a number (NaN is none)
   */
  outputsOf(observation: ArrayLike<number>): Float32Array {
    checkObservation(observation, this.widths[0]);
    return this.#network().qValues(observation);
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
    return this.#network().forward(observations, countOf(observations, this.widths[0]));
  }

  /** Gives the core's memory back; the model cannot act afterwards. Without this call other models soon displace it. */
  dispose(): void {
    this.#place.dispose();
  }

  /**
   * The network in the core, which it enters when it is first used and again after others have displaced it.
   * @throws ConfigError if it needs more than 1 GiB; Error if the core has no memory left, and after dispose()
   */
  #network(): Network {
    return this.#place.network ?? this.#place.enter(this, largestBatch);
  }
}
