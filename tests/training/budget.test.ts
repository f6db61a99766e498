// The budget of evaluations: how many episodes there is room for.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { room } from "../../src/training/budget.js";

const nothing = { steps: 0, longest: 1 };
const at = (envSteps: number, longest: number, last = false) => ({ envSteps, longest, last });

describe("there is room for", () => {
  it("half of the budget before the last evaluation, and for all of it then", () => {
    // 0.2 of all steps is a quarter of the training's
    expect(room(0.2, nothing, at(8000, 10))).toBe(100);
    expect(room(0.2, nothing, at(8000, 10, true))).toBe(200);
    expect(room(0.2, { steps: 300, longest: 10 }, at(8000, 10))).toBe(70);
  });

  it("whole episodes, each as long as the longest of the training and of evaluations", () => {
    expect(room(0.5, nothing, at(1998, 100))).toBe(9);
    expect(room(0.5, { steps: 0, longest: 400 }, at(1998, 100))).toBe(2);
    expect(room(0.5, nothing, at(1998, 5000))).toBe(0);
  });

  it("none where more was taken than the budget has, and any number where there is no limit", () => {
    expect(room(0.2, { steps: 5000, longest: 10 }, at(8000, 10))).toBe(0);
    expect(room(1, { steps: 5000, longest: 10 }, at(1, 10))).toBe(Number.POSITIVE_INFINITY);
  });

  it("never more than the share, if no episode is longer than those before", () => {
    const given = fc.record({
      share: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      envSteps: fc.integer({ min: 1, max: 1e9 }),
      longest: fc.integer({ min: 1, max: 1e5 }),
      taken: fc.integer({ min: 0, max: 1e8 }),
      last: fc.boolean(),
    });
    fc.assert(
      fc.property(given, ({ share, envSteps, longest, taken, last }) => {
        const spent = { steps: taken, longest: 1 };
        const episodes = room(share, spent, at(envSteps, longest, last));
        const steps = taken + episodes * longest;
        if (episodes > 0) expect(steps / (envSteps + steps)).toBeLessThanOrEqual(share * (1 + 1e-9));
      }),
    );
  });
});
