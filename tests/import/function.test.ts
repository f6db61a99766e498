// A function as a teacher: it acts, it is checked, and a student learns from it.
import { expect, test } from "vitest";
import { distill } from "../../src/distill/student.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { fromFunction } from "../../src/import/function.js";

// pushes the cart to where the pole falls
const rule = ([, , angle, spin]: ArrayLike<number> & Iterable<number>) => {
  const falls = angle + 0.3 * spin;
  return [-falls, falls];
};

test("a rule is a teacher like another", async () => {
  const teacher = fromFunction(rule, { environment: "CartPole-v1" });
  expect(teacher.act([0, 0, 0.1, 0])).toBe(1);
  expect(teacher.act([0, 0, 0, 0])).toBe(0); // the first of equal Q-values
  expect([...teacher.qValuesOfMany(Float32Array.of(0, 0, 1, 0, 0, 0, -2, 0))]).toEqual([-1, 1, 2, -2]);
  expect(evaluate(teacher, { env: "CartPole-v1", seed: 100, episodes: 5 }).mean).toBe(500);
  const student = await distill(teacher, { seed: 100, hidden: [8], updates: 2000, attempts: 1, evaluationEpisodes: 5 });
  expect(student.widths).toEqual([4, 8, 2]);
  expect(student.act([0, 0, 0.1, 0.1])).toBe(1);
});

test.each([[[1]], [[1, 2, 3]], [[1, Number.NaN]], [[Infinity, 0]]])("%j is no answer", (values) => {
  const teacher = fromFunction(() => values, { environment: "CartPole-v1" });
  expect(() => teacher.act([0, 0, 0, 0])).toThrow(
    /the function gave \[.*\]: 2 finite Q-values are needed, one for each action/,
  );
});

test("without an environment a student learns from it where states are given", async () => {
  const teacher = fromFunction(rule, { observationSize: 4, actionCount: 2 });
  const observations = Float32Array.from({ length: 400 }, (_, i) => ((i * 37) % 101) / 50 - 1);
  const student = await distill(teacher, { observations, hidden: [8], updates: 1000, attempts: 1 });
  expect(student.heldOut?.actionAgreement).toBeGreaterThanOrEqual(0.9);
  expect(student.environment).toBe("");
  expect(() => evaluate(teacher)).toThrow("evaluate does not know the environment");
});
