// The plan of a search: everything that it will take is known beforehand.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planOf, planWithin } from "../../src/tune/plan.js";

const usual = { envSteps: 50_000, learningStarts: 1000 };

describe("a plan", () => {
  it("lets a third go on with three times the steps, and gives more seeds to fewer trials", () => {
    expect(planOf(27, usual)).toEqual({
      trials: 27,
      rungs: [
        { trials: 27, seeds: 2, envSteps: 5555 },
        { trials: 9, seeds: 3, envSteps: 16_666 },
        { trials: 3, seeds: 4, envSteps: 50_000 },
      ],
      runs: 54 + 27 + 12,
      steps: 54 * 5555 + 27 * 16_666 + 12 * 50_000,
    });
  });

  it("has no training that is mostly random actions, nor a rung without a comparison", () => {
    expect(planOf(27, { envSteps: 12_000, learningStarts: 1000 }).rungs.map(({ envSteps }) => envSteps)).toEqual([
      4000, 12_000,
    ]);
    expect(planOf(27, { envSteps: 11_999, learningStarts: 1000 }).rungs).toHaveLength(1);
    expect(planOf(5, usual).rungs).toEqual([{ trials: 5, seeds: 4, envSteps: 50_000 }]);
    expect(planOf(6, usual).rungs.map(({ trials }) => trials)).toEqual([6, 2]);
    expect(planOf(81, { envSteps: 500_000, learningStarts: 1000 }).rungs).toEqual([
      { trials: 81, seeds: 2, envSteps: 18_518 },
      { trials: 27, seeds: 2, envSteps: 55_555 },
      { trials: 9, seeds: 3, envSteps: 166_666 },
      { trials: 3, seeds: 4, envSteps: 500_000 },
    ]);
  });

  const lengths = fc.record({
    envSteps: fc.integer({ min: 100, max: 1_000_000 }),
    learningStarts: fc.integer({ min: 1, max: 99 }),
  });

  it("counts what it has", () => {
    const property = fc.property(fc.integer({ min: 2, max: 1000 }), lengths, (trials, given) => {
      const plan = planOf(trials, given);
      const { rungs } = plan;
      expect(rungs.reduce((sum, { trials, seeds }) => sum + trials * seeds, 0)).toBe(plan.runs);
      expect(rungs.reduce((sum, { trials, seeds, envSteps }) => sum + trials * seeds * envSteps, 0)).toBe(plan.steps);
      expect(rungs[0].trials).toBe(trials);
      expect(rungs.at(-1)).toMatchObject({ seeds: 4, envSteps: given.envSteps });
      for (const [i, { trials, seeds, envSteps }] of rungs.entries()) {
        expect(trials).toBeGreaterThanOrEqual(2);
        expect(envSteps).toBeGreaterThan(given.learningStarts);
        if (i === 0) continue;
        expect(trials).toBe(Math.floor(rungs[i - 1].trials / 3));
        expect(seeds).toBeGreaterThanOrEqual(rungs[i - 1].seeds);
      }
    });
    fc.assert(property, { seed: 1 });
  });

  it("within a budget has the most trials that fit", () => {
    const property = fc.property(fc.integer({ min: 8, max: 400 }), lengths, (times, given) => {
      const budget = times * given.envSteps;
      const plan = planWithin(budget, given);
      expect(plan).toEqual(planOf(plan.trials, given));
      expect(plan.steps).toBeLessThanOrEqual(budget);
      for (let more = plan.trials + 1; more <= 1000; more++) {
        expect(planOf(more, given).steps).toBeGreaterThan(budget);
      }
    });
    fc.assert(property, { seed: 1, numRuns: 20 });
  });
});

it("refuses a budget for which nothing can be compared", () => {
  expect(() => planWithin(399_999, usual)).toThrow(
    "steps is 399999: at least 400000 are needed to compare the default with one other trial, or a smaller envSteps",
  );
  expect(planWithin(400_000, usual).trials).toBe(2);
});
