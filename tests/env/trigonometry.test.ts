// tan, atan and asin held against the host's, which are within an ulp of the truth themselves.
import fc from "fast-check";
import { expect, test } from "vitest";
import { asin, atan, tan } from "../../src/env/trigonometry.js";

const near = (ours: number, host: number) => Math.abs(ours - host) <= 1e-15 * Math.abs(host);

test.each([
  ["tan", tan, Math.tan, 1.5],
  ["atan", atan, Math.atan, 10],
  ["atan far out", atan, Math.atan, 1e17],
  ["asin", asin, Math.asin, 1],
] as const)("%s is within 1e-15 of the host's", (_, ours, host, largest) => {
  for (let i = -10_000; i <= 10_000; i++) {
    const x = (i / 10_000) * largest;
    if (!near(ours(x), host(x))) expect([x, ours(x)]).toEqual([x, host(x)]);
  }
  fc.assert(
    fc.property(fc.double({ min: -largest, max: largest, noNaN: true }), (x) => near(ours(x), host(x))),
    { numRuns: 5000 },
  );
});

test("known values", () => {
  expect([atan(0), asin(0), tan(0)]).toEqual([0, 0, 0]);
  expect([atan(1), atan(Infinity), asin(1), asin(-1)]).toEqual([Math.PI / 4, Math.PI / 2, Math.PI / 2, -Math.PI / 2]);
});
