// The core's only generator, xoshiro128** (Blackman & Vigna 2018), and every random draw of a training step.
// state: 4 u32 words, not all zero. It lies in the learner's block and is saved with it.

/** 32 random bits. */
export function next_bits(state: usize): u32 {
  const s0 = load<u32>(state);
  const s1 = load<u32>(state, 4);
  const s2 = load<u32>(state, 8) ^ s0;
  const s3 = load<u32>(state, 12) ^ s1;
  store<u32>(state, s0 ^ s3);
  store<u32>(state, s1 ^ s2, 4);
  store<u32>(state, s2 ^ (s1 << 9), 8);
  store<u32>(state, rotl<u32>(s3, 11), 12);
  return rotl<u32>(s1 * 5, 7) * 9;
}

/** Uniform in [0, 1), a multiple of 2^-24. */
export function uniform(state: usize): f32 {
  return <f32>(next_bits(state) >> 8) * <f32>(1.0 / 16777216.0);
}

/** A uniform whole number in [0, count), without bias (Lemire 2019, algorithm 5). count is from 1 to 2³² − 1. */
export function below(state: usize, count: usize): usize {
  const n = <u32>count;
  let product = <u64>next_bits(state) * n;
  if (<u32>product < n) {
    const threshold: u32 = (0 - n) % n;
    while (<u32>product < threshold) product = <u64>next_bits(state) * n;
  }
  return <usize>(product >> 32);
}

/**
 * A whole number of steps in [1, longest] with P(n ≥ k) = 1/k: the heavy tail of temporally-extended ε-greedy
 * exploration (Dabney, Ostrovski & Barreto 2021, where P(n) ∝ n^-2).
 */
export function duration(state: usize, longest: usize): usize {
  const n = <f32>1.0 / (<f32>1.0 - uniform(state));
  return min<usize>(<usize>n, longest);
}
