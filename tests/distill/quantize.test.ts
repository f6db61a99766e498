// Students trained through the rounding of their weights: on the grid of 8 bits, which quantisation finds again.
import { beforeAll, expect, it } from "vitest";
import { distillMany } from "../../src/distill/multi-task.js";
import { type DistillOptions, distill } from "../../src/distill/student.js";
import { type Teacher, trainTeacher } from "../../src/dqn/teacher.js";
import { asInFirstRelease } from "../../src/env/known.js";
import { makeEnv } from "../../src/env/registry.js";
import { modelHash } from "../../src/export/description.js";
import { quantizeByPlay } from "../../src/export/int8.js";
import { visitedStates } from "../../src/export/states.js";
import { loadModel, saveModel } from "../../src/model/files.js";
import { Model } from "../../src/model/model.js";
import { quantize } from "../../src/model/quantize.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";
import { shortStudent, shortTeacher } from "../short-training.js";

let teacher: Teacher;
beforeAll(async () => {
  teacher = await trainTeacher("CartPole-v1", { ...asInFirstRelease, ...shortTeacher, tau: 0.005, seed: 7 });
});
const student = (options: DistillOptions = {}) =>
  distill(teacher, { ...shortStudent, hidden: [6, 5], seed: 7, quantize: true, ...options });

const states = (model: Model) => visitedStates(makeEnv("CartPole-v1"), [model], 1, 500) as Float32Array;

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

it("computes as 8 bits what its own parameters compute, and another student does not", async () => {
  const rounded = await student();
  const plain = await student({ quantize: false });
  const differences = [rounded, plain].map((model) => {
    const observations = states(model);
    return largestDifference(model.qValuesOfMany(observations), quantizeByPlay(model).qValuesOfMany(observations));
  });
  expect(differences[0]).toBeLessThan(differences[1] / 5);
});

it("keeps its weights bit for bit through quantisation", async () => {
  const model = await student();
  const { layers, qValueScale } = quantize(model, states(model));
  // the last layer: q = sum · scale, each hidden unit worth the same, so that one number makes all weights whole
  const last = layers[2];
  for (let o = 0; o < 2; o++) {
    const exact = Array.from({ length: 5 }, (_, i) => model.parameters[30 + 35 + 2 * i + o]);
    const whole = [...last.weights.subarray(5 * o, 5 * o + 5)];
    const largest = whole.findIndex((weight) => Math.abs(weight) === 127);
    for (const [i, weight] of whole.entries()) {
      expect((127 * exact[i]) / exact[largest]).toBeCloseTo((127 * weight) / whole[largest], 3);
    }
  }
  expect(qValueScale.every((scale) => scale > 0)).toBe(true);
});

it("gives the same weights again, and goes on bit for bit after a stop, with its grid", async () => {
  const straight = await student();
  expect((await student()).parameters).toEqual(straight.parameters);
  for (const stopAt of [1, 3, 6]) {
    const controller = new AbortController();
    let chunks = 0;
    const onEvent = (event: TrainingEvent) => {
      if (event.kind === "progress" && ++chunks === stopAt) controller.abort();
    };
    const stopped = await student({ signal: controller.signal, onEvent }).catch((error) => error);
    expect(stopped).toBeInstanceOf(Interrupted);
    const resumed = await student({ resume: (stopped as Interrupted).checkpoint });
    expect(resumed.parameters).toEqual(straight.parameters);
    expect(resumed.training?.distillation).toEqual(straight.training?.distillation);
  }
});

it("keeps the grid in its file; a damaged one is refused", async () => {
  const made = await student();
  const loaded = loadModel(saveModel(made));
  const featureScale = loaded.training?.distillation?.featureScale;
  expect(featureScale).toHaveLength(4);
  expect(quantizeByPlay(loaded).layers).toEqual(quantizeByPlay(made).layers);
  expect(quantizeByPlay(loaded).original).toBe(modelHash(made));
  for (const broken of [7, [1, 2, 3], [1, 2, 3, 0], [1, 2, 3, "4"]]) {
    const training = JSON.parse(JSON.stringify(loaded.training));
    training.distillation.featureScale = broken;
    const model = new Model({ ...made, training });
    expect(() => quantizeByPlay(model)).toThrow("featureScale of the model's training is not 4 numbers above 0");
  }
});

it("is refused where several teachers share a student", async () => {
  await expect(distillMany([teacher], { ...shortStudent, quantize: true })).rejects.toThrow(
    "quantize is true: a student of several teachers cannot be rounded",
  );
});
