// The statistics of Agarwal et al. 2021, against values worked by hand and what must hold of any.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bootstrapInterval,
  interquartileMean,
  performanceProfile,
  probabilityOfImprovement,
} from "../../src/experiments/statistics.js";

const score = fc.integer({ min: -1000, max: 1000 }).map((value) => value / 8);
const runs = fc.array(score, { minLength: 1, maxLength: 12 });
const strata = fc.array(runs, { minLength: 1, maxLength: 3 });
const pairs = fc.array(fc.tuple(runs, runs), { minLength: 1, maxLength: 3 });
const few = { numRuns: 25 }; // of what draws 2,000 resamples

describe("the interquartile mean", () => {
  it.each([
    // scipy.stats.trim_mean(values, 0.25), by hand
    [[1, 2, 3, 4], 2.5],
    [[100, 3, 2, -50], 2.5],
    [[8, 1, 7, 2, 6, 3, 5, 400], 5.25], // the middle four of 1 2 3 5 6 7 8 400: 3, 5, 6, 7 give 21/4
    [[0, 0, 1, 2, 3, 4, 5, 6, 9, 9], 3.5], // int(2.5) = 2 left out at either end
    [[1, 2, 6], 3], // none left out
    [[7], 7],
  ])("of %j is %d", (values, expected) => {
    expect(interquartileMean(values)).toBe(expected);
  });

  it("lies between the least and the largest, moves with the values, and does not see their order", () => {
    fc.assert(
      fc.property(runs, score, (values, shift) => {
        const middle = interquartileMean(values);
        expect(middle).toBeGreaterThanOrEqual(Math.min(...values));
        expect(middle).toBeLessThanOrEqual(Math.max(...values));
        expect(interquartileMean([...values].reverse())).toBe(middle);
        expect(interquartileMean(values.map((value) => value + shift))).toBeCloseTo(middle + shift, 9);
      }),
    );
  });

  it("does not see how far off the outermost quarter is", () => {
    expect(interquartileMean([-1e9, 2, 3, 1e9])).toBe(interquartileMean([1, 2, 3, 4]));
  });
});

describe("P(X > Y)", () => {
  it.each([
    [[[2]], [[1]], 1],
    [[[1]], [[1]], 0.5],
    // Mann & Whitney: of the pairs of {1, 3, 5} and {2, 3}: wins 3>2 5>2 5>3, a tie 3=3: 3.5 of 6
    [[[1, 3, 5]], [[2, 3]], 3.5 / 6],
    [[[1, 3, 5], [0]], [[2, 3], [1]], 3.5 / 12], // two environments, the second lost
  ])("of %j over %j", (x, y, expected) => {
    expect(probabilityOfImprovement(x, y)).toBeCloseTo(expected, 12);
  });

  it("and P(Y > X) are 1 together", () => {
    fc.assert(
      fc.property(pairs, (both) => {
        const [x, y] = [both.map(([a]) => a), both.map(([, b]) => b)];
        expect(probabilityOfImprovement(x, y) + probabilityOfImprovement(y, x)).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe("the stratified bootstrap", () => {
  const pooled = (cell: readonly (readonly number[])[]) => interquartileMean(cell.flat());

  it("of runs that are all the same is that value", () => {
    expect(bootstrapInterval([[[3, 3, 3, 3]]], pooled)).toEqual([3, 3]);
  });

  it("draws each environment from itself", () => {
    // the second environment's runs never stand for the first's: the mean of the first's is always 0
    expect(
      bootstrapInterval(
        [
          [
            [0, 0, 0],
            [5, 9],
          ],
        ],
        ([first]) => first.reduce((a, b) => a + b),
      ),
    ).toEqual([0, 0]);
    expect(
      bootstrapInterval(
        [
          [
            [0, 0],
            [8, 8],
          ],
        ],
        (cell) => cell.flat().reduce((a, b) => a + b) / 4,
      ),
    ).toEqual([4, 4]);
  });

  it("of the mean of two values is their range: each resample is either with probability ¼", () => {
    const middle = ([[a, b]]: readonly (readonly number[])[]) => (a + b) / 2;
    expect(bootstrapInterval([[[0, 1]]], middle)).toEqual([0, 1]);
  });

  it("of the mean of many has the width of the normal approximation", () => {
    const values = Array.from({ length: 400 }, (_, i) => i % 2); // a fair coin: 0.5 ± 1.96 · 0.5/20
    const [low, high] = bootstrapInterval([[values]], ([coin]) => coin.reduce((a, b) => a + b) / coin.length);
    expect(low).toBeCloseTo(0.451, 2);
    expect(high).toBeCloseTo(0.549, 2);
  });

  it("draws two cells apart from each other", () => {
    // were they drawn alike, P(X > Y) of a cell with itself would be ½ in every resample
    const cell = [[1, 2, 3, 4, 5, 6, 7, 8]];
    const [low, high] = bootstrapInterval([cell, cell], (x, y) => probabilityOfImprovement(x, y));
    expect(low).toBeLessThan(0.3);
    expect(high).toBeGreaterThan(0.7);
  });

  it("gives the same interval again, within the range of the values", () => {
    fc.assert(
      fc.property(strata, (cell) => {
        const [low, high] = bootstrapInterval([cell], pooled);
        expect(bootstrapInterval([cell], pooled)).toEqual([low, high]);
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(Math.min(...cell.flat()));
        expect(high).toBeLessThanOrEqual(Math.max(...cell.flat()));
      }),
      few,
    );
  });
});

describe("the performance profile", () => {
  it("is the share of runs above the threshold, each environment counting the same", () => {
    // 2 of 4 and 0 of 1 above 2; 3 of 4 and 1 of 1 above 1
    const shares = performanceProfile([[1, 2, 3, 4], [2]], [1, 2, 4]).map(({ share }) => share);
    expect(shares).toEqual([(3 / 4 + 1) / 2, (2 / 4 + 0) / 2, 0]);
  });

  it("falls from 1 to 0, and its band falls around it", () => {
    fc.assert(
      fc.property(strata, (cell) => {
        const all = cell.flat();
        const thresholds = [Math.min(...all) - 1, ...[...all].sort((a, b) => a - b)];
        const profile = performanceProfile(cell, thresholds);
        expect(profile[0]).toMatchObject({ share: 1, band: [1, 1] });
        expect(profile[profile.length - 1]).toMatchObject({ share: 0, band: [0, 0] });
        for (const [i, { share, band }] of profile.entries()) {
          expect(band[0]).toBeLessThanOrEqual(share + 1e-12);
          expect(band[1]).toBeGreaterThanOrEqual(share - 1e-12);
          if (i > 0) expect(share).toBeLessThanOrEqual(profile[i - 1].share + 1e-12);
        }
      }),
      few,
    );
  });
});
