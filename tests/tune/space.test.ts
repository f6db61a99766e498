// What a search tries: every value is allowed, trials come from the seed alone, and what is given is left alone.
import { describe, expect, it } from "vitest";
import { type TeacherConfig, teacherOptions } from "../../src/dqn/config.js";
import { teacherConfig } from "../../src/dqn/configure.js";
import { dimensions, drawTrials, groupOf, spaceAround } from "../../src/tune/space.js";

const env = { id: "nowhere" };
const base = teacherConfig(env, {});

function draw(seed: number, trials: number, given: Partial<TeacherConfig> = {}) {
  const around = teacherConfig(env, given);
  return drawTrials(
    spaceAround(around, given, () => true),
    around,
    given,
    seed,
    trials,
  );
}

it("tries options of a teacher, with values that are allowed", () => {
  for (const { option, fixedBy, values, range = [] } of dimensions) {
    expect(fixedBy).toContain(option);
    for (const name of fixedBy) expect(teacherOptions).toHaveProperty(name);
    for (const value of [...values, ...range]) expect(teacherOptions[option].accepts(value)).toBe(true);
    expect(values.length + range.length).toBeGreaterThan(1);
  }
});

describe("trials", () => {
  it("begin with the default configuration, and each other one differs from it", () => {
    const [first, ...others] = draw(0, 200);
    expect(first).toEqual({ trial: 0, changes: {} });
    for (const { changes } of others) {
      expect(Object.keys(changes).length).toBeGreaterThan(0);
      for (const [name, value] of Object.entries(changes)) expect(value).not.toEqual(base[name as keyof TeacherConfig]);
      expect(() => teacherConfig(env, changes)).not.toThrow();
    }
  });

  it("are the same however many there are, and others with another seed", () => {
    expect(draw(3, 50).slice(0, 20)).toEqual(draw(3, 20));
    expect(draw(4, 20)).not.toEqual(draw(3, 20));
  });

  it("keep half of the options at their defaults, and spread the others over their values", () => {
    const trials = draw(5, 2001).slice(1);
    const share = (holds: (changes: Partial<TeacherConfig>) => boolean) =>
      trials.filter(({ changes }) => holds(changes)).length / trials.length;
    const within = (value: number, expected: number) => {
      expect(value).toBeGreaterThan(expected - 0.05);
      expect(value).toBeLessThan(expected + 0.05);
    };
    within(
      share(({ learningRate }) => learningRate !== undefined),
      0.5,
    );
    within(
      share(({ learningRate = 0 }) => learningRate > 0 && learningRate < 1e-3),
      0.25,
    ); // the middle of the range
    within(
      share(({ nStep }) => nStep !== undefined),
      0.4,
    ); // one of five values is the default
    within(
      share(({ nStep }) => nStep === 20),
      0.1,
    );
    within(
      share(({ hidden }) => hidden?.[0] === 256),
      1 / 6,
    );
  });

  it("leave alone what is given, and change nothing else by that", () => {
    const given = { nStep: 3, learningRateFinal: 1e-5, targetUpdateInterval: 100, gradientSteps: 2 };
    const free = draw(6, 100);
    for (const { trial, changes } of draw(6, 100, given)) {
      for (const name of [
        "nStep",
        "learningRateFinal",
        "tau",
        "targetUpdateInterval",
        "trainFrequency",
        "gradientSteps",
      ])
        expect(changes).not.toHaveProperty(name);
      const { nStep, learningRateFinal, tau, targetUpdateInterval, trainFrequency, gradientSteps, ...rest } =
        free[trial].changes;
      if (Object.keys(rest).length > 0) expect(changes).toEqual(rest);
    }
  });

  it("let the learning rate fall to the same share, and take one step of the target network with each update", () => {
    const given = { targetUpdateInterval: undefined };
    const around = teacherConfig(env, { targetUpdateInterval: 1000, tau: 1, gradientSteps: 4 });
    const trials = drawTrials(
      spaceAround(around, given, () => true),
      around,
      given,
      7,
      100,
    );
    for (const { changes } of trials) {
      const { learningRate, learningRateFinal, tau, targetUpdateInterval, trainFrequency, gradientSteps } = changes;
      if (learningRate !== undefined) expect(learningRateFinal).toBeCloseTo(learningRate / 10, 10);
      expect(targetUpdateInterval).toBe(tau === undefined ? undefined : 1);
      expect(gradientSteps).toBe(trainFrequency === undefined ? undefined : 1);
    }
  });

  it("leave out values that are not allowed beside what is given, and options that then have only their default", () => {
    const given = { bufferSize: 40, batchSize: undefined };
    const around = teacherConfig(env, { bufferSize: 40, batchSize: 32 });
    const allowed = (changes: Partial<TeacherConfig>) => {
      try {
        return teacherConfig(env, { ...around, ...changes }) !== undefined;
      } catch {
        return false;
      }
    };
    const space = spaceAround(around, given, allowed);
    expect(space.find(({ option }) => option === "batchSize")).toBeUndefined();
    expect(space.find(({ option }) => option === "nStep")?.values).toEqual([1, 3, 5, 10, 20]);
    const narrow = spaceAround({ ...around, batchSize: 64 }, given, allowed);
    expect(narrow.find(({ option }) => option === "batchSize")?.values).toEqual([32]);
  });
});

it("refuses to tune what is all given", () => {
  expect(() => spaceAround(base, base, () => true)).toThrow(
    /^nothing is left to tune: of learningRate, nStep, .* at least one must not be given$/,
  );
});

it("groups a list by its values and a range by thirds of its logarithm", () => {
  const dimension = (name: string) => dimensions.find(({ option }) => option === name)!;
  expect(groupOf(dimension("hidden"), [64, 64])).toEqual({ label: "64,64", order: 64 });
  expect(groupOf(dimension("nStep"), 7)).toEqual({ label: "7", order: 7 });
  const rates = [1e-6, 0.00046, 0.00047, 0.0022, 0.0023, 1].map((rate) => groupOf(dimension("learningRate"), rate));
  expect(rates.map(({ label }) => label)).toEqual([
    ...["up to 0.00046", "up to 0.00046", "0.00046 to 0.0022", "0.00046 to 0.0022"],
    ...["above 0.0022", "above 0.0022"],
  ]);
  expect(rates.map(({ order }) => order)).toEqual([0, 0, 1, 1, 2, 2]);
});
