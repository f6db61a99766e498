// NumPy's SeedSequence: makes well-mixed 32-bit words from whole numbers (O'Neill 2015, "a seed_seq alternative").
import { described } from "../core/needed.js";

const poolSize = 4;
const initialA = 0x43b0d7e5;
const multiplierA = 0x931e8875;
const initialB = 0x8b51f9dd;
const multiplierB = 0x58f38ded;
const mixLeft = 0xca01f9dd;
const mixRight = 0x4973f715;

/** `numpy.random.SeedSequence(entropy)`: the same words for the same numbers. */
export class SeedSequence {
  readonly #pool = new Uint32Array(poolSize);

  /**
   * @param entropy whole numbers from 0 to 2^53 − 1. Missing words count as 0, so [a] and [a, 0] give the same words.
   * @throws RangeError for any other number
   */
  constructor(entropy: readonly number[]) {
    const words = entropy.flatMap(wordsOf);
    const pool = this.#pool;
    let constant = initialA;
    const hash = (value: number) => {
      const mixed = value ^ constant;
      constant = Math.imul(constant, multiplierA);
      return foldHalves(Math.imul(mixed, constant));
    };
    for (let i = 0; i < poolSize; i++) pool[i] = hash(words[i] ?? 0);
    for (let from = 0; from < poolSize; from++) {
      for (let to = 0; to < poolSize; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
    }
    for (let from = poolSize; from < words.length; from++) {
      for (let to = 0; to < poolSize; to++) pool[to] = mix(pool[to], hash(words[from]));
    }
  }

  /** The first `words` 32-bit words, as `generate_state(words)`, shape (words). */
  generateState(words: number): Uint32Array {
    const state = new Uint32Array(words);
    let constant = initialB;
    for (let i = 0; i < words; i++) {
      const mixed = this.#pool[i % poolSize] ^ constant;
      constant = Math.imul(constant, multiplierB);
      state[i] = foldHalves(Math.imul(mixed, constant));
    }
    return state;
  }
}

/** Whether a value can be a seed: a whole number from 0 to 2^53 − 1. */
export function isSeed(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The 32-bit words of a number, low word first. 0 is one word. */
function wordsOf(value: number): number[] {
  if (!isSeed(value)) {
    throw new RangeError(
      `seed ${described(value)} is not allowed: a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
    );
  }
  const high = Math.floor(value / 2 ** 32);
  return high === 0 ? [value] : [value >>> 0, high];
}

function foldHalves(value: number): number {
  return value ^ (value >>> 16);
}

function mix(x: number, y: number): number {
  return foldHalves((Math.imul(mixLeft, x) - Math.imul(mixRight, y)) | 0);
}
