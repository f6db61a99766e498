// What the host owns in the core's memory. dispose() gives it back; without it, the garbage collector does.
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
   * @param what what errors call the owner
   * @throws ConfigError if the core answered 0: more than 1 GiB was asked for
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

type Value = number | boolean;
type Required = readonly [name: string, kind: "u32" | "f32"];
type Optional = readonly [...Required, byDefault: Value];

/** Options of the core: the name of each, how the core reads it, and its default. A boolean is 0 or 1. */
export type Fields = readonly (Required | Optional)[];

type Given<All extends Fields> = Readonly<Record<Exclude<All[number], Optional>[0], Value>> &
  Readonly<Partial<Record<Extract<All[number], Optional>[0], Value>>>;

/** Calls `use` with options laid out as the core reads them: in the order of the fields, 4 bytes each. */
export function withOptions<const All extends Fields>(
  fields: All,
  given: Given<All>,
  use: (address: number) => number,
  exports = core(),
): number {
  const values: Readonly<Record<string, Value | undefined>> = given;
  const address = exports.allocate(4 * fields.length);
  const bytes = new DataView(exports.memory.buffer, address >>> 0, 4 * fields.length);
  for (const [index, [name, kind, byDefault]] of fields.entries()) {
    const value = Number(values[name] ?? byDefault);
    if (kind === "u32") bytes.setUint32(4 * index, value, true);
    else bytes.setFloat32(4 * index, value, true);
  }
  const result = use(address);
  exports.release(address);
  return result;
}
