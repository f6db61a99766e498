// Random numbers as qstill's core draws them: xoshiro128** (Blackman & Vigna 2018), so that all peers draw one sequence.

const two32 = 2 ** 32;

export class Random {
  #state;

  /** @param {number[]} words four 32-bit words; the last becomes odd, so that they are never all zero */
  constructor([word0, word1, word2, word3]) {
    this.#state = Uint32Array.of(word0, word1, word2, word3 | 1);
  }

  /** 32 random bits. */
  bits() {
    const s = this.#state;
    const scrambled = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 11);
    return scrambled;
  }

  /** Uniform in [0, 1), a multiple of 2^-24. */
  uniform() {
    return (this.bits() >>> 8) / 2 ** 24;
  }

  /** Uniform whole number in [0, count), count below 2^21, without bias (Lemire 2019, algorithm 5). */
  below(count) {
    let product = this.bits() * count;
    if (product % two32 < count) {
      const threshold = two32 % count;
      while (product % two32 < threshold) product = this.bits() * count;
    }
    return Math.floor(product / two32);
  }

  /** `length` numbers, uniform in [-bound, bound). */
  floats(length, bound) {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = (2 * this.uniform() - 1) * bound;
    return values;
  }
}

function rotate(word, by) {
  return (word << by) | (word >>> (32 - by));
}
