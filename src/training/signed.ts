// Safetensors files that hold their own digest: the last tensor is MurmurHash3_x64_128 of every byte before it.
import { digestOf } from "../core/digest.js";
import { readSafetensors, type Tensor, writeSafetensors } from "../model/safetensors.js";

/** The last bytes of a file are its digest: so many. */
export const digestLength = 16;

/** The file of these tensors and this metadata, with its digest. */
export function writeSigned(
  tensors: readonly ({ readonly name: string } & Tensor)[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const digest = { name: "digest", dtype: "U8" as const, shape: [digestLength], data: new Uint8Array(digestLength) };
  const bytes = writeSafetensors([...tensors, digest], metadata);
  const end = bytes.length - digestLength;
  bytes.set(digestOf(bytes.subarray(0, end)), end);
  return bytes;
}

/**
 * What a file holds whose bytes are those that were written.
 * @param checkFormat is given the metadata before the digest is checked; it throws if this is another kind of file
 * @throws Error for a file that is damaged
 */
export function readSigned(
  bytes: Uint8Array,
  checkFormat: (metadata: Readonly<Record<string, string>>) => void,
): ReturnType<typeof readSafetensors> {
  const contents = readSafetensors(bytes);
  checkFormat(contents.metadata);
  const end = bytes.length - digestLength;
  const digest = digestOf(bytes.subarray(0, end));
  if (!digest.every((byte, i) => byte === bytes[end + i])) throw new Error("its bytes are not those that were written");
  return contents;
}
