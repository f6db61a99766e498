// What the host owns in the core's memory: given back by dispose(), at the latest by the garbage collector.
import type { CoreExports } from "./abi.js";
import { ConfigError } from "./config-error.js";
import { core } from "./instance.js";

interface Owned {
  readonly free: (handle: number) => void;
  readonly handle: number;
}

const abandoned = new FinalizationRegistry<Owned>(({ free, handle }) => free(handle));

/** A handle of the core, usable until it is disposed of. */
export class Handle {
  readonly #what: string;
  readonly #free: (handle: number) => void;
  #value: number;

  /**
   * @param what the owner's name in errors
   * @throws ConfigError where the core answered 0: more than 1 GiB was asked for
   */
  constructor(what: string, value: number, free: (handle: number) => void) {
    if (value === 0) {
      throw new ConfigError(`this ${what} needs more than 1 GiB: choose smaller layers, batch or buffer`);
    }
    this.#what = what;
    this.#value = value;
    this.#free = free;
    abandoned.register(this, { free, handle: value }, this);
  }

  /** @throws Error after dispose() */
  get value(): number {
    if (this.#value === 0) throw new Error(`this ${this.#what} has been disposed of`);
    return this.#value;
  }

  dispose(): void {
    if (this.#value === 0) return;
    abandoned.unregister(this);
    this.#free(this.#value);
    this.#value = 0;
  }
}

/** Calls `use` with the widths laid out as the core reads them: u32 each. */
export function withWidths(
  widths: readonly number[],
  use: (exports: CoreExports, address: number) => number,
  exports = core(),
): number {
  const address = exports.allocate(4 * widths.length);
  new Uint32Array(exports.memory.buffer, address >>> 0, widths.length).set(widths);
  const result = use(exports, address);
  exports.release(address);
  return result;
}
