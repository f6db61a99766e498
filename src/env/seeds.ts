// All seeds come from one seed: the seeds of episodes and the seeds of generators.
import { SeedSequence } from "./seed-sequence.js";

/** The purposes of random numbers. Each purpose has its own numbers, so that one use does not change another. */
export const purposes = {
  /** The episodes that a teacher learns from. */
  train: 0,
  /** The periodic evaluations that choose the network to keep. */
  selection: 1,
  /** The final evaluation, on episodes that were not used for training or selection. */
  final: 2,
  /** The states on which two networks are compared, and their noise. */
  probe: 3,
  /** The actions of the random policy, with which returns are compared. */
  randomPolicy: 4,
  /** The episodes that a student learns from, and their exploration. */
  student: 5,
  /** The core's generator while a teacher learns: first weights, exploration, sampling. */
  learner: 6,
  /** The core's generator while a student learns: first weights, sampling. */
  distiller: 7,
  /** The resampling for a confidence interval. */
  bootstrap: 8,
  /** The noise on an environment's observations. */
  noise: 9,
  /** The seeds of the students in a search for the smallest one, and of the teachers in a search for better options. */
  attempt: 10,
  /** Which actions of an episode are replaced by the previous action. */
  stickyActions: 11,
  /** Which of the states that are given to a student are held out. */
  heldOut: 12,
  /** The options that are tried in a search for better ones. */
  trial: 13,
  /** The episodes of random play and of constant actions, beside which a network's evaluations are shown. */
  baseline: 14,
} as const;

/** The number of one of the {@link purposes}. */
export type Purpose = (typeof purposes)[keyof typeof purposes];

/**
 * The reset seed of an episode: the first 32-bit word of `SeedSequence([seed, purpose, episode])`.
 *
 * For SeedSequence, missing words count as 0, so [a] and [a, 0] are the same. Three numbers are always given. A number below
 * 2^32 is one word, so different triples of such numbers are different words. A seed from 2^32 on is two words, and its
 * triples may equal those of a smaller seed.
 * @param seed a whole number ≥ 0
 * @param episode its index within the purpose, a whole number ≥ 0
 * @throws RangeError if one of them is not a whole number from 0 to 2^53 − 1
 */
export function episodeSeed(seed: number, purpose: Purpose, episode: number): number {
  return new SeedSequence([seed, purpose, episode]).generateState(1)[0];
}

/**
 * Four 32-bit words for a generator of the core: the first four of `SeedSequence([seed, purpose, index])`.
 * @param seed a whole number ≥ 0
 * @param index distinguishes several generators of one purpose, a whole number ≥ 0
 * @throws RangeError if one of them is not a whole number from 0 to 2^53 − 1
 */
export function generatorWords(seed: number, purpose: Purpose, index: number): Uint32Array {
  return new SeedSequence([seed, purpose, index]).generateState(4);
}
