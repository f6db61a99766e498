// A comparison worked out beside it, by hand and with NumPy: every figure of it.
import { expect, it } from "vitest";
import type { CustomEnv } from "../../src/env/env.js";
import { compare, keepsEnough } from "../../src/evaluate/compare.js";

/** Three steps an episode, each of which pays its action: observation (step, last action). */
function three(): CustomEnv {
  let step = 0;
  return {
    id: "three",
    observationSize: 2,
    actionCount: 2,
    reset: () => {
      step = 0;
      return [0, 0];
    },
    step: (action) => ({ observation: [++step, action], reward: action, terminated: step === 3 }),
  };
}

const teacher = { act: () => 1, qValues: ([step]: ArrayLike<number> & Iterable<number>) => [step, step + 1] };
const student = {
  act: ([step, last]: ArrayLike<number> & Iterable<number>) => Number(step > 1 || last > 1),
  qValues: ([step, last]: ArrayLike<number> & Iterable<number>) => [step + last, 1],
};

it("holds a student against its teacher", () => {
  const comparison = compare(teacher as never, student as never, { env: three, seed: 7, episodes: 4 });
  expect(comparison.teacher).toEqual({ episodes: 4, mean: 3, std: 0, min: 3, ci95: [3, 3] });
  expect(comparison.student).toEqual({ episodes: 4, mean: 1, std: 0, min: 1, ci95: [1, 1] });
  // NumPy's integers(0, 2) of the seed [7, 4, 0], three an episode: returns 2, 1, 2, 0
  expect(comparison.random).toMatchObject({ mean: 1.25, min: 0, ci95: [0.5, 2] });
  expect(comparison.returnRatio).toBeCloseTo((1 - 1.25) / (3 - 1.25), 12);
  // the states are (0, 0), (1, 1), (2, 1) where the teacher acts and (0, 0), (1, 0), (2, 0) where the student does
  expect(comparison.qMse).toBeCloseTo((0 + 2 + 5 + 0 + 1 + 4) / 12, 12);
  expect(comparison.qR2).toBeCloseTo(1 - 1 / (11 / 12), 12); // Q_T is 0, 1, 1, 2, 2, 3: its variance is 11/12
  expect(comparison.actionAgreement).toBe(1 / 3);
  // noise of NumPy's normal(0, 0.01 · deviation) of the seed [7, 3, 10], feature by feature
  expect(comparison.actionFlipRate).toBe(3 / 30);
});

it("plays a hundred episodes where no number is given", () => {
  expect(compare(teacher as never, student as never, { env: three, seed: 7 }).student.episodes).toBe(100);
});

it("enough is kept from the threshold on, and never where there is no ratio", () => {
  expect([0.9, 0.89, null].map((ratio) => keepsEnough(ratio, 0.9))).toEqual([true, false, false]);
  expect(keepsEnough(null, -1)).toBe(false);
});
