// The search for the smallest student, on a budget of seconds.
import { expect, it } from "vitest";
import { networksBelow, type Size, shrink } from "../../src/distill/shrink.js";
import { parameterCount } from "../../src/model/layout.js";
import { Model } from "../../src/model/model.js";

// pushes towards angle + angular velocity: 487 of 500
const signRule = new Model({
  environment: "CartPole-v1",
  widths: [4, 2],
  parameters: Float32Array.of(0, 0, 0, 0, -1, 1, -1, 1, 0, 0),
});
const budget = {
  hidden: [4],
  envSteps: 1000,
  updates: 3000,
  rounds: 2,
  evaluationEpisodes: 5,
  episodes: 50,
  attempts: 2,
};

it("bisects, tries everything smaller from the smallest up, and tests from the largest down", async () => {
  const seen: Size[] = [];
  const options = { ...budget, threshold: 0.8, seed: 100, onSize: (size: Size) => seen.push(size) };
  const { student, sizes } = await shrink(signRule, options);
  const tried = seen.filter(({ final }) => final === null);
  const tested = seen.filter(({ final }) => final !== null);
  expect(tried.slice(0, 2).map(({ hidden }) => hidden)).toEqual([[4], [2]]);
  expect(new Set(tried.map(({ hidden }) => String(hidden))).size).toBe(tried.length);
  const parameters = tested.map((size) => size.parameters);
  expect(parameters).toEqual([...parameters].sort((a, b) => b - a));
  expect(sizes.map((size) => size.parameters)).toEqual(tried.map((size) => size.parameters).sort((a, b) => a - b));

  const holding = tested.filter(({ final }) => (final?.lowerBound ?? 0) >= 0.8);
  expect(holding.length).toBeGreaterThan(0);
  const smallest = holding[holding.length - 1];
  expect(student?.parameters.length).toBe(smallest.parameters);
  expect(student?.seed).toBe(smallest.seed);

  const again = await shrink(signRule, { ...options, onSize: undefined });
  expect(again.sizes).toEqual(sizes);
  expect(again.student?.parameters).toEqual(student?.parameters);
});

it("goes on after any number of sizes to the same result, and tries none of them again", async () => {
  const options = { ...budget, updates: 500, threshold: 0.3, seed: 101 };
  const order: Size[] = [];
  const whole = await shrink(signRule, { ...options, onSize: (size) => size.final === null && order.push(size) });
  expect(order.length).toBeGreaterThan(2);
  for (let count = 1; count <= order.length; count++) {
    const later: Size[] = [];
    const tried = order.slice(0, count);
    const found = await shrink(signRule, { ...options, tried, onSize: (size) => later.push(size) });
    expect(later.filter(({ final }) => final === null)).toEqual(order.slice(count));
    expect(found.sizes).toEqual(whole.sizes);
    expect(found.student?.parameters).toEqual(whole.student?.parameters);
  }
});

it("finds none where none can be good enough, and looks no further than the first size", async () => {
  const { student, sizes } = await shrink(signRule, { ...budget, threshold: 1000 });
  expect(student).toBeNull();
  expect(sizes).toMatchObject([{ hidden: [4], parameters: 30, attempts: 2, final: null }]);
});

it("looks below what passes at every smaller network: none, one layer, two of which the second is no wider", () => {
  const parametersOf = (hidden: readonly number[]) => parameterCount([4, ...hidden, 2]);
  expect(networksBelow(parametersOf, 1)).toEqual([]);
  expect(networksBelow(parametersOf, 3)).toEqual([[1], [], [2], [2, 1], [2, 2]]); // 9, 10, 16, 17 and 22 parameters, of 23
});

it("stops at the signal", async () => {
  const stopped = shrink(signRule, { ...budget, signal: AbortSignal.abort() });
  await expect(stopped).rejects.toThrow(/^stopped before the end/);
});

it.each([
  [{ hidden: [4, 4] }, "hidden is [4, 4]: exactly one layer, the one to be shrunk, is needed"],
  [{ episodes: 0 }, "episodes is 0: a whole number from 1 to 1000000 is allowed"],
  [{ env: "Acrobot-v1" }, /has 4 inputs and 2 outputs, but Acrobot-v1 has 6 features/],
])("refuses %j", async (options, message) => {
  await expect(shrink(signRule, options)).rejects.toThrow(message);
});
