// exp and log of the normal distribution, held against the host's, which are within 1 ulp of the truth themselves.
import fc from "fast-check";
import { expect, it } from "vitest";
import { exp, log } from "../../src/env/exponential.js";

/** How far x is from y in units of y's last place. */
function ulps(x: number, y: number): number {
  const exponent = Math.floor(Math.log2(Math.abs(y)));
  return Math.abs(x - y) / 2 ** (exponent - 52);
}

it("exp is within 2 ulp of the host's from −40 to 40", () => {
  fc.assert(
    fc.property(fc.double({ min: -40, max: 40, noNaN: true }), (x) => ulps(exp(x), Math.exp(x)) <= 2),
    { numRuns: 20_000 },
  );
});

it("log is within 3 ulp of the host's from 2⁻⁵³ to 1", () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -53, max: 1 - 2 ** -53, noNaN: true }), (x) => ulps(log(x), Math.log(x)) <= 3),
    { numRuns: 20_000 },
  );
});

it("known values", () => {
  expect(exp(0)).toBe(1);
  expect(exp(1)).toBe(Math.E);
  expect(Math.abs(log(1))).toBe(0);
  expect(log(0.5)).toBe(-Math.LN2);
});
