// Evaluation: seeds, statistics, and the student held against its teacher.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { type CompareOptions, compare, returnRatio } from "../../src/evaluate/compare.js";
import { type EvaluateOptions, evaluate } from "../../src/evaluate/evaluate.js";
import { mean, meanInterval, standardDeviation } from "../../src/evaluate/statistics.js";
import { Model } from "../../src/model/model.js";

const model = new Model({ environment: "CartPole-v1", widths: [4, 2], parameters: new Float32Array(10) });
const signRule = { act: (observation: ArrayLike<number>) => (observation[2] + observation[3] > 0 ? 1 : 0) };

describe("evaluate", () => {
  it("plays CartPole's sign rule as the reference does: 487 ± 43 over 100 episodes", () => {
    const { episodes, mean, min, std, ci95 } = evaluate(signRule, { env: "CartPole-v1" });
    expect(episodes).toBe(100);
    // golden/returns.json, other seeds: mean 486.96 with a standard error of 4.3
    expect(Math.abs(mean - 486.96)).toBeLessThan(3 * 4.35 * Math.SQRT2);
    expect(min).toBeLessThan(mean);
    expect(std).toBeGreaterThan(0);
    expect(ci95[0]).toBeLessThan(mean);
    expect(ci95[1]).toBeGreaterThan(mean);
  });

  it("gives the same again for the same seed, and something else for another", () => {
    const play = (seed: number) => evaluate(signRule, { env: "CartPole-v1", episodes: 20, seed });
    expect(play(1)).toEqual(play(1));
    expect(play(1)).not.toEqual(play(2));
  });

  it("refuses what it cannot do", () => {
    expect(() => evaluate(signRule)).toThrow("evaluate does not know the environment");
    const play = (options: EvaluateOptions) => () => evaluate(signRule, { env: "CartPole-v1", ...options });
    for (const refused of [0, -1, 1.5, Number.NaN, 1e9, "5" as never]) {
      expect(play({ episodes: refused })).toThrow(ConfigError);
    }
    expect(play({ episodes: 0 })).toThrow("episodes is 0: a whole number from 1 to 1000000 is allowed");
    expect(play({ seed: -1 })).toThrow("seed is -1: a whole number from 0 to 9007199254740991 is allowed");
    expect(() => evaluate(model, { env: "Acrobot-v1" })).toThrow(
      "the model, trained in CartPole-v1, has 4 inputs and 2 outputs, but Acrobot-v1 has 6 features and 3 actions",
    );
    expect(() => evaluate(signRule, { env: "Nowhere-v0" })).toThrow('unknown environment "Nowhere-v0"');
  });

  it("uses seeds that no other purpose uses", () => {
    const seeds = new Set<number>();
    const all = [purposes.train, purposes.selection, purposes.final, purposes.probe, purposes.student];
    for (const purpose of all) for (let i = 0; i < 200; i++) seeds.add(episodeSeed(0, purpose, i));
    expect(seeds.size).toBe(200 * all.length);
  });
});

describe("statistics", () => {
  it("are NumPy's", () => {
    expect(mean([1, 2, 3, 10])).toBe(4);
    expect(standardDeviation([1, 2, 3, 10])).toBeCloseTo(3.5355339059327378, 14); // np.std([1, 2, 3, 10])
  });

  it("have bootstrap intervals near the normal approximation where that is good", () => {
    const values = Array.from({ length: 400 }, (_, i) => (i * 7919) % 400);
    const [low, high] = meanInterval(values, 0);
    const error = (1.96 * standardDeviation(values)) / Math.sqrt(values.length);
    expect(Math.abs(low - (mean(values) - error))).toBeLessThan(0.15 * error);
    expect(Math.abs(high - (mean(values) + error))).toBeLessThan(0.15 * error);
    expect(meanInterval([5, 5, 5], 0)).toEqual([5, 5]);
  });
});

describe("compare", () => {
  const constant = (qValues: number[], act = 0) => ({ qValues: () => qValues, act: () => act });
  const three = () => ({
    observationSize: 1,
    actionCount: 3,
    maxEpisodeSteps: 5,
    reset: () => [0],
    step: (action: number) => ({ observation: [1], reward: action, terminated: false }),
  });
  const options: CompareOptions = { env: three, seed: 0, episodes: 10 };

  it("holds the worked example: Q_T = (10, 5, 15) and Q_S = (8, 4, 12) give 14/3", () => {
    const { qMse, qR2, actionAgreement } = compare(constant([10, 5, 15], 2), constant([8, 4, 12], 2), options);
    expect(qMse).toBeCloseTo(14 / 3, 12);
    expect(qR2).toBeCloseTo(1 - 14 / 3 / (50 / 3), 12); // the variance of (10, 5, 15) is 50/3
    expect(actionAgreement).toBe(1);
  });

  it("gives null where there is nothing to measure", () => {
    const teacher = constant([10, 5, 15], 2);
    const clone = { ...teacher, training: { distillation: { teacher: null, attempts: 1, fitsQValues: false } } };
    expect(compare(teacher, clone, options)).toMatchObject({ qMse: null, qR2: null });
    expect(compare(constant([1, 1, 1], 2), teacher, options).qR2).toBeNull();
    expect(compare(constant([1, 0, 0], 0), teacher, options).returnRatio).toBeNull();
  });

  it("refuses what it cannot do, before any episode", () => {
    const other = new Model({ environment: "Acrobot-v1", widths: [6, 3], parameters: new Float32Array(21) });
    expect(() => compare(model, other, { env: "CartPole-v1", seed: 0 })).toThrow(
      "the student, trained in Acrobot-v1, has 6 inputs and 3 outputs, but CartPole-v1 has 4 features and 2 actions",
    );
    expect(() => compare(other, model, { env: "CartPole-v1", seed: 0 })).toThrow("the teacher, trained in Acrobot-v1,");
    expect(() => compare(model, model, { env: "CartPole-v1", seed: 0, episodes: 0 })).toThrow("episodes is 0");
    expect(() => compare(model, model, { env: "CartPole-v1", seed: 0.5 })).toThrow("seed is 0.5");
  });

  it("places a student between random play and its teacher", () => {
    const { teacher, student, random, returnRatio } = compare(constant([0, 0, 1], 2), constant([0, 1, 0], 1), options);
    expect([teacher.mean, student.mean]).toEqual([10, 5]);
    expect(returnRatio).toBeCloseTo((5 - random.mean) / (10 - random.mean), 12);
  });

  it("counts flips under noise of 1 % of a feature's deviation", () => {
    // the greedy action depends on the sign of what is almost always exactly on the border
    const nervous = { qValues: () => [0, 0], act: (o: ArrayLike<number>) => (o[0] > 0.5 ? 1 : 0) };
    let n = 0;
    const border = () => ({
      observationSize: 1,
      actionCount: 2,
      maxEpisodeSteps: 50,
      reset: () => [0],
      step: () => ({ observation: [n++ % 2 === 0 ? 0.5 : 0.4], reward: 1, terminated: false }),
    });
    const { actionFlipRate } = compare(nervous, nervous, { ...options, env: border });
    expect(actionFlipRate).toBeGreaterThan(0.15);
    expect(actionFlipRate).toBeLessThan(0.35);
  });
});

it("has no return ratio where the teacher is no better than random", () => {
  expect(returnRatio(5, 10, 0)).toBe(0.5);
  expect(returnRatio(5, 3, 3)).toBeNull();
  expect(returnRatio(5, 2, 3)).toBeNull();
});
