// A distiller in the core: a student, Adam and the labelled states in one block.
import { copyBytes, copyFloats, Handle, restoreBytes, withWidths } from "./handle.js";
import { core, coreFloats } from "./instance.js";

/** The weight of each part of the loss; 0 leaves it out. */
export interface LossWeights {
  readonly mse: number;
  readonly huber: number;
  readonly "cross-entropy": number;
  readonly nll: number;
  readonly kl: number;
}

export interface DistillerShape {
  /** Observation size, hidden widths, action count. */
  readonly widths: readonly number[];
  readonly batchSize: number;
  /** The most labelled states that it will hold. */
  readonly capacity: number;
  readonly loss: LossWeights;
  readonly temperature: number;
  readonly huberDelta: number;
}

export class Distiller {
  readonly #handle: Handle;
  readonly #observationSize: number;
  readonly #actionCount: number;
  readonly #capacity: number;

  /** @throws Error where the block would be larger than 1 GiB */
  constructor({ widths, batchSize, capacity, loss, temperature, huberDelta }: DistillerShape) {
    const { distiller_free, distiller_loss } = core();
    const value = withWidths(widths, (exports, address) =>
      exports.distiller_create(address, widths.length - 1, batchSize, capacity),
    );
    this.#handle = new Handle("distiller", value, distiller_free);
    this.#observationSize = widths[0];
    this.#actionCount = widths[widths.length - 1];
    this.#capacity = capacity;
    const { mse, huber, "cross-entropy": crossEntropy, nll, kl } = loss;
    distiller_loss(value, mse, huber, crossEntropy, nll, kl, temperature, huberDelta);
  }

  /** Another student on the same labelled states: fresh parameters and random draws from four 32-bit words. */
  initialise(words: Uint32Array): void {
    core().distiller_initialise(this.#handle.value, words[0], words[1], words[2], words[3]);
  }

  /** The labelled states held. */
  get filled(): number {
    return core().distiller_filled(this.#handle.value);
  }

  /**
   * Adds labelled states.
   * @param states (count, observationSize)
   * @param labels (count, actionCount), the teacher's Q-values
   * @throws RangeError where they would not fit in
   */
  add(states: Float32Array, labels: Float32Array): void {
    const handle = this.#handle.value;
    const filled = this.filled;
    const count = labels.length / this.#actionCount;
    if (filled + count > this.#capacity) {
      throw new RangeError(`${count} labelled states do not fit beside ${filled}: ${this.#capacity} is the most`);
    }
    const floats = coreFloats();
    floats.set(states, core().distiller_states(handle) / 4 + filled * this.#observationSize);
    floats.set(labels, core().distiller_labels(handle) / 4 + filled * this.#actionCount);
    core().distiller_fill(handle, filled + count);
  }

  /** From now on observations are normalised by the mean and deviation of the labelled states. */
  normalise(): void {
    core().distiller_normalise(this.#handle.value);
  }

  /** From now on labels are standardised by their mean and deviation. */
  standardise(): void {
    core().distiller_standardise(this.#handle.value);
  }

  /** n distillation updates inside the core; the mean of their losses. */
  step(n: number, learningRate: number): number {
    return core().distiller_step(this.#handle.value, n, learningRate);
  }

  /** A copy of the student's parameters, for normalised observations and standardised labels. */
  parameters(): Float32Array {
    const handle = this.#handle.value;
    return copyFloats(core().trainable_parameters(handle), core().trainable_parameter_count(handle));
  }

  /** Observations are normalised to (x − mean)·scale, each of shape (observationSize). */
  normalisation(): { mean: Float32Array; scale: Float32Array } {
    const handle = this.#handle.value;
    return {
      mean: copyFloats(core().trainable_mean(handle), this.#observationSize),
      scale: copyFloats(core().trainable_scale(handle), this.#observationSize),
    };
  }

  /** Labels are standardised to (q − mean)·scale. */
  standardisation(): { mean: number; scale: number } {
    const handle = this.#handle.value;
    return { mean: core().distiller_label_mean(handle), scale: core().distiller_label_scale(handle) };
  }

  /** Everything that training needs to go on bit for bit. */
  save(): Uint8Array {
    const handle = this.#handle.value;
    return copyBytes(core().distiller_block(handle), core().distiller_saved_bytes(handle));
  }

  /** @throws Error for bytes that a distiller of another shape saved */
  restore(saved: Uint8Array): void {
    const handle = this.#handle.value;
    restoreBytes(core().distiller_block(handle), core().distiller_saved_bytes(handle), saved);
  }

  dispose(): void {
    this.#handle.dispose();
  }
}
