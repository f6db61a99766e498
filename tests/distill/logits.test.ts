// Teachers whose outputs are logits: what their students learn, and what is refused.
import { expect, test } from "vitest";
import { statesConfig, studentConfig } from "../../src/distill/config.js";
import { labellerFile, readLabeller } from "../../src/distill/labeller-file.js";
import { distillMany } from "../../src/distill/multi-task.js";
import { distillProximal } from "../../src/distill/proximal.js";
import { studentOf } from "../../src/distill/saved-student.js";
import { shrinkConfig } from "../../src/distill/shrink.js";
import { distill } from "../../src/distill/student.js";
import { trainTeacher } from "../../src/dqn/teacher.js";
import { compare } from "../../src/evaluate/compare.js";
import { loadModel, saveModel } from "../../src/model/files.js";
import { Model } from "../../src/model/model.js";
import { quantize } from "../../src/model/quantize.js";
import { loadQuantized, saveQuantized } from "../../src/model/quantized-files.js";
import { MemoryStore } from "../memory-store.js";
import "../../src/env/all.js";

/** It pushes CartPole to where the pole falls: 10·(angle + spin / 4) either way, and a level that means nothing. */
const teacher = new Model({
  environment: "CartPole-v1",
  widths: [4, 2],
  outputs: "logits",
  parameters: Float32Array.of(0, 0, 0, 0, -20, 20, -5, 5, 100, 100),
});

const short = { envSteps: 2000, rounds: 2, updates: 600, evaluationEpisodes: 20, attempts: 1, threshold: 0 };

test("a student of logits takes its teacher's softmax as it is: cross-entropy, temperature 1, no standardisation", () => {
  const own = { loss: "cross-entropy", temperature: 1, standardizeLabels: false };
  expect(studentConfig("CartPole-v1", {}, "logits")).toMatchObject(own);
  expect(studentConfig("MinAtar/Breakout-v1", {}, "logits")).toMatchObject(own); // a preset does not change it
  expect(statesConfig("CartPole-v1", {}, "logits")).toMatchObject(own);
  expect(shrinkConfig("CartPole-v1", {}, "logits")).toMatchObject(own);
  expect(studentConfig("CartPole-v1", { temperature: 2, loss: "kl" }, "logits")).toMatchObject({
    temperature: 2,
    loss: "kl",
  });
});

test.each(["mse", "huber", "td", "mse+cross-entropy"])("the loss %s is refused", async (loss) => {
  const message = `the student's loss is ${loss}: its teacher's outputs are logits, so that cross-entropy, nll, kl`;
  expect(() => studentConfig("CartPole-v1", { loss }, "logits")).toThrow(message);
  await expect(distill(teacher, { ...short, loss })).rejects.toThrow(message);
});

test("the student keeps the return, its outputs are logits, and no figure of Q-values is given", async () => {
  const student = await distill(teacher, { ...short, hidden: [8], seed: 3 });
  expect(student.outputs).toBe("logits");
  const { returnRatio, qMse, qR2, actionAgreement } = compare(teacher, student, {
    env: "CartPole-v1",
    seed: 3,
    episodes: 20,
  });
  expect([qMse, qR2]).toEqual([null, null]);
  expect(returnRatio).toBeGreaterThan(0.9);
  expect(actionAgreement).toBeGreaterThan(0.9);
  // the softmax itself is learned, and so the difference of the logits, where it is not far from certain
  const gap = (model: Model) => model.outputsOf([0, 0, 0.02, 0]).reduce((a, b) => b - a);
  expect(Math.abs(gap(student) - gap(teacher))).toBeLessThan(0.5);

  const loaded = loadModel(saveModel(student));
  expect(loaded.outputs).toBe("logits");
  expect(studentOf(loaded)?.config).toEqual(student.config);
});

test("logits are no Q-values: qValues refuses, outputsOf answers", () => {
  const message = "the model's outputs are logits, not Q-values: outputsOf gives them";
  expect(() => teacher.qValues([0, 0, 1, 0])).toThrow(message);
  expect(() => teacher.qValuesOfMany(new Float32Array(4))).toThrow(message);
  expect([...teacher.outputsOf([0, 0, 1, 0])]).toEqual([80, 120]);
  expect([...teacher.outputsOfMany(Float32Array.of(0, 0, 1, 0))]).toEqual([80, 120]);
  const whole = loadQuantized(saveQuantized(quantize(teacher, Float32Array.of(0, 0, 1, 0, 1, 1, -1, 1))));
  expect(whole.outputs).toBe("logits");
  expect(() => whole.qValues([0, 0, 1, 0])).toThrow(message);
  expect(whole.outputsOf([0, 0, 1, 0])[1]).toBeCloseTo(120, 0);
});

test("a file says that its outputs are logits; one that says nothing holds Q-values", () => {
  const { environment, widths, parameters } = teacher;
  const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
  expect(text(saveModel({ environment, widths, parameters }))).not.toContain("outputs");
  expect(text(saveModel(teacher))).toContain('"outputs":"logits"');
  const wrong = new TextEncoder().encode(
    text(saveModel({ ...teacher, parameters: new Float32Array(10) })).replace("logits", "values"),
  );
  expect(() => loadModel(wrong)).toThrow('the model file has outputs "values", expected "qValues" or "logits"');
});

test("a crew's teacher keeps its outputs", async () => {
  const store = new MemoryStore();
  const { id, put } = labellerFile(teacher, { states: "student" });
  await put(store);
  const read = await readLabeller(store, id);
  expect(read.outputs).toBe("logits");
  expect([...(read.outputsOfMany?.(Float32Array.of(0, 0, 1, 0)) ?? [])]).toEqual([80, 120]);
});

test("what needs Q-values refuses logits by name", async () => {
  const student = new Model({ ...teacher, outputs: "qValues" });
  await expect(distill(teacher, { ...short, from: student })).rejects.toThrow(
    "the outputs of from are qValues: logits are needed",
  );
  await expect(trainTeacher("CartPole-v1", { from: teacher })).rejects.toThrow(
    "the outputs of from are logits: qValues are needed",
  );
  await expect(distillProximal(teacher)).rejects.toThrow("the outputs of the teacher are logits: qValues are needed");
  await expect(distillMany([teacher, student])).rejects.toThrow(
    "the outputs of teacher 2 are qValues: logits are needed",
  );
});

test("several teachers of logits have one student", async () => {
  const options = { envSteps: 200, rounds: 1, updates: 50, evaluationEpisodes: 2, hidden: [4] };
  const { tasks } = await distillMany([teacher, teacher], options);
  expect(tasks.map(({ model, qMse }) => [model.outputs, qMse])).toEqual([
    ["logits", null],
    ["logits", null],
  ]);
});
