// Everything derives from one seed: which seed an episode starts from, and what a generator is seeded with.
import { SeedSequence } from "./seed-sequence.js";

/** What random numbers are for. Each purpose has numbers of its own, so that no use of one changes another. */
export const purposes = {
  /** The episodes that a teacher learns from. */
  train: 0,
  /** The periodic evaluations that choose the network to keep. */
  selection: 1,
  /** The final evaluation, on episodes that nothing was trained or chosen on. */
  final: 2,
  /** The states on which two networks are compared, and their noise. */
  probe: 3,
  /** The actions of the random policy that returns are measured against. */
  randomPolicy: 4,
  /** The episodes that a student learns from, and their exploration. */
  student: 5,
  /** The core's generator while a teacher learns: first weights, exploration, sampling. */
  learner: 6,
  /** The core's generator while a student learns: first weights, sampling. */
  distiller: 7,
  /** The resampling behind a confidence interval. */
  bootstrap: 8,
  /** The noise through which an environment is seen. */
  noise: 9,
  /** The seeds of the students that a search for the smallest one distils. */
  attempt: 10,
  /** Which actions of an episode are replaced by the one before. */
  stickyActions: 11,
} as const;

/** The number of one of the {@link purposes}. */
export type Purpose = (typeof purposes)[keyof typeof purposes];

/**
 * The reset seed of an episode: the first 32-bit word of `SeedSequence([seed, purpose, episode])`.
 *
 * SeedSequence takes missing words for 0, so that [a] and [a, 0] are the same to it. Three numbers are always given, and
 * below 2^32 each is one word: no two such triples begin alike. A seed from 2^32 on is two words, and its triples may
 * equal those of a smaller seed.
 * @param seed a whole number ≥ 0
 * @param episode its index within the purpose, a whole number ≥ 0
 * @throws RangeError where either is none
 */
export function episodeSeed(seed: number, purpose: Purpose, episode: number): number {
  return new SeedSequence([seed, purpose, episode]).generateState(1)[0];
}

/**
 * Four 32-bit words for a generator of the core: the first of `SeedSequence([seed, purpose, index])`.
 * @param seed a whole number ≥ 0
 * @param index tells several generators of one purpose apart, a whole number ≥ 0
 * @throws RangeError where either is none
 */
export function generatorWords(seed: number, purpose: Purpose, index: number): Uint32Array {
  return new SeedSequence([seed, purpose, index]).generateState(4);
}
