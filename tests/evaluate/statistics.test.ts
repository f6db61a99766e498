// Statistics against NumPy 2.4, whose generator with the same seed draws the same numbers.
import fc from "fast-check";
import { expect, it } from "vitest";
import { ratioBound } from "../../src/evaluate/paired.js";
import { mean, meanInterval, middle, quantile, standardDeviation, variance } from "../../src/evaluate/statistics.js";

const values = [3.5, -1, 7, 2.25, 4, 100, -20.5];

it("mean, variance and deviation are np.mean, np.var and np.std", () => {
  expect(mean(values)).toBeCloseTo(13.607142857142858, 12);
  expect(variance(values)).toBeCloseTo(1315.3545918367347, 10);
  expect(standardDeviation(values)).toBeCloseTo(36.26781757752642, 12);
});

it("a quantile is np.quantile, linear between neighbours", () => {
  const sorted = Float64Array.of(1, 2, 4, 8.5);
  const shares = [0, 0.1, 1 / 3, 0.5, 0.9, 1];
  const expected = [1, 1.3, 2, 3, 7.15, 8.5].map((value) => expect.closeTo(value, 12));
  expect(shares.map((share) => quantile(sorted, share))).toEqual(expected);
  expect(quantile(Float64Array.of(7), 0.3)).toBe(7);
});

it("a quantile never leaves the values, and rises with its share", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 20 }), share, share, (numbers, one, other) => {
      const sorted = Float64Array.from(numbers).sort();
      const [low, high] = [Math.min(one, other), Math.max(one, other)].map((share) => quantile(sorted, share));
      expect(low).toBeLessThanOrEqual(high + 1e-9);
      expect(low).toBeGreaterThanOrEqual(sorted[0] - 1e-9);
      expect(high).toBeLessThanOrEqual(sorted[sorted.length - 1] + 1e-9);
    }),
  );
});

it("the middle is what lies between the 2.5 % and the 97.5 % quantile, whatever the order", () => {
  const shuffled = Float64Array.from({ length: 1001 }, (_, i) => (i * 617) % 1001);
  expect(middle(shuffled)).toEqual([25, 975]);
});

it("the interval of a mean is that of np.quantile over the means of 2,000 resamples of the seed [seed, 8, count]", () => {
  const [low, high] = meanInterval(values, 7);
  expect(low).toBeCloseTo(-6.392857142857143, 12);
  expect(high).toBeCloseTo(44.536607142857136, 12);
});

it("the bound of a ratio is the 100th of 2,000 sorted resamples of the same seed", () => {
  const returns = (step: number, modulus: number, first: number) =>
    Float64Array.from({ length: 12 }, (_, i) => ((step * i) % modulus) + first);
  const bound = ratioBound(
    { teacher: returns(37, 101, 50), student: returns(53, 97, 20), random: returns(29, 23, 0) },
    11,
  );
  expect(bound.returnRatio).toBeCloseTo(0.609172482552343, 12);
  expect(bound.lowerBound).toBeCloseTo(0.45464362850971923, 12); // its neighbours: 0.454629 and 0.454653
});

it("resamples in which the teacher is no better than random are the lowest", () => {
  const bound = (last: number) =>
    ratioBound(
      {
        teacher: Float64Array.of(3, 3, 3, 3, 3, last),
        student: Float64Array.of(2, 2, 2, 3, 2, 1),
        random: Float64Array.of(1, 1, 1, 1, 1, 1),
      },
      0,
    ).lowerBound;
  expect([bound(0), bound(-3)]).toEqual([0.5, null]);
});
