// What distinguishes one network from another: 128 bits of its parameters.
import { SeedSequence } from "../env/seed-sequence.js";

const fingerprintBlock = 4096;

/**
 * 128 bits that identify a network's parameters. SHA-256 would need crypto.subtle, which not every page has. Null if
 * it has no parameters.
 */
export function fingerprint(network: { readonly parameters: Float32Array }): string;
export function fingerprint(network: { readonly parameters?: Float32Array }): string | null;
export function fingerprint({ parameters }: { readonly parameters?: Float32Array }): string | null {
  if (parameters === undefined) return null;
  const bits = new Uint32Array(parameters.buffer, parameters.byteOffset, parameters.length);
  let words: Uint32Array = new Uint32Array(4);
  for (let at = 0; at < bits.length; at += fingerprintBlock) {
    words = new SeedSequence([...words, ...bits.subarray(at, at + fingerprintBlock)]).generateState(4);
  }
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}
