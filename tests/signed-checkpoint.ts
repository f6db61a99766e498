// A checkpoint with other contents whose digest fits: what a stranger could write.
import { digestOf } from "../src/core/digest.js";
import { readSafetensors, type Tensor, writeSafetensors } from "../src/model/safetensors.js";

const last = { name: "digest", dtype: "U8" as const, shape: [16], data: new Uint8Array(16) };

/** @param tensors in place of the checkpoint's own @param metadata over the checkpoint's own */
export function signedCheckpoint(
  checkpoint: Uint8Array,
  metadata: Readonly<Record<string, string>>,
  tensors?: readonly ({ readonly name: string } & Tensor)[],
): Uint8Array {
  const { tensors: own, metadata: before } = readSafetensors(checkpoint);
  const kept =
    tensors ?? [...own].filter(([name]) => name !== last.name).map(([name, tensor]) => ({ name, ...tensor }));
  const bytes = writeSafetensors([...kept, last], { ...before, ...metadata });
  bytes.set(digestOf(bytes.subarray(0, -16)), bytes.length - 16);
  return bytes;
}
