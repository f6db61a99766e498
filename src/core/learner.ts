// A Double-DQN learner in the core: network, target network, Adam and replay memory in one block.
import type { Guide } from "./guide.js";
import { rowsAsked, withOptions, withWidths } from "./handle.js";
import { commonInstance, floatIndex } from "./instance.js";
import { Trainable } from "./trainable.js";

export interface LearnerShape {
  /** Observation size, hidden widths, action count. */
  readonly widths: readonly number[];
  readonly batchSize: number;
  /** The number of observations that the replay memory holds. */
  readonly bufferSize: number;
  readonly nStep: number;
  readonly gamma: number;
  /** Threshold of the Huber loss; 0 means squared error. */
  readonly huberDelta: number;
  readonly tau: number;
  readonly targetUpdateInterval: number;
  /** Whether the online network chooses the action in a target (Double DQN); default true. */
  readonly double?: boolean;
  /**
   * Whether the network's outputs are a value and advantages instead of Q-values. Its parameters then show them, too.
   * Default: false.
   */
  readonly dueling?: boolean;
  /** The norm of all gradients together is scaled down to this if it is larger; default 0, which means never. */
  readonly maxGradientNorm?: number;
  /** Whether transitions are drawn by their priorities; default false. */
  readonly prioritized?: boolean;
  /**
   * Whether observations are whole numbers from 0 to 255 and mostly 0. They are then kept as bytes and never
   * normalised. Default: false.
   */
  readonly byteObservations?: boolean;
  /** The exponent of |TD error| in a priority, with `prioritized`; default 0.6. */
  readonly priorityExponent?: number;
}

/** `LearnerOptions` of assembly/learner.ts: the same names in the same order. */
export const learnerFields = [
  ["batchSize", "u32"],
  ["bufferSize", "u32"],
  ["nStep", "u32"],
  ["gamma", "f32"],
  ["huberDelta", "f32"],
  ["tau", "f32"],
  ["targetUpdateInterval", "u32"],
  ["double", "u32", true],
  ["dueling", "u32", false],
  ["maxGradientNorm", "f32", 0],
  ["prioritized", "u32", false],
  ["priorityExponent", "f32", 0.6],
  ["byteObservations", "u32", false],
] as const;

export class Learner extends Trainable {
  readonly #observationSize: number;
  readonly #byteObservations: boolean;
  #guide: Guide | undefined; // held here, or the garbage collector would free what the core reads
  readonly #incoming: number; // index into the core's memory as f32

  /**
   * @param free gives its memory back to the instance
   * @throws ConfigError if the block would be larger than 1 GiB; Error if the core has no memory left
   */
  constructor(shape: LearnerShape, instance = commonInstance(), free = instance.exports.learner_free) {
    const { exports } = instance;
    const { dueling = false, byteObservations = false } = shape;
    const actionCount = shape.widths[shape.widths.length - 1];
    const widths = [...shape.widths.slice(0, -1), actionCount + Number(dueling)];
    const create = (_: unknown, address: number) =>
      withOptions(
        learnerFields,
        shape,
        (options) => exports.learner_create(address, widths.length - 1, options),
        exports,
      );
    const asked = rowsAsked("bufferSize", shape.bufferSize, widths[0], byteObservations ? 1 : 4);
    super("learner", () => withWidths(widths, create, exports), free, instance, asked);
    this.#observationSize = widths[0];
    this.#byteObservations = byteObservations;
    this.#incoming = floatIndex(instance.exports.learner_incoming(this.handle));
  }

  /** Starts over with fresh parameters and random draws from four 32-bit words. */
  initialise(words: Uint32Array): void {
    this.instance.exports.learner_initialise(this.handle, words[0], words[1], words[2], words[3]);
  }

  /** An episode begins with this observation. */
  begin(observation: Float32Array): void {
    this.instance.exports.learner_begin(this.#put(observation));
  }

  /** Records a step: the action at the newest observation gave this reward and led to the next observation. */
  record(action: number, reward: number, observation: Float32Array, terminated: boolean, truncated: boolean): void {
    this.instance.exports.learner_record(this.#put(observation), action, reward, terminated ? 1 : 0, truncated ? 1 : 0);
  }

  /** The ε-greedy action at the newest observation. A random action is repeated for at most `longest` steps. */
  act(epsilon: number, longest: number): number {
    return this.instance.exports.learner_act(this.handle, epsilon, longest);
  }

  /** Sets the exponent of the importance weights (β in Schaul et al. 2016) for later updates, with `prioritized`. */
  setImportance(exponent: number): void {
    this.instance.exports.learner_importance(this.handle, exponent);
  }

  /**
   * From now on a guide takes part in every update. It must have the same batch size, observations and actions, and
   * must not be disposed of first. `save` does not hold the guide: set it again after a restore. Not for a learner on
   * two threads.
   */
  guideBy(guide: Guide): void {
    this.instance.exports.learner_guide(this.handle, guide.handle);
    this.#guide = guide;
  }

  /** Does n Double-DQN updates inside the core. @returns the mean of their losses */
  step(n: number, learningRate: number): number {
    this.#guide?.handle; // throws if the core would read memory that was given back
    return this.instance.exports.learner_step(this.handle, n, learningRate);
  }

  /** From now on observations are normalised by the mean and deviation of those in the replay memory. */
  normalise(): void {
    this.instance.exports.learner_normalise(this.handle);
  }

  /** The number of transitions that can be sampled. */
  get ready(): number {
    return this.instance.exports.learner_ready(this.handle);
  }

  /** The number of observations in the replay memory. */
  get filled(): number {
    return this.instance.exports.learner_filled(this.handle) >>> 0;
  }

  /** A copy of all observations in the replay memory, (rows, observationSize). */
  observations(): Float32Array | Uint8Array {
    const { filled, handle } = this;
    return this.#observationsAt(this.instance.exports.learner_observations(handle), filled);
  }

  /** A copy of the observation that came `age` steps before the newest one; undefined if it is no longer held. */
  recent(age: number): Float32Array | Uint8Array | undefined {
    const address = this.instance.exports.learner_recent(this.handle, age);
    return address === 0 ? undefined : this.#observationsAt(address, 1);
  }

  protected sound(): boolean {
    return this.instance.exports.learner_restored(this.handle) !== 0;
  }

  #observationsAt(address: number, rows: number): Float32Array | Uint8Array {
    const count = rows * this.#observationSize;
    if (!this.#byteObservations) return this.copy(address, count);
    return new Uint8Array(this.instance.exports.memory.buffer, address >>> 0, count).slice();
  }

  /** Writes the incoming observation. @returns the handle, which is read first: nothing is written after dispose() */
  #put(observation: Float32Array): number {
    const handle = this.handle;
    const floats = this.instance.floats();
    for (let i = 0; i < this.#observationSize; i++) floats[this.#incoming + i] = observation[i];
    return handle;
  }
}
