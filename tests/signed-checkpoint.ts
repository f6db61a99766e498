// A checkpoint with other contents whose digest fits: what a stranger could write.
import { readSafetensors, type Tensor } from "../src/model/safetensors.js";
import { writeSigned } from "../src/training/signed.js";

/** @param tensors in place of the checkpoint's own @param metadata over the checkpoint's own */
export function signedCheckpoint(
  checkpoint: Uint8Array,
  metadata: Readonly<Record<string, string>>,
  tensors?: readonly ({ readonly name: string } & Tensor)[],
): Uint8Array {
  const { tensors: own, metadata: before } = readSafetensors(checkpoint);
  own.delete("digest");
  const kept = tensors ?? [...own].map(([name, tensor]) => ({ name, ...tensor }));
  return writeSigned(kept, { ...before, ...metadata });
}
