// The generator beside its published outputs, and the distributions drawn from it.
import { below, duration, next_bits, uniform } from "../random";
import { array_of, expect_near } from "./arrays";

function rotate(x: u32, k: u32): u32 {
  return (x << k) | (x >> (32 - k));
}

/** xoshiro128** 1.1 as its authors publish it (xoshiro128starstar.c). */
class Xoshiro {
  constructor(public s: u32[]) {}

  next(): u32 {
    const s = this.s;
    const result = rotate(s[1] * 5, 7) * 9;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11);
    return result;
  }
}

function generator(): usize {
  return array_of<u32>([0x12345678, 0x9abcdef0, 0x0f1e2d3c, 0x4b5a6978]);
}

/** How often each whole number below `count` is drawn in `draws`; one place more counts what is out of range. */
function counts_below(count: usize, draws: i32): i32[] {
  const state = generator();
  const counts = new Array<i32>(<i32>count + 1);
  for (let i = 0; i < draws; i++) counts[<i32>min<usize>(below(state, count), count)]++;
  return counts;
}

describe("next_bits", () => {
  it("gives the published outputs from state 1, 2, 3, 4", () => {
    const state = array_of<u32>([1, 2, 3, 4]);
    const outputs: u32[] = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    for (let i = 0; i < outputs.length; i++) expect(next_bits(state)).toBe(outputs[i], `output ${i}`);
    const after: u32[] = [939045227, 1864939416, 1451579149, 2199351389];
    for (let i = 0; i < 4; i++) expect(load<u32>(state + (i << 2))).toBe(after[i], `state ${i}`);
  });

  it("equals the published algorithm for a million outputs", () => {
    const state = generator();
    const published = new Xoshiro([0x12345678, 0x9abcdef0, 0x0f1e2d3c, 0x4b5a6978]);
    let different = 0;
    for (let i = 0; i < 1000000; i++) different += i32(next_bits(state) != published.next());
    expect(different).toBe(0);
  });
});

describe("uniform", () => {
  it("is in [0, 1) with mean 1/2 and variance 1/12", () => {
    const state = generator();
    const draws = 200000;
    let outside = 0;
    let sum = 0.0;
    let squares = 0.0;
    for (let i = 0; i < draws; i++) {
      const u = <f64>uniform(state);
      outside += i32(!(u >= 0 && u < 1));
      sum += u;
      squares += u * u;
    }
    const mean = sum / draws;
    expect(outside).toBe(0);
    expect_near(mean, 0.5, 0.004, "mean");
    expect_near(squares / draws - mean * mean, 1.0 / 12.0, 0.002, "variance");
  });

  it("takes the upper 24 bits, and is below 1 even where all are set", () => {
    const state = generator();
    const twin = generator();
    let different = 0;
    for (let i = 0; i < 1000; i++) different += i32(<f64>uniform(state) != <f64>(next_bits(twin) >> 8) / 16777216.0);
    expect(different).toBe(0);
    expect(<f32>0xffffff * <f32>(1.0 / 16777216.0) < 1).toBe(true);
  });
});

describe("below", () => {
  it("is in range and uniform", () => {
    const sizes: usize[] = [1, 2, 3, 7, 1000];
    const draws = 200000;
    for (let s = 0; s < sizes.length; s++) {
      const count = <i32>sizes[s];
      const counts = counts_below(count, draws);
      expect(counts[count]).toBe(0, `drawn beyond ${count}`);
      // χ² has mean n − 1 and variance 2(n − 1)
      const expected = <f64>draws / count;
      let chi = 0.0;
      for (let i = 0; i < count; i++) chi += ((counts[i] - expected) * (counts[i] - expected)) / expected;
      const limit = count - 1 + 4 * NativeMath.sqrt(2.0 * (count - 1));
      expect(chi).toBeLessThanOrEqual(limit, `χ² of ${count}`);
    }
  });

  it("is without bias where the count does not divide 2³²", () => {
    // without rejection a third of the numbers below 3·2³⁰ would come twice as often as the others: 0, 3, 6, …
    const state = generator();
    const draws = 60000;
    let multiples = 0;
    for (let i = 0; i < draws; i++) multiples += i32(below(state, 3 << 30) % 3 == 0);
    expect_near(<f64>multiples / draws, 1.0 / 3.0, 0.01, "share of the multiples of 3");
  });
});

describe("duration", () => {
  it("is in [1, longest] and reaches both", () => {
    const state = generator();
    let shortest: usize = 1000;
    let longest: usize = 0;
    for (let i = 0; i < 20000; i++) {
      const n = duration(state, 40);
      shortest = min(shortest, n);
      longest = max(longest, n);
    }
    expect(shortest).toBe(1);
    expect(longest).toBe(40);
    for (let i = 0; i < 1000; i++) if (duration(state, 1) != 1) expect(i).toBe(-1, "longest 1 is always 1");
  });

  it("is at least k with probability 1/k", () => {
    const state = generator();
    const draws = 100000;
    const atLeast = new Array<i32>(21);
    for (let i = 0; i < draws; i++) {
      const n = <i32>duration(state, 20);
      for (let k = 1; k <= n; k++) atLeast[k]++;
    }
    for (let k = 1; k <= 20; k++) expect_near(<f64>atLeast[k] / draws, 1.0 / k, 0.007, `P(n ≥ ${k})`);
  });
});
