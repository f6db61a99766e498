// The digest, against MurmurHash3_x64_128 of the mmh3 package 5.3.1 for Python: mmh3.hash_bytes.
import { Digest, digest_blocks, digest_end } from "../digest";
import { zeros } from "./arrays";

/** The digest of the bytes 0, 1, 2 … modulo 256, in parts of `part` blocks. */
function digest_of(count: usize, part: usize): Digest {
  const digest = changetype<Digest>(zeros<u8>(16));
  const bytes = zeros<u8>(count + 16);
  for (let i: usize = 0; i < count; i++) store<u8>(bytes + i, <u8>i);
  const blocks = count >> 4;
  for (let at: usize = 0; at < blocks; at += part) digest_blocks(digest, bytes + (at << 4), min(part, blocks - at));
  digest_end(digest, bytes + (blocks << 4), <f64>count);
  return digest;
}

describe("the digest", () => {
  it("of every kind of length is the published one, in whatever parts the blocks come", () => {
    const lengths: usize[] = [0, 1, 15, 16, 17, 100, 1000, 70001];
    const h1: u64[] = [
      0x0000000000000000, 0x4610abe56eff5cb5, 0x47231598fd4925e9, 0x444924b591903f30, 0x5c76f40f9fe7c20e,
      0xb06f9999c14051ca, 0x787648dc2c47eea3, 0xe80342a4503ad78a,
    ];
    const h2: u64[] = [
      0x0000000000000000, 0x51622daa78f83583, 0xcd846dee88c67de9, 0xab906456762fe845, 0xc15f026b9edaa824,
      0x0fbd6d93c8340799, 0x89e77d71d113120c, 0x7b0117c750899ef4,
    ];
    for (let i = 0; i < lengths.length; i++) {
      for (let part: usize = 1; part < 5000; part *= 7) {
        const digest = digest_of(lengths[i], part);
        expect(digest.h1).toBe(h1[i], `${lengths[i]} bytes`);
        expect(digest.h2).toBe(h2[i], `${lengths[i]} bytes`);
      }
    }
  });
});
