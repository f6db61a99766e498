// SeedSequence against the words that NumPy gives.
import fc from "fast-check";
import { expect, test } from "vitest";
import { SeedSequence } from "../../src/env/seed-sequence.js";
import { seedTraces } from "./golden.js";

test.each(seedTraces)("gives NumPy's words for seed $seed", ({ seed, seedsequence_generate_state_4_uint64 }) => {
  const words = new SeedSequence([seed]).generateState(8);
  const pairs = [0, 2, 4, 6].map((i) => (BigInt(words[i + 1]) << 32n) | BigInt(words[i]));
  expect(pairs.map(String)).toEqual(seedsequence_generate_state_4_uint64);
});

test("gives NumPy's words for several numbers, more than fit the pool at once, and numbers beyond 32 bits", () => {
  // numpy 2.4.6: numpy.random.SeedSequence(entropy).generate_state(6)
  const words = (entropy: number[]) => [...new SeedSequence(entropy).generateState(6)];
  expect(words([3, 1, 4, 1, 5, 9])).toEqual([3990439339, 2150434417, 757531791, 1462804962, 3992609784, 3217578372]);
  expect(words([2 ** 53 - 1, 2 ** 40])).toEqual([428582980, 399778903, 1814330324, 845668352, 1511010431, 1660931804]);
});

test("takes missing words for 0", () => {
  expect(new SeedSequence([7]).generateState(4)).toEqual(new SeedSequence([7, 0]).generateState(4));
});

test("gives the same first words however many are asked for", () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat(), { maxLength: 8 }), fc.nat(20), (entropy, count) => {
      const sequence = new SeedSequence(entropy);
      expect(sequence.generateState(count)).toEqual(sequence.generateState(20).slice(0, count));
    }),
  );
});

test.each([-1, 0.5, Number.NaN, Infinity, 2 ** 53, "1" as unknown as number])("refuses %s", (seed) => {
  const message = `seed ${typeof seed === "string" ? JSON.stringify(seed) : seed} is not allowed: a whole number from 0 to 9007199254740991`;
  expect(() => new SeedSequence([0, seed])).toThrow(new RangeError(message));
});
