// A distiller in the core: a student, Adam and the labelled states in one block.
import { rowsAsked, withinMemory, withOptions, withWords } from "./handle.js";
import { core, coreFloats, floatIndex } from "./instance.js";
import { type LossWeights, setLoss } from "./losses.js";
import { Trainable } from "./trainable.js";

/** What a loss that needs transitions learns from: for each state the action that was taken there, and its target. */
export interface Targets {
  readonly actions: Uint32Array;
  readonly values: Float32Array;
}

/** A copy of a distiller's labelled states. */
export interface LabelledStates {
  readonly filled: number;
  readonly masked: boolean;
  /** What it holds of them, table by table. */
  readonly rows: readonly Uint8Array[];
}

/** One of several tasks: which of a distiller's states and outputs belong to it. */
export interface TaskRange {
  readonly firstState: number;
  readonly stateCount: number;
  readonly firstOutput: number;
  readonly actionCount: number;
}

export interface DistillerShape {
  /** Observation size, hidden widths, action count. */
  readonly widths: readonly number[];
  readonly batchSize: number;
  /** The largest number of labelled states that it can hold. */
  readonly capacity: number;
  readonly loss: LossWeights;
  readonly temperature: number;
  readonly huberDelta: number;
  /**
   * Whether states are whole numbers from 0 to 255 and mostly 0. They are then kept as bytes and never normalised.
   * Default: false.
   */
  readonly byteObservations?: boolean;
  /**
   * The value, in whole steps, of an output's largest weight, if the student learns through the rounding of its
   * weights. Default: 0, no rounding.
   */
  readonly largestWeight?: number;
}

/** `DistillerOptions` of assembly/distiller.ts: the same names in the same order. */
export const distillerFields = [
  ["batchSize", "u32"],
  ["capacity", "u32"],
  ["byteObservations", "u32", false],
  ["largestWeight", "f32", 0],
] as const;

export class Distiller extends Trainable {
  protected readonly observationSize: number;
  protected readonly actionCount: number;
  readonly #capacity: number;
  readonly #byteObservations: boolean;
  #masked = false;

  /** @throws ConfigError if the block would be larger than 1 GiB; Error if the core has no memory left */
  constructor(shape: DistillerShape) {
    const { widths, capacity, byteObservations = false } = shape;
    const ask = () =>
      withWords(widths, (exports, address) =>
        withOptions(distillerFields, shape, (options) => exports.distiller_create(address, widths.length - 1, options)),
      );
    const asked = rowsAsked("room for states:", capacity, widths[0], byteObservations ? 1 : 4);
    super("distiller", ask, core().distiller_free, undefined, asked);
    this.observationSize = widths[0];
    this.actionCount = widths[widths.length - 1];
    this.#capacity = capacity;
    this.#byteObservations = byteObservations;
    setLoss(core().distiller_loss(this.handle), shape.loss, shape.temperature, shape.huberDelta);
  }

  /** Another student on the same labelled states: fresh parameters and random draws from four 32-bit words. */
  initialise(words: Uint32Array): void {
    core().distiller_initialise(this.handle, words[0], words[1], words[2], words[3]);
  }

  /**
   * Begins with these parameters in place of fresh ones: for the observations as they are normalised now, and for labels
   * as they are standardised.
   */
  start(parameters: Float32Array): void {
    const { trainable_parameters, distiller_started } = core();
    coreFloats().set(parameters, floatIndex(trainable_parameters(this.handle)));
    distiller_started(this.handle);
  }

  /** The number of labelled states held. */
  get filled(): number {
    return core().distiller_filled(this.handle) >>> 0;
  }

  /** Whether states have masks. Without masks every action counts. */
  get masked(): boolean {
    return this.#masked;
  }

  /**
   * From now on states have masks; in those that are held, all actions are allowed. It is called before the restore of
   * what was saved with masks.
   * @throws Error if the core has no memory left
   */
  useMasks(): void {
    withinMemory("masks of states", () => core().distiller_masks(this.handle));
    this.#masked = true;
  }

  protected sound(): boolean {
    return core().distiller_restored(this.handle) !== 0;
  }

  /**
   * Adds labelled states.
   * @param states (count, observationSize)
   * @param labels (count, actionCount), the teacher's Q-values
   * @param targets (count), for a loss that needs transitions
   * @param masks (count, actionCount): 1 for each allowed action, 0 for each forbidden one, whose label does not count;
   * without it all are allowed
   * @param row the row of the first one; by default they go behind all others
   * @throws RangeError if they do not fit
   */
  add(states: Float32Array, labels: Float32Array, targets?: Targets, masks?: Uint8Array, row = this.filled): void {
    const handle = this.handle;
    const count = labels.length / this.actionCount;
    if (row + count > this.#capacity) {
      throw new RangeError(
        `${count} labelled states do not fit from row ${row} on: at most ${this.#capacity} are allowed`,
      );
    }
    if (masks !== undefined) this.useMasks(); // first: the core's memory may grow
    const floats = coreFloats();
    const address = core().distiller_states(handle) >>> 0;
    const kept = this.#byteObservations ? new Uint8Array(floats.buffer, address) : floats.subarray(floatIndex(address));
    kept.set(states, row * this.observationSize);
    floats.set(labels, floatIndex(core().distiller_labels(handle)) + row * this.actionCount);
    if (targets !== undefined) {
      floats.set(targets.values, floatIndex(core().distiller_targets(handle)) + row);
      const words = new Uint32Array(floats.buffer);
      words.set(targets.actions, floatIndex(core().distiller_taken(handle)) + row);
    }
    if (this.#masked) {
      const at = (core().distiller_masks(handle) >>> 0) + row * this.actionCount;
      const kept = new Uint8Array(floats.buffer, at, labels.length);
      if (masks === undefined) kept.fill(1);
      else kept.set(masks);
    }
    core().distiller_fill(handle, Math.max(this.filled, row + count));
  }

  /** A copy of its labelled states, for a distiller of another student. */
  labelledStates(): LabelledStates {
    return { filled: this.filled, masked: this.masked, rows: this.rows().map((rows) => rows.slice()) };
  }

  /** Takes the labelled states of a distiller for students of other hidden widths; it has none yet. */
  take({ filled, masked, rows }: LabelledStates): void {
    if (masked) this.useMasks();
    core().distiller_fill(this.handle, filled);
    this.rows().forEach((own, i) => void own.set(rows[i]));
  }

  /** From now on observations are normalised by the mean and deviation of the labelled states. */
  normalise(): void {
    core().distiller_normalise(this.handle);
  }

  /** From now on labels are standardised by their mean and deviation. */
  standardise(): void {
    core().distiller_standardise(this.handle);
  }

  /** Does n distillation updates inside the core. @returns the mean of their losses */
  step(n: number, learningRate: number): number {
    return core().distiller_step(this.handle, n, learningRate);
  }

  /** Labels are standardised to (q − mean)·scale. */
  standardisation(): { mean: number; scale: number } {
    const handle = this.handle;
    return { mean: core().distiller_label_mean(handle), scale: core().distiller_label_scale(handle) };
  }
}

/** Does n updates from one task's states, with the loss of its outputs only. @returns the mean of their losses */
export function stepWithin(distiller: Distiller, n: number, learningRate: number, range: TaskRange): number {
  const { firstState, stateCount, firstOutput, actionCount } = range;
  const { distiller_step_within } = core();
  return distiller_step_within(distiller.handle, n, learningRate, firstState, stateCount, firstOutput, actionCount);
}
