// The module that an exported network is made of: assembly/inference.ts, which lacks its data.
import { wasmText } from "./inference.generated.js";
import { decoded } from "./instance.js";

/** The bytes of a WebAssembly module without data that belong to a network. */
export function inferenceTemplate(): Uint8Array<ArrayBuffer> {
  return decoded(wasmText);
}
