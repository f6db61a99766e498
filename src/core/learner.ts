// A Double-DQN learner in the core: network, target network, Adam and replay memory in one block.
import type { Guide } from "./guide.js";
import { rowsAsked, withinMemory, withOptions, withWords } from "./handle.js";
import { commonInstance, floatIndex } from "./instance.js";
import { checkLength, described } from "./needed.js";
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
  /** Weight of conservative Q-learning's term in the loss (α in Kumar et al. 2020, equation 4); default 0. */
  readonly conservatism?: number;
  /** Whether an n-step return ends before a random action; default false. */
  readonly cutAtRandomActions?: boolean;
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
  ["conservatism", "f32", 0],
  ["cutAtRandomActions", "u32", false],
] as const;

export class Learner extends Trainable {
  readonly #observationSize: number;
  readonly #byteObservations: boolean;
  #guide: Guide | undefined; // held here, or the garbage collector would free what the core reads
  readonly #incoming: number; // index into the core's memory as f32
  readonly #actionCount: number;
  #incomingMask = 0; // the address; 0 while there are no masks

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
    super("learner", () => withWords(widths, create, exports), free, instance, asked);
    this.#observationSize = widths[0];
    this.#actionCount = actionCount;
    this.#byteObservations = byteObservations;
    this.#incoming = floatIndex(instance.exports.learner_incoming(this.handle));
  }

  /** Starts over with fresh parameters and random draws from four 32-bit words. */
  initialise(words: Uint32Array): void {
    this.instance.exports.learner_initialise(this.handle, words[0], words[1], words[2], words[3]);
  }

  /**
   * An episode begins with this observation. Any number of episodes may be open, but each keeps the last `nStep` rows
   * of the replay memory for itself; some must be left.
   * @param mask which actions are allowed, shape (actionCount); all are if it is undefined
   * @returns the row of the observation, by which the episode is known until its next step
   * @throws RangeError for an observation that is not as the shape says; then nothing has changed
   */
  begin(observation: ArrayLike<number>, mask?: ArrayLike<number>): number {
    const handle = this.#put(observation, mask);
    return this.instance.exports.learner_begin(handle) >>> 0;
  }

  /**
   * Records a step of the episode whose newest observation is in this row: the action gave this reward and led to the
   * next observation.
   * @param mask which actions are allowed at the next observation, shape (actionCount)
   * @returns the row of the next observation, by which the episode is known now
   * @throws as begin
   */
  record(
    row: number,
    action: number,
    reward: number,
    observation: ArrayLike<number>,
    terminated: boolean,
    truncated: boolean,
    mask?: ArrayLike<number>,
  ): number {
    const handle = this.#put(observation, mask);
    const { learner_record } = this.instance.exports;
    return learner_record(handle, row, action, reward, terminated ? 1 : 0, truncated ? 1 : 0) >>> 0;
  }

  /** Ends an open episode, as truncated at its newest observation. */
  end(row: number): void {
    this.instance.exports.learner_end(this.handle, row);
  }

  /** Says that the action at an episode's newest observation, which lies in this row, is not the greedy one. */
  depart(row: number): void {
    this.instance.exports.learner_depart(this.handle, row);
  }

  /**
   * The ε-greedy action at an episode's newest observation, of those that are allowed. A random action is repeated for
   * at most `longest` steps.
   * @param chance how likely a random action is chosen where none is repeated
   */
  act(row: number, chance: number, longest: number): number {
    return this.instance.exports.learner_act(this.handle, row, chance, longest);
  }

  /** The greedy action at an episode's newest observation. */
  greedy(row: number): number {
    return this.instance.exports.learner_greedy(this.handle, row);
  }

  /** Whether an action is allowed at an episode's newest observation. */
  allows(row: number, action: number): boolean {
    return this.instance.exports.learner_allows(this.handle, row, action) !== 0;
  }

  /** Whether the replay memory has masks of the allowed actions. */
  get masked(): boolean {
    return this.#incomingMask !== 0;
  }

  /**
   * From now on observations have masks. The first mask that is given does the same.
   * @throws Error if the core has no memory left
   */
  useMasks(): void {
    if (this.masked) return;
    const ask = () => this.instance.exports.learner_masks(this.handle) >>> 0;
    const address = withinMemory("masks of the replay memory", ask);
    if (address === 0) throw new Error("no memory is left for masks: choose a smaller bufferSize");
    this.#incomingMask = address;
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

  /**
   * Renews the scales of observations and of returns by what the replay memory holds. The network computes what it did
   * before, unless it is `fresh`: a network that can do nothing yet keeps its weights.
   */
  renew(observations: boolean, returns: boolean, fresh: boolean): void {
    const { learner_renew } = this.instance.exports;
    learner_renew(this.handle, Number(observations), Number(returns), Number(fresh));
  }

  /** Whether an observation was far outside what was seen when the scales were renewed. */
  get farOutside(): boolean {
    return this.instance.exports.learner_far_outside(this.handle) !== 0;
  }

  /** Q-values are mean + deviation · outputs of the network. */
  returnScale(): { mean: number; deviation: number } {
    const [mean, deviation] = this.copy(this.instance.exports.learner_return_scale(this.handle), 2);
    return { mean, deviation };
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

  /** Copies of at most so many observations in the replay memory, evenly spaced. */
  someObservations(most: number): (Float32Array | Uint8Array)[] {
    const { filled } = this;
    const count = Math.min(most, filled);
    return Array.from({ length: count }, (_, i) => this.newest(Math.floor((i * filled) / count)));
  }

  /** The lowest and the highest value of each feature in the replay memory, shape (observationSize) each. */
  ranges(): { lowest: Float64Array; highest: Float64Array } {
    const size = this.#observationSize;
    const values = this.#observationsView(this.instance.exports.learner_observations(this.handle), this.filled);
    const lowest = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
    const highest = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
    for (let row = 0; row < values.length; row += size) {
      for (let i = 0; i < size; i++) {
        const value = values[row + i];
        if (value < lowest[i]) lowest[i] = value;
        if (value > highest[i]) highest[i] = value;
      }
    }
    return { lowest, highest };
  }

  /** The masks of all observations in the replay memory, (rows, actionCount), in a new array; undefined without masks. */
  masks(): Uint8Array | undefined {
    if (!this.masked) return undefined;
    const { filled } = this;
    const masks = new Uint8Array(filled * this.#actionCount);
    for (let i = 0; i < masks.length; i++) {
      const row = Math.floor(i / this.#actionCount);
      masks[i] = Number(this.allows(row, i - row * this.#actionCount));
    }
    return masks;
  }

  /** A copy of the newest observation of an episode, shape (observationSize). */
  newest(row: number): Float32Array | Uint8Array {
    return this.#observationsAt(this.instance.exports.learner_observation(this.handle, row), 1);
  }

  /** Whether a restored memory has exactly these open episodes, whose newest observations are said to lie in these rows. */
  holdsEpisodes(rows: readonly number[]): boolean {
    const { exports } = this.instance;
    const ask = (_: unknown, address: number) => exports.learner_episodes(this.handle, address, rows.length);
    return withWords(rows, ask, exports) !== 0;
  }

  /** Begins with these parameters, for the observations as they are normalised now, in place of random ones. */
  start(parameters: Float32Array): void {
    const { exports } = this.instance;
    this.instance.floats().set(parameters, floatIndex(exports.trainable_parameters(this.handle)));
    exports.learner_started(this.handle);
  }

  /** What {@link save} gives, as if nothing had been recorded. */
  saveWithoutMemory(): Uint8Array {
    const { trainable_block, learner_counts } = this.instance.exports;
    const counts = learner_counts(this.handle) - trainable_block(this.handle);
    return this.alwaysSaved()
      .slice()
      .fill(0, counts, counts + 3 * Uint32Array.BYTES_PER_ELEMENT);
  }

  protected sound(): boolean {
    return this.instance.exports.learner_restored(this.handle) !== 0;
  }

  #observationsAt(address: number, rows: number): Float32Array | Uint8Array {
    return this.#observationsView(address, rows).slice();
  }

  /** Valid until the core's memory grows. */
  #observationsView(address: number, rows: number): Float32Array | Uint8Array {
    const count = rows * this.#observationSize;
    const at = floatIndex(address);
    if (!this.#byteObservations) return this.instance.floats().subarray(at, at + count);
    return new Uint8Array(this.instance.exports.memory.buffer, address >>> 0, count);
  }

  /**
   * Writes the incoming observation and its mask.
   * @returns the handle, which is read first: nothing is written after dispose()
   * @throws RangeError for an observation that is not as the shape says
   */
  #put(observation: ArrayLike<number>, mask: ArrayLike<number> | undefined): number {
    const handle = this.handle;
    if (mask !== undefined) this.useMasks();
    const floats = this.instance.floats();
    const size = this.#observationSize;
    checkLength(observation, size);
    let fits = true;
    for (let i = 0; i < size && fits; i++) {
      fits = holds(observation[i], this.#byteObservations);
      floats[this.#incoming + i] = observation[i];
    }
    if (!fits) throw this.#refusal(observation);
    if (this.masked) {
      const masks = new Uint8Array(this.instance.exports.memory.buffer, this.#incomingMask, this.#actionCount);
      if (mask === undefined) masks.fill(1);
      else masks.set(mask);
    }
    return handle;
  }

  #refusal(observation: ArrayLike<number>): RangeError {
    const needed = this.#byteObservations ? "whole numbers from 0 to 255" : "numbers that float32 can hold";
    const wrong = Array.from(observation).find((value) => !holds(value, this.#byteObservations));
    return new RangeError(`an observation with ${described(wrong)} was given: ${needed} are needed`);
  }
}

/** Whether the replay memory can hold this value of a feature. */
function holds(given: unknown, bytes: boolean): boolean {
  if (typeof given !== "number") return false;
  const value = Math.fround(given);
  return bytes ? (value & 255) === value : value - value === 0;
}
