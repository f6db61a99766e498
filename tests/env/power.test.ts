// x to the power y held against the host's.
import { expect, test } from "vitest";
import { power } from "../../src/env/power.js";

test("is within 1e-15 of the host's where drivers use it, and within 2e-15 from 2⁻¹⁰ to 2¹⁰", () => {
  for (let y = 0; y <= 8; y += 0.0625) {
    for (let i = 1; i <= 400; i++) {
      const near = i / 200;
      const far = 2 ** ((i - 200) / 20);
      for (const [x, tolerance] of [
        [near, 1e-15],
        [far, 2e-15],
      ]) {
        const host = x ** y;
        if (Math.abs(power(x, y) - host) > tolerance * host) expect([x, y, power(x, y)]).toEqual([x, y, host]);
      }
    }
  }
});

test("known values", () => {
  expect(power(0, 4)).toBe(0);
  expect(power(1, 3.7)).toBe(1);
  expect(power(2, 5)).toBe(32);
  expect(power(5, 0)).toBe(1);
});
