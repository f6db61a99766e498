// What a learner and a distiller have in common: a network in training, whose state can be saved and restored.
import { Handle } from "./handle.js";
import { core, coreFloats, floatIndex } from "./instance.js";

export class Trainable {
  readonly #handle: Handle;

  constructor(what: string, value: number, free: (handle: number) => void) {
    this.#handle = new Handle(what, value, free);
  }

  /** The core's handle. @throws Error after dispose() */
  protected get handle(): number {
    return this.#handle.value;
  }

  /** A copy of the network's parameters, for normalised observations. */
  parameters(): Float32Array {
    return copy(core().trainable_parameters(this.handle), core().trainable_parameter_count(this.handle));
  }

  /** Observations are normalised to (x − mean)·scale, each of shape (observationSize). */
  normalisation(): { mean: Float32Array; scale: Float32Array } {
    const size = core().trainable_observation_size(this.handle);
    return {
      mean: copy(core().trainable_mean(this.handle), size),
      scale: copy(core().trainable_scale(this.handle), size),
    };
  }

  /** Everything that training needs to go on bit for bit. */
  save(): Uint8Array {
    return this.#saved().slice();
  }

  /** @throws Error for bytes that another shape saved */
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

  #saved(): Uint8Array {
    const { memory, trainable_block, trainable_saved_bytes } = core();
    return new Uint8Array(memory.buffer, trainable_block(this.handle) >>> 0, trainable_saved_bytes(this.handle));
  }
}

/** A copy of `count` f32 values at an address of the core's memory. */
export function copy(address: number, count: number): Float32Array {
  const at = floatIndex(address);
  return coreFloats().slice(at, at + count);
}
