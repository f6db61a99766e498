// What a learner and a distiller share: a network in training whose state can be saved and restored.
import { Handle } from "./handle.js";
import { commonInstance, floatIndex, type Instance } from "./instance.js";

export abstract class Trainable {
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

  /** Everything that training needs to go on bit for bit: of tables only the rows that are filled. */
  save(): Uint8Array {
    const saved = this.#saved();
    const bytes = new Uint8Array(saved.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of saved) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /**
   * After an error nothing but dispose() may follow.
   * @throws Error for bytes that were saved from another shape, or in which the core would not find its way
   */
  restore(bytes: Uint8Array): void {
    const always = this.alwaysSaved();
    if (bytes.length < always.length) throw otherShape(bytes.length, `at least ${always.length}`);
    always.set(bytes.subarray(0, always.length));
    const { trainable_capacity } = this.instance.exports;
    if (this.filled > trainable_capacity(this.handle)) throw new Error("its state has more rows than there can be");
    const saved = this.#saved(); // with as many rows as are filled now
    const needed = saved.reduce((sum, { length }) => sum + length, 0);
    if (bytes.length !== needed) throw otherShape(bytes.length, needed);
    let at = 0;
    for (const part of saved) {
      part.set(bytes.subarray(at, at + part.length));
      at += part.length;
    }
    if (!this.sound()) throw new Error("its state names rows or actions that do not exist");
  }

  /** The filled rows of each table, as they lie in the core. */
  protected rows(): Uint8Array[] {
    const { exports } = this.instance;
    const { buffer } = exports.memory;
    const { handle, filled } = this;
    const count = exports.trainable_table_count(handle);
    const tables = new Uint32Array(buffer, exports.trainable_tables(handle) >>> 0, 2 * count);
    return Array.from({ length: count }, (_, i) => new Uint8Array(buffer, tables[2 * i], filled * tables[2 * i + 1]));
  }

  /** The number of rows filled in each table. */
  abstract get filled(): number;

  /** Asks the core whether it can go on from what was restored. */
  protected abstract sound(): boolean;

  dispose(): void {
    this.#handle.dispose();
  }

  /** A copy of `count` f32 values at an address. */
  protected copy(address: number, count: number): Float32Array {
    const at = floatIndex(address);
    return this.instance.floats().slice(at, at + count);
  }

  /** What a checkpoint holds however few rows are filled, as it lies in the core. */
  protected alwaysSaved(): Uint8Array {
    const { memory, trainable_block, trainable_saved_bytes } = this.instance.exports;
    return new Uint8Array(memory.buffer, trainable_block(this.handle) >>> 0, trainable_saved_bytes(this.handle));
  }

  /** What a checkpoint holds, as it lies in the core: what is always saved, then the filled rows of each table. */
  #saved(): Uint8Array[] {
    return [this.alwaysSaved(), ...this.rows()];
  }
}

function otherShape(held: number, needed: number | string): Error {
  return new Error(`it holds ${held} bytes of state, but this configuration needs ${needed}`);
}
