// The paired bootstrap bound, on data whose answer is known.
import { expect, it } from "vitest";
import { Pcg64 } from "../../src/env/random.js";
import { ratioBound } from "../../src/evaluate/paired.js";

const zeros = (count: number) => new Float64Array(count);

it("is exact where every episode has the same ratio, however much the returns differ: they are paired", () => {
  const random = new Pcg64(0);
  const teacher = Float64Array.from({ length: 50 }, () => random.uniform(1, 500));
  const student = teacher.map((each) => 0.98 * each);
  const { returnRatio, lowerBound } = ratioBound({ teacher, student, random: zeros(50) }, 3);
  expect(returnRatio).toBeCloseTo(0.98, 12);
  expect(lowerBound).toBeCloseTo(0.98, 12);
});

it("measures from random play: (S − R) / (T − R)", () => {
  const all = (value: number) => new Float64Array(10).fill(value);
  expect(ratioBound({ teacher: all(-100), student: all(-110), random: all(-200) }, 0)).toEqual({
    returnRatio: 0.9,
    lowerBound: 0.9,
  });
});

it("is the binomial distribution's 5 % quantile where episodes are won or lost", () => {
  // a student that loses 10 of 100 episodes: a resample's ratio is Binomial(100, 0.9) / 100, whose 5 % quantile is 0.85
  const teacher = new Float64Array(100).fill(1);
  const student = teacher.map((_, i) => (i < 10 ? 0 : 1));
  const { returnRatio, lowerBound } = ratioBound({ teacher, student, random: zeros(100) }, 1);
  expect(returnRatio).toBeCloseTo(0.9, 12);
  expect(Math.abs((lowerBound as number) - 0.85)).toBeLessThanOrEqual(0.0101);
});

it("has no meaning where the teacher is no better than random", () => {
  const same = new Float64Array(5).fill(7);
  expect(ratioBound({ teacher: same, student: same, random: same }, 0)).toEqual({
    returnRatio: null,
    lowerBound: null,
  });
});

it("depends on the seed alone", () => {
  const random = new Pcg64(1);
  const draw = () => Float64Array.from({ length: 30 }, () => random.uniform(0, 10));
  const returns = { teacher: draw(), student: draw(), random: zeros(30) };
  expect(ratioBound(returns, 5)).toEqual(ratioBound(returns, 5));
  expect(ratioBound(returns, 5).lowerBound).not.toBe(ratioBound(returns, 6).lowerBound);
});
