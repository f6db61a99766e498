// The student while it learns: its counts, its rates, the scale of each attempt, and that it goes on from what it saved.
import { afterEach, describe, expect, it, vi } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import { Distiller } from "../../src/core/distiller.js";
import { Apprentice } from "../../src/distill/apprentice.js";
import { type StudentConfig, studentConfig } from "../../src/distill/config.js";
import { resolveEnv } from "../../src/env/registry.js";
import { generatorWords, purposes } from "../../src/env/seeds.js";
import { Model } from "../../src/model/model.js";
import { coin } from "../coin.js";

afterEach(() => void vi.restoreAllMocks());

const env = resolveEnv(coin(() => ({ reward: 0 })));
const bytes = Object.assign(Object.create(env), { byteObservations: true });
const short = { hidden: [3], envSteps: 8, updates: 40, rounds: 2, batchSize: 4, loss: "mse" };
const made = (given: Partial<StudentConfig> = {}, where = env) =>
  new Apprentice(where, studentConfig("coin", { ...short, ...given }), 5, 0);

const states = Float32Array.of(10, 12, 14, 16); // the deviation is √5
const labels = Float32Array.of(100, 300, 100, 300, 100, 300, 100, 300); // the mean is 200, the deviation 100

describe("an attempt", () => {
  it("counts its updates from 0, and those of all attempts together", () => {
    const student = made();
    expect([student.attempt, student.update, student.updates]).toEqual([0, 0, 0]);
    student.add(states, labels);
    student.begin(1);
    student.learn(10);
    student.learn(5);
    expect([student.attempt, student.update, student.updates]).toEqual([1, 15, 15]);
    student.begin(2);
    expect([student.attempt, student.update, student.updates]).toEqual([2, 0, 15]);
    student.learn(4);
    expect([student.attempt, student.update, student.updates]).toEqual([2, 4, 19]);
    student.dispose();
  });

  it("begins from the seed and its number", () => {
    const initialise = vi.spyOn(Distiller.prototype, "initialise");
    const student = made();
    student.add(states, labels);
    student.begin(2);
    expect(initialise.mock.calls).toEqual([[generatorWords(5, purposes.distiller, 2)]]);
    student.dispose();
  });

  it("learns at the rate of its share of the updates, and says the mean of their losses", () => {
    const step = vi.spyOn(Distiller.prototype, "step");
    const student = made({ learningRate: 0.01, learningRateFinal: 0.002 });
    student.add(states, labels);
    student.begin(1);
    const losses = [student.learn(10), student.learn(30)];
    expect(step.mock.calls).toEqual([
      [10, 0.01],
      [30, expect.closeTo(0.008, 12)],
    ]);
    expect(losses).toEqual(step.mock.results.map(({ value }) => value));
    student.dispose();
  });

  it("keeps the scale of the states that it began with, until the next", () => {
    const student = made();
    student.add(states, labels);
    student.begin(1);
    expect(student.featureScale()).toEqual([expect.closeTo(1 / Math.sqrt(5), 6)]);
    student.add(Float32Array.of(50, 60, 70, 80), labels);
    student.learn(1);
    expect(student.featureScale()).toEqual([expect.closeTo(1 / Math.sqrt(5), 6)]);
    student.begin(2);
    expect(student.featureScale()[0]).toBeLessThan(0.05);
    student.dispose();
  });
});

describe("scales", () => {
  const qValues = (given: Partial<StudentConfig>) => {
    const student = made(given);
    student.add(states, labels);
    student.begin(1);
    const { widths } = student;
    const model = new Model({ environment: "coin", widths, parameters: student.parameters() });
    student.dispose();
    return [...model.qValues([13])]; // the mean observation
  };

  it("answer in the unit of the labels", () => {
    // the same untrained network: its answers count from the mean, in deviations
    const plain = qValues({ standardizeLabels: false });
    const scaled = qValues({});
    expect(scaled).toEqual(plain.map((q) => expect.closeTo(100 * q + 200, 3)));
  });

  it("leave observations that are bytes as they are", () => {
    const student = made({}, bytes);
    // as float32 these bytes would be 25 and 50
    student.add(Float32Array.of(0, 0, 200, 65, 0, 0, 72, 66), Float32Array.of(...labels, ...labels));
    student.begin(1);
    expect(student.featureScale()).toEqual([1]);
    student.dispose();
  });
});

it("goes on from what it saved as if it had not stopped", () => {
  const straight = made();
  straight.add(states, labels);
  straight.begin(1);
  straight.learn(7);
  const { state, arrays } = straight.save();
  const again = made();
  again.restore({ state: JSON.parse(JSON.stringify(state)), arrays });
  expect([again.attempt, again.update, again.updates]).toEqual([1, 7, 7]);
  expect(again.learn(9)).toBe(straight.learn(9));
  expect(again.parameters()).toEqual(straight.parameters());
  straight.dispose();
  again.dispose();
});

it("says at which update its loss is no longer finite", () => {
  const student = made({ standardizeLabels: false });
  student.add(
    states,
    labels.map(() => 3e38),
  );
  student.begin(1);
  expect(() => student.learn(10)).toThrow("the student diverged: its loss is not finite after 10 updates");
  student.dispose();
});

it("is refused without a loss, and once given back learns nothing", () => {
  const config = { ...studentConfig("coin", short), loss: "hinge" };
  expect(() => new Apprentice(env, config, 5, 0)).toThrow(ConfigError);
  const student = made();
  student.dispose();
  expect(() => student.learn(1)).toThrow("disposed of");
});
