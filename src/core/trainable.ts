// What a learner and a distiller share: a network in training whose state can be saved and restored.
import { Handle } from "./handle.js";
import { commonInstance, floatIndex, type Instance } from "./instance.js";

export class Trainable {
  /** The instance of the core that it lives in. */
  protected readonly instance: Instance;
  readonly #handle: Handle;

  constructor(
    what: string,
    ask: () => number,
    free: (handle: number) => void,
    instance = commonInstance(),
    asked?: string,
  ) {
    this.instance = instance;
    this.#handle = new Handle(what, ask, free, asked);
  }

  /** The core's handle. @throws Error after dispose() */
  get handle(): number {
    return this.#handle.value;
  }

  /** A copy of the network's parameters, for normalised observations. */
  parameters(): Float32Array {
    const { trainable_parameters, trainable_parameter_count } = this.instance.exports;
    return this.copy(trainable_parameters(this.handle), trainable_parameter_count(this.handle));
  }

  /** Observations are normalised to (x − mean)·scale, each of shape (observationSize). */
  normalisation(): { mean: Float32Array; scale: Float32Array } {
    const { trainable_observation_size, trainable_mean, trainable_scale } = this.instance.exports;
    const size = trainable_observation_size(this.handle);
    return {
      mean: this.copy(trainable_mean(this.handle), size),
      scale: this.copy(trainable_scale(this.handle), size),
    };
  }

  /** Everything that training needs to go on bit for bit. */
  save(): Uint8Array {
    return this.#saved().slice();
  }

  /** @throws Error for bytes that were saved from another shape */
  restore(bytes: Uint8Array): void {
    const saved = this.#saved();
    if (bytes.length !== saved.length) {
      throw new Error(
        `the checkpoint holds ${bytes.length} bytes of state, but this configuration needs ${saved.length}`,
      );
    }
    saved.set(bytes);
  }

  dispose(): void {
    this.#handle.dispose();
  }

  /** A copy of `count` f32 values at an address. */
  protected copy(address: number, count: number): Float32Array {
    const at = floatIndex(address);
    return this.instance.floats().slice(at, at + count);
  }

  #saved(): Uint8Array {
    const { memory, trainable_block, trainable_saved_bytes } = this.instance.exports;
    return new Uint8Array(memory.buffer, trainable_block(this.handle) >>> 0, trainable_saved_bytes(this.handle));
  }
}
