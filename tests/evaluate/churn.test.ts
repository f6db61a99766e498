// Churn and agreement by visits on worked data.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pcg64 } from "../../src/env/random.js";
import { changedShare, greedyActions } from "../../src/evaluate/churn.js";
import { featureDeviations, noisyStates } from "../../src/evaluate/probe.js";
import { agreementByVisits, visitCounts } from "../../src/evaluate/visits.js";

const states = (...rows: number[][]) => rows.map((row) => Float32Array.from(row));

describe("churn", () => {
  it("is the share of states whose greedy action changed", () => {
    expect(changedShare([0, 1, 2, 1], [0, 2, 2, 0])).toBe(0.5);
    expect(changedShare([3], [3])).toBe(0);
    expect(changedShare([0, 0, 0], [1, 1, 1])).toBe(1);
  });

  it("refuses what is not of the same states", () => {
    expect(() => changedShare([0, 1], [0])).toThrow("actions in 2 and in 1 states cannot be compared");
    expect(() => changedShare([], [])).toThrow(RangeError);
  });

  it("between two linear policies is the share of states between their borders", () => {
    const above = (border: number) => ({ act: (x: Float32Array) => (x[0] > border ? 1 : 0) });
    const line = Array.from({ length: 100 }, (_, i) => Float32Array.of(i));
    const [before, after] = [above(20.5), above(50.5)].map((policy) => greedyActions(policy, line));
    expect(changedShare(before, after)).toBe(0.3);
  });

  it("is a distance: symmetric, zero to itself, and never longer by the direct way", () => {
    const actions = fc.array(fc.nat(3), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(actions, actions, actions, (a, b, c) => {
        expect(changedShare(a, a)).toBe(0);
        expect(changedShare(a, b)).toBe(changedShare(b, a));
        expect(changedShare(a, c)).toBeLessThanOrEqual(changedShare(a, b) + changedShare(b, c) + 1e-12);
      }),
    );
  });
});

it("noise has each feature's deviation, and leaves the states themselves", () => {
  const clear = Array.from({ length: 4000 }, () => Float32Array.of(1, -2, 5));
  const noisy = noisyStates(clear, [0.1, 3, 0], new Pcg64(0));
  const [first, second, third] = featureDeviations(noisy);
  expect(Math.abs(first / 0.1 - 1)).toBeLessThan(0.05); // standard error 0.011
  expect(Math.abs(second / 3 - 1)).toBeLessThan(0.05);
  expect(third).toBe(0);
  expect(clear[17]).toEqual(Float32Array.of(1, -2, 5));
});

describe("visits", () => {
  it("counts the visited states in a state's cell", () => {
    // a grid of 2 × 2 over [0, 4] × [10, 20]: borders at 2 and 15
    const visited = Float32Array.of(0, 10, 1, 11, 1.9, 14, 4, 20, 3, 10, 0, 20);
    const asked = states([0.5, 12], [3.5, 19], [2, 14.9], [1.9, 15], [-9, -9], [99, 99]);
    expect(visitCounts(visited, asked, 2)).toEqual([3, 1, 1, 1, 3, 1]);
    expect(visitCounts(visited, asked, 1)).toEqual([6, 6, 6, 6, 6, 6]);
  });

  it("counts 0 where nobody was, and leaves a feature out that never varies", () => {
    expect(visitCounts(Float32Array.of(0, 7, 10, 7), states([5, 7], [0, -3], [10, 100]), 3)).toEqual([0, 1, 1]);
  });

  it("counts every visited state once over the cells", () => {
    const value = fc.float({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, cells) => {
          const visited = Float32Array.from(rows.flat());
          // each of the n states of a cell counts n: the reciprocals add up to the number of cells that were visited
          const counts = visitCounts(visited, states(...rows), cells);
          const occupied = counts.reduce((sum, count) => sum + 1 / count, 0);
          expect(Math.abs(occupied - Math.round(occupied))).toBeLessThan(1e-9);
          expect(occupied).toBeLessThanOrEqual(cells * cells + 1e-9);
        },
      ),
    );
  });

  it("refuses visits that are none", () => {
    expect(() => visitCounts(new Float32Array(0), states([1, 2]), 3)).toThrow(
      "0 numbers were given as visited states: a multiple of 2, at least 2, is needed",
    );
    expect(() => visitCounts(new Float32Array(3), states([1, 2]), 3)).toThrow(RangeError);
  });

  it("gives the agreement from the rarest states to the most frequent", () => {
    const counts = [1, 100, 2, 50, 3, 60, 4, 70];
    const agrees = [false, true, false, true, true, true, true, false];
    expect(agreementByVisits(counts, agrees, 2)).toEqual([0.5, 0.75]);
    expect(agreementByVisits(counts, agrees, 4)).toEqual([0, 1, 1, 0.5]);
  });

  it("keeps states of one count together", () => {
    expect(agreementByVisits([5, 5, 5, 5], [true, false, true, true], 4)).toEqual([null, null, 0.75, null]);
    expect(agreementByVisits([1, 1, 1, 9], [true, true, true, false], 2)).toEqual([1, 0]);
    expect(agreementByVisits([], [], 2)).toEqual([null, null]);
  });
});
