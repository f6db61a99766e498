// NumPy's random generator, bit for bit: PCG64 (O'Neill 2014, PCG XSL RR 128/64) and its distributions.
import { described, need } from "../core/needed.js";
import type { RandomSource } from "./env.js";
import { exp, log } from "./exponential.js";
import { SeedSequence } from "./seed-sequence.js";
import { makeZiggurat, tailInverse, tailStart, type Ziggurat } from "./ziggurat.js";

const two16 = 2 ** 16;
const two32 = 2 ** 32;
const largest = 2 ** 53;

/** The largest distance of a sum of probabilities from 1. As in NumPy, the square root of the gap from 1 to the next number. */
const probabilityTolerance = 2 ** -26;

let ziggurat: Ziggurat | undefined;

/**
 * `numpy.random.Generator(PCG64(SeedSequence(seed)))`: the same seed gives the same draws as NumPy.
 *
 * Numbers of 64 and 128 bits are 32-bit words in typed arrays, so that a draw allocates nothing.
 */
export class Pcg64 implements RandomSource {
  /** 128 bits each: four words, low first. */
  readonly #state = new Uint32Array(4);
  readonly #increment = new Uint32Array(4);
  /** The latest 64-bit output: two words, low first. */
  readonly #output = new Uint32Array(2);
  /** The high word of an output, if a 32-bit draw has used the low word. */
  readonly #half = new Uint32Array(1);
  #hasHalf = false;

  /**
   * @param seed whole numbers from 0 to 2^53 − 1
   * @throws RangeError for any other number
   */
  constructor(seed: number | readonly number[]) {
    need(typeof seed === "number" || Array.isArray(seed), "seed", seed, "a whole number, or a list of them,");
    // Four 64-bit numbers, each with its low word first: the high and the low half of the start, then of the stream.
    const words = new SeedSequence(typeof seed === "number" ? [seed] : seed).generateState(8);
    const start = [words[2], words[3], words[0], words[1]];
    const stream = [words[6], words[7], words[4], words[5]];
    // increment = 2 · stream + 1. One step from state 0 gives the increment: state = increment + start, then a step.
    let shiftedIn = 1;
    let carry = 0;
    for (let i = 0; i < 4; i++) {
      this.#increment[i] = (stream[i] << 1) | shiftedIn;
      shiftedIn = stream[i] >>> 31;
      const sum = this.#increment[i] + start[i] + carry;
      this.#state[i] = sum;
      carry = Math.floor(sum / two32);
    }
    this.#step();
  }

  random(): number {
    this.#step();
    return (this.#output[1] * 2 ** 21 + (this.#output[0] >>> 11)) * 2 ** -53;
  }

  /** @throws RangeError if low > high, or if one of them or their distance is not finite */
  uniform(low: number, high: number): number {
    const range = high - low;
    if (!(range >= 0 && range < Infinity)) {
      throw new RangeError(`uniform(${low}, ${high}) is not allowed: finite numbers, the lower one first`);
    }
    return low + range * this.random();
  }

  /** @throws RangeError if low and high are not whole numbers from −2^53 to 2^53, low < high, at most 2^53 apart */
  integers(low: number, high: number): number {
    if (!isWhole(low) || !isWhole(high) || low >= high || low < high - largest) {
      throw new RangeError(
        `integers(${low}, ${high}) is not allowed: whole numbers, the lower one first, at most 2^53 apart`,
      );
    }
    return low + this.#below(high - low);
  }

  /**
   * @throws RangeError if count is not a whole number from 1 to 2^53, or if p is given and does not hold `count` numbers ≥ 0
   * with the sum 1
   */
  choice(count: number, p?: ArrayLike<number>): number {
    if (!isWhole(count) || count < 1) {
      throw new RangeError(`choice(${described(count)}) is not allowed: a whole number from 1 to 2^53`);
    }
    if (p === undefined) return this.#below(count);
    const total = checkedSum(count, p);
    const drawn = this.random();
    let index = 0;
    let cumulative = p[0];
    while (cumulative / total <= drawn) cumulative += p[++index];
    return index;
  }

  /** @throws RangeError if count is not a whole number from 0 to 2^32 − 1 */
  permutation(count: number): number[] {
    if (!isWhole(count) || count < 0 || count >= two32) {
      throw new RangeError(`permutation(${described(count)}) is not allowed: a whole number from 0 to 2^32 - 1`);
    }
    const order = Array.from({ length: count }, (_, i) => i);
    for (let last = count - 1; last > 0; last--) {
      const other = this.#upTo(last);
      const value = order[last];
      order[last] = order[other];
      order[other] = value;
    }
    return order;
  }

  /** @throws RangeError if one of them is not finite, or if the standard deviation is below 0 */
  normal(mean: number, deviation: number): number {
    if (!Number.isFinite(mean) || !(deviation >= 0 && deviation < Infinity)) {
      throw new RangeError(
        `normal(${mean}, ${deviation}) is not allowed: finite numbers, and a deviation of at least 0`,
      );
    }
    return mean + deviation * this.#standardNormal();
  }

  /**
   * A whole number in [0, count), 1 ≤ count ≤ 2^53: the high half of a 32-bit draw times count (Lemire 2019). If the low half
   * of the product is below 2^32 mod count, the draw is repeated, so there is no bias. That bound is itself below count.
   */
  #below(count: number): number {
    if (count === 1) return 0;
    if (count > two32) return this.#belowLarge(count);
    if (count === two32) return this.#next32();
    for (;;) {
      const draw = this.#next32();
      const low = Math.imul(draw, count) >>> 0;
      if (low >= count || low >= two32 % count) return highWord(draw, count);
    }
  }

  /** The same with 64-bit draws, for 2^32 < count ≤ 2^53. */
  #belowLarge(count: number): number {
    const countLow = count >>> 0;
    const countHigh = Math.floor(count / two32);
    for (;;) {
      this.#step();
      const drawLow = this.#output[0];
      const drawHigh = this.#output[1];
      // Long multiplication in words of 32 bits. Products with countHigh ≤ 2^21 are exact.
      const cross = drawLow * countHigh;
      const middle = highWord(drawLow, countLow) + (cross >>> 0) + (Math.imul(drawHigh, countLow) >>> 0);
      const high =
        drawHigh * countHigh + highWord(drawHigh, countLow) + Math.floor(cross / two32) + Math.floor(middle / two32);
      // From 2^53 on `low` is rounded, but never to a number below count.
      const low = (middle >>> 0) * two32 + (Math.imul(drawLow, countLow) >>> 0);
      if (low >= count || low >= two64Modulo(count)) return high;
    }
  }

  /** A whole number in [0, last], last < 2^32, as in NumPy's shuffle: draws as many bits as last has, until they are ≤ last. */
  #upTo(last: number): number {
    const unused = Math.clz32(last);
    for (;;) {
      const draw = (this.#next32() << unused) >>> unused;
      if (draw <= last) return draw;
    }
  }

  /** 32 bits: first the low half of an output, then its high half. Draws of other kinds in between do not use the high half. */
  #next32(): number {
    if (this.#hasHalf) {
      this.#hasHalf = false;
      return this.#half[0];
    }
    this.#step();
    this.#half[0] = this.#output[1];
    this.#hasHalf = true;
    return this.#output[0];
  }

  /** A standard normal number, by the ziggurat. Bits of an output: 0–7 layer, 8 sign, 9–60 place in the layer. */
  #standardNormal(): number {
    if (ziggurat === undefined) ziggurat = makeZiggurat();
    const { inside, width, height } = ziggurat;
    for (;;) {
      this.#step();
      const low = this.#output[0];
      const place = (this.#output[1] & 0x1fffffff) * 2 ** 23 + (low >>> 9);
      const layer = low & 0xff;
      const x = (low & 0x100) === 0 ? place * width[layer] : -place * width[layer];
      if (place < inside[layer]) return x;
      // In the tail, the sign is bit 8 of the place.
      if (layer === 0) return (low & 0x20000) === 0 ? this.#tail() : -this.#tail();
      if ((height[layer - 1] - height[layer]) * this.random() + height[layer] < exp(-0.5 * x * x)) return x;
    }
  }

  /** A number beyond the ziggurat's last edge (Marsaglia 1964). NumPy uses log1p, so its last bit may differ. */
  #tail(): number {
    for (;;) {
      const beyond = -tailInverse * log(1 - this.random());
      const test = -log(1 - this.random());
      if (test + test > beyond * beyond) return tailStart + beyond;
    }
  }

  /** One 64-bit output: state = state · 0x2360ed051fc65da44385df649fccf645 + increment (mod 2^128), xored and rotated. */
  #step(): void {
    const state = this.#state;
    const increment = this.#increment;
    const a = state[0];
    const b = state[1];
    const c = state[2];
    const d = state[3];
    // Each word of the product in halves of 16 bits. The sums have at most five 48-bit products, so they are exact below 2^53.
    let low = increment[0] + a * 0xf645;
    let high = a * 0x9fcc + Math.floor(low / two16);
    state[0] = (low & 0xffff) | (high << 16);
    low = increment[1] + Math.floor(high / two16) + a * 0xdf64 + b * 0xf645;
    high = a * 0x4385 + b * 0x9fcc + Math.floor(low / two16);
    state[1] = (low & 0xffff) | (high << 16);
    low = increment[2] + Math.floor(high / two16) + a * 0x5da4 + b * 0xdf64 + c * 0xf645;
    high = a * 0x1fc6 + b * 0x4385 + c * 0x9fcc + Math.floor(low / two16);
    state[2] = (low & 0xffff) | (high << 16);
    low = increment[3] + Math.floor(high / two16) + a * 0xed05 + b * 0x5da4 + c * 0xdf64 + d * 0xf645;
    high = a * 0x2360 + b * 0x1fc6 + c * 0x4385 + d * 0x9fcc + Math.floor(low / two16);
    state[3] = (low & 0xffff) | (high << 16);

    // The state's high half xored with its low half, then rotated right by the number in the state's six highest bits.
    const rotation = state[3] >>> 26;
    const lowWord = state[0] ^ state[2];
    const highWord = state[1] ^ state[3];
    const first = rotation < 32 ? lowWord : highWord;
    const second = rotation < 32 ? highWord : lowWord;
    // Shifts are modulo 32, so the rotated bits are shifted in two parts.
    const bits = rotation & 31;
    this.#output[0] = (first >>> bits) | ((second << 1) << (31 - bits));
    this.#output[1] = (second >>> bits) | ((first << 1) << (31 - bits));
  }
}

/** Whether a number is whole and from −2^53 to 2^53. */
function isWhole(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= largest;
}

/** The high 32 bits of the product of two 32-bit numbers. */
function highWord(a: number, b: number): number {
  const low = a * (b & 0xffff);
  const high = a * (b >>> 16) + Math.floor(low / two16);
  return Math.floor(high / two16);
}

/** 2^64 mod count, for 2^32 < count ≤ 2^53: 2^32 doubled 32 times, each step exact. */
function two64Modulo(count: number): number {
  let rest = two32;
  for (let i = 0; i < 32; i++) {
    rest *= 2;
    if (rest >= count) rest -= count;
  }
  return rest;
}

/** The sum of `count` probabilities. */
function checkedSum(count: number, p: ArrayLike<number>): number {
  if (p?.length !== count) {
    const given = p?.length === undefined ? described(p) : p.length;
    throw new RangeError(`choice(${count}) was given ${given} probabilities: ${count} are needed`);
  }
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (!(p[i] >= 0))
      throw new RangeError(`choice(${count}) was given the probability ${p[i]}: numbers ≥ 0 are allowed`);
    sum += p[i];
  }
  if (!(Math.abs(sum - 1) <= probabilityTolerance)) {
    throw new RangeError(`choice(${count}) was given probabilities of sum ${sum}: 1 is needed`);
  }
  return sum;
}
