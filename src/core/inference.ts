// The module from which exported networks are made: assembly/inference.ts, still without a network's data.
import { wasmText } from "./inference.generated.js";
import { decoded } from "./instance.js";

/** The bytes of a WebAssembly module that answers for a network. The network's data are still missing. */
export function inferenceTemplate(): Uint8Array<ArrayBuffer> {
  return decoded(wasmText);
}
