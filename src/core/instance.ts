// Instances of the compute core. One serves everybody and is made when it is first needed; others are made on request.
import type { CoreExports } from "./abi.js";
import { wasmText } from "./wasm.generated.js";

/** The core's functions, and the memory that they work on. */
export class Instance {
  readonly exports: CoreExports;
  #floats = new Float32Array(0);

  constructor(exports: CoreExports) {
    this.exports = exports;
  }

  /**
   * The memory as f32 elements. It is made anew when the memory has grown, so never keep it across a call.
   *
   * Growth detaches the old buffer, which empties its views. Asking the memory for its buffer each time would take
   * longer: keeping the view cut what the host adds to one greedy action from 58 to 12 ns. A shared buffer is not
   * detached, but it grows only when a learner of its own is made in it.
   */
  floats(): Float32Array {
    if (this.#floats.length === 0) this.#floats = new Float32Array(this.exports.memory.buffer);
    return this.#floats;
  }
}

let common: Instance | undefined;

// The smallest module that uses a 128-bit vector: (func (drop (v128.const 0))).
const simdProbe = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 23, 1, 21, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 26, 11,
];

/**
 * The instance that serves everybody. The module is compiled at the first call (a few milliseconds).
 * @throws Error if this engine has no WebAssembly or no 128-bit SIMD
 */
export function commonInstance(): Instance {
  if (common === undefined) common = load();
  return common;
}

/** Its exported functions. */
export function core(): CoreExports {
  return commonInstance().exports;
}

/** Its memory as f32 elements: never keep it across a call. */
export function coreFloats(): Float32Array {
  return commonInstance().floats();
}

/**
 * Converts an address of the core to an index into its memory's f32 elements. The engine gives addresses from 2 GiB on
 * as negative numbers.
 */
export function floatIndex(address: number): number {
  return (address >>> 0) / 4;
}

function load(): Instance {
  if (typeof WebAssembly !== "object") {
    throw new Error("qstill needs WebAssembly, and this engine has none");
  }
  if (!WebAssembly.validate(new Uint8Array(simdProbe))) {
    throw new Error(
      "qstill needs WebAssembly with 128-bit SIMD, and this engine has none (Node 16.4, Chrome 91, Firefox 89 and Safari 16.4 have it)",
    );
  }
  return new Instance(instantiate<CoreExports>(new WebAssembly.Module(decoded(wasmText))));
}

/** The exports of a module written in AssemblyScript. `memory` is given to a module that imports its memory. */
export function instantiate<Exports>(module: WebAssembly.Module, memory?: WebAssembly.Memory): Exports {
  const abort = () => {
    throw new Error("the compute core has no memory left");
  };
  const env: WebAssembly.ModuleImports = { abort };
  if (memory !== undefined) env.memory = memory;
  try {
    return new WebAssembly.Instance(module, { env }).exports as Exports;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error(`this engine has no memory left for the compute core: ${error.message}`);
  }
}

/** The bytes of a module that the build has inlined; scripts/build.js says how they are written. */
export function decoded(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text); // decoding in place is a quarter faster than from the text: 2.75 ms, not 3.6
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    let value = bytes[at]! - 35;
    if (value < 0) value = bytes[++at]! - 35 + 90 * (value + 4);
    bytes[count++] = value - 4; // modulo 256
  }
  return bytes.slice(0, count);
}
