// What exploration, learning rate and importance are at each step: formulas worked by hand, and what holds for all of them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linear, passed, type Scheduled, schedule } from "../../src/training/schedules.js";

const config: Scheduled = {
  envSteps: 1000,
  learningStarts: 50,
  explorationInitial: 0.8,
  explorationFinal: 0.1,
  explorationFraction: 0.4,
  learningRate: 0.01,
  learningRateFinal: 0.002,
  importanceExponent: 0.4,
};
const at = (envSteps: number) => schedule(config, envSteps);

describe("ε", () => {
  it("is 1 in the first learningStarts steps, whatever the schedule says", () => {
    expect([0, 1, 49].map((step) => at(step).epsilon)).toEqual([1, 1, 1]);
    expect(at(50).epsilon).toBeLessThan(1);
  });

  it("falls along a line from explorationInitial, counted from step 0, not from learningStarts", () => {
    expect(at(50).epsilon).toBeCloseTo(0.8 - 0.7 / 8, 12);
    expect(at(200).epsilon).toBeCloseTo(0.45, 12);
  });

  it("reaches explorationFinal at explorationFraction of all steps and stays there", () => {
    expect(at(399).epsilon).toBeGreaterThan(0.1);
    expect([400, 401, 999, 1000, 5000].map((step) => at(step).epsilon)).toEqual([0.1, 0.1, 0.1, 0.1, 0.1]);
  });

  it("is explorationFinal at once where explorationFraction is 0", () => {
    expect(schedule({ ...config, learningStarts: 1, explorationFraction: 0 }, 1).epsilon).toBe(0.1);
  });
});

it("the learning rate falls along a line over all steps, and stays at its end", () => {
  expect([0, 250, 500, 1000, 2000].map((step) => at(step).learningRate)).toEqual([0.01, 0.008, 0.006, 0.002, 0.002]);
});

it("β rises along a line from importanceExponent to 1 over all steps, and stays there", () => {
  expect([0, 500, 1000, 2000].map((step) => at(step).importance)).toEqual([0.4, 0.7, 1, 1]);
});

it("a line has its ends and stays between them", () => {
  const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0); // -0 + 0 is 0
  const share = fc.double({ min: 0, max: 3, noNaN: true });
  fc.assert(
    fc.property(finite, finite, share, (initial, final, share) => {
      const value = linear(initial, final, share);
      const slack = 1e-9 * (Math.abs(initial) + Math.abs(final));
      expect(value).toBeGreaterThanOrEqual(Math.min(initial, final) - slack);
      expect(value).toBeLessThanOrEqual(Math.max(initial, final) + slack);
      expect(linear(initial, final, 0)).toBe(initial);
      expect(linear(initial, final, 1)).toBe(final);
    }),
  );
});

it("an interval is passed where its multiple is reached, and 0 is no interval", () => {
  const at = [
    [0, 99],
    [99, 100],
    [100, 101],
    [95, 230],
  ];
  expect(at.map(([before, now]) => passed(100, before, now))).toEqual([false, true, false, true]);
  expect(at.map(([before, now]) => passed(0, before, now))).toEqual([false, false, false, false]);
});
