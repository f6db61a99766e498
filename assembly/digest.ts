// MurmurHash3_x64_128 (Austin Appleby, public domain): 128 bits that change whenever one block of the bytes changes.
// It finds damage, not forgery: anybody can compute it.

const C1: u64 = 0x87c37b91114253d5;
const C2: u64 = 0x4cf5ad432745937f;

/** A digest under way, 16 bytes. It begins as zeros and ends as the digest. */
@unmanaged
export class Digest {
  h1: u64;
  h2: u64;
}

/** Takes the next `blocks` blocks of 16 bytes. */
export function digest_blocks(digest: Digest, bytes: usize, blocks: usize): void {
  let h1 = digest.h1;
  let h2 = digest.h2;
  for (let i: usize = 0; i < blocks; i++) {
    h1 = (rotl<u64>(h1 ^ mixed1(load<u64>(bytes)), 27) + h2) * 5 + 0x52dce729;
    h2 = (rotl<u64>(h2 ^ mixed2(load<u64>(bytes, 8)), 31) + h1) * 5 + 0x38495ab5;
    bytes += 16;
  }
  digest.h1 = h1;
  digest.h2 = h2;
}

/**
 * Ends the digest.
 * @param rest one block: the bytes that did not fill one, and then zeros
 * @param total the number of all bytes
 */
export function digest_end(digest: Digest, rest: usize, total: f64): void {
  let h1 = digest.h1 ^ mixed1(load<u64>(rest)) ^ <u64>total;
  let h2 = digest.h2 ^ mixed2(load<u64>(rest, 8)) ^ <u64>total;
  h1 += h2;
  h2 += h1;
  h1 = spread(h1);
  h2 = spread(h2);
  h1 += h2;
  h2 += h1;
  digest.h1 = h1;
  digest.h2 = h2;
}

function mixed1(half: u64): u64 {
  return rotl<u64>(half * C1, 31) * C2;
}

function mixed2(half: u64): u64 {
  return rotl<u64>(half * C2, 33) * C1;
}

/** Lets every bit of the input reach every bit of the output. */
function spread(bits: u64): u64 {
  bits = (bits ^ (bits >> 33)) * 0xff51afd7ed558ccd;
  bits = (bits ^ (bits >> 33)) * 0xc4ceb9fe1a85ec53;
  return bits ^ (bits >> 33);
}
