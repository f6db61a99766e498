// What options are worth: ranks, the share that is explained, and what can be said of planted effects.
import { describe, expect, it } from "vitest";
import type { TeacherConfig } from "../../src/dqn/config.js";
import { teacherConfig } from "../../src/dqn/configure.js";
import { Pcg64 } from "../../src/env/random.js";
import type { Score } from "../../src/tune/halving.js";
import { effectiveDimension, explained, importanceOf, normalised, ranksOf } from "../../src/tune/importance.js";
import { planOf } from "../../src/tune/plan.js";
import { sensitivity } from "../../src/tune/sensitivity.js";
import { drawTrials, spaceAround } from "../../src/tune/space.js";
import type { Trial } from "../../src/tune/trials.js";
import type { Tuned } from "../../src/tune/tune.js";
import { sureOf } from "../../src/tune/words.js";

describe("ranks", () => {
  it("are from 1 for the worst, and shared by equal scores", () => {
    expect([...ranksOf([3, 1, 4, 1, 5])]).toEqual([3, 1.5, 4, 1.5, 5]);
    expect([...ranksOf([7, 7, 7])]).toEqual([2, 2, 2]);
  });

  it("put what diverged below everything", () => {
    expect([...ranksOf([-1e300, null, 0, null])]).toEqual([3, 1.5, 4, 1.5]);
  });
});

describe("the share that groups explain", () => {
  it("is Kelley's ε²: η² less what chance would explain", () => {
    // by hand: means 2 and 5, squares between 13.5, within 4, so η² = 13.5/17.5 and ε² = 1 − 4/17.5 · 5/4
    expect(explained([..."aaabbb"], [1, 2, 3, 4, 5, 6])).toBeCloseTo(1 - (4 / 17.5) * (5 / 4), 12);
  });

  it("is 1 where groups have one value each, and 0 where nothing differs or every group has one member", () => {
    expect(explained([..."aabb"], [1, 1, 2, 2])).toBe(1);
    expect(explained([..."aabb"], [3, 3, 3, 3])).toBe(0);
    expect(explained([..."abcd"], [1, 2, 3, 4])).toBe(0);
  });

  it("is 0 on average where there is nothing", () => {
    const random = new Pcg64(1);
    let sum = 0;
    for (let i = 0; i < 2000; i++) {
      const labels = Array.from({ length: 27 }, () => String(random.integers(0, 5)));
      sum += explained(labels, random.permutation(27));
    }
    expect(Math.abs(sum / 2000)).toBeLessThan(0.01);
  });
});

const env = { id: "nowhere" };
const base = teacherConfig(env, {});
const space = spaceAround(base, {}, () => true);
const options = space.map(({ option }) => option);

/** Trials whose scores are what a script says of their configurations, with two seeds. */
function trialsWith(count: number, seed: number, script: (config: TeacherConfig, seed: number) => Score): Trial[] {
  return drawTrials(space, base, {}, seed, count).map((draw) => {
    const config = teacherConfig(env, draw.changes);
    const scores = [0, 1].map((training) => script(config, training));
    const score = scores.includes(null) ? null : ((scores[0] as number) + (scores[1] as number)) / 2;
    return { ...draw, config, rungs: [{ envSteps: 5555, scores, score, place: 1 }] };
  });
}

describe("importance", () => {
  const noise = new Pcg64(2);
  /** The learning rate matters most, with a best value in the middle; n-step less; nothing else. */
  const planted = ({ learningRate, nStep }: TeacherConfig) =>
    (learningRate > 0.00046 && learningRate <= 0.0022 ? 10 : 0) + (nStep >= 10 ? -4 : 0) + noise.normal(0, 1);
  const trials = trialsWith(60, 3, planted);
  const found = importanceOf(space, trials, 3)!;

  it("finds what was planted, in its order, and doubts the rest", () => {
    expect(found).toMatchObject({ trials: 60, envSteps: 5555 });
    expect(found.options.map(({ option }) => option).slice(0, 2)).toEqual(["learningRate", "nStep"]);
    expect(found.options.map(({ option }) => option).sort()).toEqual([...options].sort());
    const [first, second, ...others] = found.options;
    expect(first.share).toBeGreaterThan(0.5);
    for (const { share, interval, chance } of [first, second]) {
      expect(interval[0]).toBeGreaterThan(0);
      expect(interval[0]).toBeLessThan(share);
      expect(interval[1]).toBeGreaterThan(share);
      expect(chance).toBeLessThan(0.01);
    }
    for (const { share, interval, chance } of others) {
      expect(share).toBeLessThan(0.15); // the largest of seven that are luck
      expect(interval[0]).toBeLessThan(0.05);
      expect(chance).toBeGreaterThan(0.05 / 9);
    }
    expect(sureOf(found)).toEqual(["learningRate", "nStep"]);
  });

  it("says where the values of an option stand", () => {
    const [{ values }] = found.options;
    expect(values.map(({ label }) => label)).toEqual(["up to 0.00046", "0.00046 to 0.0022", "above 0.0022"]);
    expect(values.reduce((sum, { trials }) => sum + trials, 0)).toBe(60);
    expect(values[1].place).toBeGreaterThan(0.5);
    expect(values[0].place).toBeLessThan(0.4);
    const mean = values.reduce((sum, { trials, place }) => sum + trials * place, 0) / 60;
    expect(mean).toBeCloseTo(0.5, 12);
  });

  it("says how far scores repeat with another seed", () => {
    expect(found.repeatability.value).toBeGreaterThan(0.6);
    const luck = new Pcg64(4);
    const lucky = importanceOf(
      space,
      trialsWith(60, 3, () => luck.random()),
      3,
    )!;
    expect(lucky.repeatability.interval[0]).toBeLessThan(0);
    expect(lucky.repeatability.interval[1]).toBeGreaterThan(0);
  });

  it("gives the same again, and says nothing of fewer than 10 trials", () => {
    expect(importanceOf(space, trials, 3)).toEqual(found);
    expect(importanceOf(space, trials.slice(0, 10), 3)).not.toBeNull();
    expect(importanceOf(space, trials.slice(0, 9), 3)).toBeNull();
  });

  it("finds nothing where all is equal or all diverged", () => {
    for (const score of [7, null]) {
      const equal = importanceOf(
        space,
        trialsWith(12, 5, () => score),
        5,
      )!;
      for (const { share, chance } of equal.options) expect([share, chance]).toEqual([0, 1]);
      expect(equal.effective.options).toEqual([]);
    }
  });
});

/** A trial that changes these options, and its score. */
function trial(number: number, changes: Partial<TeacherConfig>, score: Score): Trial {
  const config = { ...base, ...changes };
  return { trial: number, changes, config, rungs: [{ envSteps: 100, scores: [score], score, place: 1 }] };
}

describe("the effective dimension", () => {
  const tried = ["learningRate", "nStep", "gamma"];

  it("is the fewest options that give 95 % of what all give, and names the best ones", () => {
    const trials = [
      trial(0, {}, 0),
      trial(1, { gamma: 0.9 }, 50),
      trial(2, { learningRate: 0.01, nStep: 1 }, 97),
      trial(3, { learningRate: 0.01, gamma: 0.9 }, 96),
      trial(4, { learningRate: 0.01, nStep: 1, gamma: 0.9 }, 100),
    ];
    const { options } = effectiveDimension([trials], tried);
    expect(options).toEqual(["learningRate", "nStep"]);
    expect(effectiveDimension([[...trials, trial(5, { nStep: 3 }, 99)]], tried).options).toEqual(["nStep"]);
    expect(effectiveDimension([[trial(0, {}, 5), trial(1, { nStep: 1 }, 3)]], tried)).toEqual({ options: [], of: 3 });
  });

  it("needs one set of options for all environments, but lets each have its own values", () => {
    const first = [
      trial(0, {}, 0),
      trial(1, { nStep: 1 }, 10),
      trial(2, { nStep: 20 }, 0),
      trial(3, { gamma: 0.9 }, 10),
    ];
    const second = [
      trial(0, {}, 0),
      trial(1, { nStep: 1 }, 0),
      trial(2, { nStep: 20 }, 10),
      trial(3, { gamma: 0.9 }, 0),
    ];
    expect(effectiveDimension([first, second], tried).options).toEqual(["nStep"]);
  });
});

describe("sensitivity", () => {
  const search = (env: string, scores: readonly Score[], given: Partial<Tuned> = {}): Tuned => ({
    ...{ env, seed: 0, version: "", plan: planOf(4, base), options: ["nStep", "gamma"], best: 0, importance: null },
    config: { env, teacher: {} },
    trials: [{}, { nStep: 1 }, { nStep: 20 }, { gamma: 0.9 }].map((changes, i) => trial(i, changes, scores[i])),
    ...given,
  });

  it("is what tuning for each environment is worth, beside the best common configuration", () => {
    const found = sensitivity([search("A", [0, 100, 0, 80]), search("B", [-2, -2, 0, -0.4])]);
    const scores = [normalised(search("A", [0, 100, 0, 80]).trials), normalised(search("B", [-2, -2, 0, -0.4]).trials)];
    const common = (scores[0][3] + scores[1][3]) / 2;
    expect(found).toEqual({
      environments: ["A", "B"],
      trials: 4,
      tuned: 1,
      common,
      commonTrial: 3,
      default: 0,
      sensitivity: 1 - common,
      effective: { options: ["nStep"], of: 2 },
    });
    expect(common).toBeGreaterThan(0.8);
  });

  it("is 0 in one environment", () => {
    expect(sensitivity([search("A", [0, 1, 2, 3])])).toMatchObject({ sensitivity: 0, commonTrial: 3 });
  });

  it("leaves out trials that were drawn otherwise, and refuses searches that have none in common", () => {
    const other = search("B", [0, 1, 2, 3]);
    const trials = other.trials.map((each) => (each.trial === 1 ? trial(1, { nStep: 3 }, 50) : each));
    expect(sensitivity([search("A", [0, 1, 2, 3]), { ...other, trials }]).trials).toBe(3);
    for (const differs of [{ seed: 1 }, { options: ["nStep"] }]) {
      expect(() => sensitivity([search("A", [0, 1, 2, 3]), search("B", [0, 1, 2, 3], differs)])).toThrow(
        /^the search in B has the seed \d and the options nStep.*: as in A is allowed, 0 and nStep, gamma$/,
      );
    }
  });
});
