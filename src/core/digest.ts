// The digest of many bytes: 128 bits, computed in the core.
import { core } from "./instance.js";

/** Bytes that go through the core at a time. */
const chunk = 1 << 16;

/** MurmurHash3_x64_128 with seed 0: 16 bytes. It finds damage, not forgery. */
export function digestOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { allocate, release, digest_blocks, digest_end, memory } = core();
  const address = allocate(16 + chunk) >>> 0;
  const digest = new Uint8Array(memory.buffer, address, 16).fill(0);
  const part = new Uint8Array(memory.buffer, address + 16, chunk);
  const whole = bytes.length & ~15;
  for (let at = 0; at < whole; at += chunk) {
    const next = bytes.subarray(at, Math.min(at + chunk, whole));
    part.set(next);
    digest_blocks(address, address + 16, next.length / 16);
  }
  part.fill(0, 0, 16);
  part.set(bytes.subarray(whole));
  digest_end(address, address + 16, bytes.length);
  const result = digest.slice();
  release(address);
  return result;
}
