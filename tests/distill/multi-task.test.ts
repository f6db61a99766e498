// Several teachers in one student: each keeps its return in it, and what is refused.
import { beforeAll, describe, expect, it } from "vitest";
import { distillMany, type MultiTaskOptions, type MultiTaskRound } from "../../src/distill/multi-task.js";
import { type Teacher, trainTeacher } from "../../src/dqn/teacher.js";
import type { CustomEnv } from "../../src/env/env.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { loadModel, saveModel } from "../../src/model/files.js";
import { Model } from "../../src/model/model.js";
import { shortTeacher } from "../short-training.js";

const pole = new Model({
  environment: "CartPole-v1",
  widths: [4, 2],
  // pushes towards angle + angular velocity: 487 of 500
  parameters: Float32Array.of(0, 0, 0, 0, -1, 1, -1, 1, 0, 0),
});
const car = new Model({
  environment: "MountainCar-v0",
  widths: [2, 3],
  // pushes along with the velocity: some −120
  parameters: Float32Array.of(0, 0, 0, -100, 0, 100, 0, 0, 0),
});
const options: MultiTaskOptions = {
  hidden: [24],
  seed: 7,
  envSteps: 600,
  updates: 1500,
  rounds: 3,
  batchSize: 32,
  evaluationEpisodes: 10,
};

describe.each(["each", "shared"] as const)("with a head %s", (heads) => {
  it("keeps the return of every task, in models that stand alone, with the same bits again", async () => {
    const rounds: MultiTaskRound[] = [];
    const student = await distillMany([pole, car], { ...options, heads, onRound: (round) => rounds.push(round) });
    expect(student.widths).toEqual(heads === "each" ? [4, 24, 5] : [6, 24, 3]);
    expect(student.parameterCount).toBe(heads === "each" ? 245 : 243);
    expect([student.envSteps, student.updates]).toEqual([1200, 3000]);
    expect(rounds.map(({ round, envSteps, updates }) => [round, envSteps, updates])).toEqual([
      [0, 400, 1000],
      [1, 800, 2000],
      [2, 1200, 3000],
    ]);
    expect(student.tasks.map(({ model }) => model.widths)).toEqual([
      [4, 24, 2],
      [2, 24, 3],
    ]);
    for (const { model, returnRatio, student: evaluation } of student.tasks) {
      expect(returnRatio).toBeGreaterThan(0.9);
      expect(evaluate(loadModel(saveModel(model)))).toEqual(evaluation);
    }
    const again = await distillMany([pole, car], { ...options, heads });
    for (const [i, { model }] of again.tasks.entries()) {
      expect(model.parameters).toEqual(student.tasks[i].model.parameters);
    }
  });
});

describe("what a student of several learns from", () => {
  let teacher: Teacher;
  beforeAll(async () => {
    teacher = await trainTeacher("CartPole-v1", { ...shortTeacher, seed: 7 });
  });

  it.each([
    { states: "replay" },
    { states: "mixed", loss: "td+kl" },
    { states: "teacher", standardizeLabels: false },
  ] as MultiTaskOptions[])("may be %o, and two teachers of one environment", async (given) => {
    const student = await distillMany([teacher, teacher], { ...options, updates: 100, ...given });
    expect(student.tasks.map(({ environment }) => environment)).toEqual(["CartPole-v1", "CartPole-v1"]);
    expect(student.envSteps).toBe(given.states === "replay" ? 0 : 1200);
    const [first, second] = student.tasks.map(({ model }) => model.parameters);
    expect(second).not.toEqual(first); // heads of their own
  });

  it("is scaled for each task: Q-values 1,024 times as large in one change no bit of the other", async () => {
    const large = new Model({ ...pole, parameters: pole.parameters.map((value) => 1024 * value) });
    const alike = await distillMany([pole, car], { ...options, updates: 300 });
    const unlike = await distillMany([large, car], { ...options, updates: 300 });
    expect(unlike.tasks[1].model.parameters).toEqual(alike.tasks[1].model.parameters);
    const state = [0.1, 0.2, -0.1, 0.3];
    const [qValues, largeQValues] = [alike, unlike].map(({ tasks }) => tasks[0].model.qValues(state));
    expect(largeQValues).toEqual(qValues.map((q) => 1024 * q));
  });

  it("may be an environment of one's own", async () => {
    const still = (): CustomEnv => ({
      observationSize: 1,
      actionCount: 2,
      maxEpisodeSteps: 5,
      reset: () => [0],
      step: (action) => ({ observation: [0], reward: action, terminated: false }),
    });
    const widths = [1, 2];
    const model = new Model({ environment: "still", widths, parameters: Float32Array.of(0, 0, 0, 1) });
    const own = Object.assign(model, { env: still });
    const student = await distillMany([own, pole], { ...options, updates: 200 });
    expect(student.tasks[0].returnRatio).toBe(1);
  });

  it("plays as many copies as an environment asks for", async () => {
    let [playing, most] = [0, 0];
    const slow = (): CustomEnv => ({
      observationSize: 1,
      actionCount: 2,
      maxEpisodeSteps: 5,
      copies: 3,
      reset: () => [0],
      step: async (action) => {
        most = Math.max(most, ++playing);
        await null;
        playing--;
        return { observation: [0], reward: action, terminated: false };
      },
    });
    const parameters = Float32Array.of(0, 0, 0, 1);
    const own = Object.assign(new Model({ environment: "slow", widths: [1, 2], parameters }), { env: slow });
    const short = { ...options, envSteps: 60, updates: 30 };
    await distillMany([own], short);
    expect(most).toBe(3);
    most = 0;
    await distillMany([own], { ...short, copies: 2 });
    expect(most).toBe(2);
  });
});

it.each([
  [[], {}, "teachers is an empty array: a list of at least one model is needed"],
  [[pole], { heads: "both" as never }, 'heads is "both": each or shared is allowed'],
  [[pole], { states: "replay" }, 'states is "replay", but the teacher of CartPole-v1 has no replay memory'],
  [[pole], { rounds: 700 }, "rounds is 700: at most envSteps, 600, is allowed"],
  [[Object.assign(new Model(pole), { env: "Acrobot-v1" })], {}, "the teacher, trained in CartPole-v1, has 4 inputs"],
] as [Model[], MultiTaskOptions, string][])("refuses %o with %o", async (teachers, given, message) => {
  await expect(distillMany(teachers, { ...options, ...given })).rejects.toThrow(message);
});

it("stops when it is told to", async () => {
  const controller = new AbortController();
  const work = distillMany([pole], {
    ...options,
    signal: controller.signal,
    onRound: () => controller.abort(new Error("enough")),
  });
  await expect(work).rejects.toThrow("enough");
});
