// What the host owns in the core's memory. dispose() gives it back; without it, the garbage collector does.
import type { CoreExports } from "./abi.js";
import { ConfigError } from "./config-error.js";
import { core } from "./instance.js";

interface Owned {
  readonly free: (handle: number) => void;
  readonly handle: number;
}

const abandoned = new FinalizationRegistry<Owned>(({ free, handle }) => free(handle));

const smaller = "choose smaller layers, batch or buffer";

/** A handle of the core, usable until it is disposed of. */
export class Handle {
  readonly #what: string;
  readonly #free: (handle: number) => void;
  #value: number;

  /**
   * @param what what errors call the owner
   * @param ask asks the core for it; the answer 0 means that more than 1 GiB is needed
   * @param asked what takes most of the memory, for the error
   * @throws ConfigError if more than 1 GiB is needed; Error if the core has no memory left. Everything else in the core
   * can still be used then.
   */
  constructor(what: string, ask: () => number, free: (handle: number) => void, asked = "") {
    const because = asked && ` (${asked})`;
    const value = withinMemory(`this ${what}${because}`, ask);
    if (value === 0) throw new ConfigError(`this ${what} needs more than 1 GiB${because}: ${smaller}`);
    this.#what = what;
    this.#free = free;
    this.#value = value;
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

/**
 * Asks the core for something that takes memory.
 * @param what what it is, for the error
 * @throws Error if the core has no memory left
 */
export function withinMemory(what: string, ask: () => number): number {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error; // the core's heap ends so if the engine gives no more
    throw new Error(
      `the compute core has no memory left for ${what}: ${smaller}, or dispose() of what is no longer used`,
    );
  }
}

/** Calls `use` with whole numbers laid out as the core reads them: u32 each. */
export function withWords(
  words: readonly number[],
  use: (exports: CoreExports, address: number) => number,
  exports = core(),
): number {
  const address = exports.allocate(4 * words.length);
  try {
    new Uint32Array(exports.memory.buffer, address >>> 0, words.length).set(words);
    return use(exports, address);
  } finally {
    exports.release(address);
  }
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
  try {
    const bytes = new DataView(exports.memory.buffer, address >>> 0, 4 * fields.length);
    for (const [index, [name, kind, byDefault]] of fields.entries()) {
      const value = Number(values[name] ?? byDefault);
      if (kind === "u32") bytes.setUint32(4 * index, value, true);
      else bytes.setFloat32(4 * index, value, true);
    }
    return use(address);
  } finally {
    exports.release(address);
  }
}

/** So many rows of so many numbers, for the error about memory. */
export function rowsAsked(option: string, rows: number, numbers: number, bytesEach: number): string {
  const megabytes = Math.ceil((rows * numbers * bytesEach) / 1e6);
  return `${option} ${rows} × ${numbers} features × ${bytesEach} bytes are ${megabytes} MB`;
}
