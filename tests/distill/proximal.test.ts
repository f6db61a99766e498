// Proximal distillation: what the teacher's help is worth, the same bits again, and refusals.
import { expect, it } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import { Guide } from "../../src/core/guide.js";
import { Learner } from "../../src/core/learner.js";
import { Network } from "../../src/core/network.js";
import { distillProximal, type ProximalOptions } from "../../src/distill/index.js";
import { trainTeacher } from "../../src/dqn/teacher.js";
import { asInFirstRelease } from "../../src/env/known.js";
import { makeEnv } from "../../src/env/registry.js";
import { evaluate } from "../../src/evaluate/evaluate.js";
import { loadModel, saveModel } from "../../src/model/files.js";
import { Model } from "../../src/model/model.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";
import { shortTeacher } from "../short-training.js";

it("reaches what its teacher has in fewer environment steps than alone", async () => {
  const asFound = { ...asInFirstRelease, tau: 0.005 }; // with which these seeds and steps were chosen
  const teacher = await trainTeacher("CartPole-v1", {
    ...{ ...asFound, seed: 102, evaluationEpisodes: 30, confirmationEpisodes: 300 },
  });
  const goal = 0.95 * evaluate(teacher, { episodes: 20 }).mean;
  expect(goal).toBeGreaterThan(450);
  const learning = { hidden: [16], envSteps: 4000, learningStarts: 200, learningRate: 3e-3, explorationFraction: 0.1 };
  const judging = { evaluationInterval: 500, evaluationEpisodes: 20, confirmationEpisodes: 300, stopReturn: goal };
  const options = { ...learning, ...asFound, ...judging, seed: 101 };
  const stepsTo = async (train: (onEvent: (event: TrainingEvent) => void) => Promise<unknown>) => {
    let steps = Number.POSITIVE_INFINITY;
    await train((event) => {
      if (event.kind === "evaluation" && event.mean >= goal) steps = Math.min(steps, event.envSteps);
    });
    return steps;
  };
  const guided = await stepsTo((onEvent) => distillProximal(teacher, { ...options, onEvent }));
  const alone = await stepsTo((onEvent) => trainTeacher("CartPole-v1", { ...options, onEvent }));
  expect(guided).toBeLessThanOrEqual(2000);
  expect(alone).toBeGreaterThan(2 * guided);
});

const guide = new Model({
  environment: "CartPole-v1",
  widths: [4, 5, 2],
  parameters: Float32Array.from({ length: 37 }, (_, i) => ((i * 37) % 11) / 5 - 1),
});
const short = { ...shortTeacher, seed: 7 };
const train = (options: ProximalOptions = {}) => distillProximal(guide, { ...short, ...options });

it.each(["cross-entropy", "mse"] as const)("goes on bit for bit after being stopped: %s", async (guideLoss) => {
  const options = { guideLoss, dueling: guideLoss === "cross-entropy", prioritized: guideLoss === "mse" };
  const straight = await train(options);
  const alone = await trainTeacher("CartPole-v1", {
    ...short,
    dueling: options.dueling,
    prioritized: options.prioritized,
  });
  expect(straight.parameters).not.toEqual(alone.parameters);
  const controller = new AbortController();
  const onEvent = (event: TrainingEvent) => {
    expect(event).toMatchObject({ network: "student" });
    if (event.kind === "progress" && event.share >= 0.5) controller.abort();
  };
  const stopped = await train({ ...options, signal: controller.signal, onEvent }).catch((error) => error);
  expect(stopped).toBeInstanceOf(Interrupted);
  const { checkpoint } = stopped as Interrupted;
  expect((await train({ ...options, resume: checkpoint })).parameters).toEqual(straight.parameters);
  const other = train({ ...options, guideWeight: 2, resume: checkpoint });
  await expect(other).rejects.toThrow("this checkpoint was made with guideWeight 10, but 2 is asked for");
});

it("gives a student that says what it is, and that can be saved", async () => {
  const student = await train();
  expect(student.config).toMatchObject({ hidden: [17, 8], guideLoss: "cross-entropy", guideWeight: 10 });
  const { training } = loadModel(saveModel(student));
  expect(training?.distillation).toMatchObject({ attempts: 1, fitsQValues: true, teacher: expect.any(String) });
  expect((await distillProximal(guide, { ...short, hidden: undefined })).hidden).toEqual([16]);
});

it("each option of the guide changes what the student becomes, its defaults do not", async () => {
  const tiny = { envSteps: 400, evaluationInterval: 200, evaluationEpisodes: 1, confirmationEpisodes: 1 };
  const hash = async (options: ProximalOptions) => (await train({ ...tiny, ...options })).parameters.join();
  const usual = await hash({});
  expect(await hash({ guideLoss: "cross-entropy", guideWeight: 10, guideTemperature: 1 })).toBe(usual);
  for (const other of [{ guideLoss: "mse" }, { guideWeight: 2 }, { guideTemperature: 3 }] as const) {
    expect(await hash(other)).not.toBe(usual);
  }
});

it("refuses what is not allowed, in one line", async () => {
  for (const [options, message] of [
    [{ guideLoss: "nll" as never }, 'guideLoss is "nll": cross-entropy or mse is allowed'],
    [{ guideWeight: 0 }, "guideWeight is 0: a number above 0"],
    [{ guideTemperature: -1 }, "guideTemperature is -1: a number above 0"],
    [{ discount: 1 } as never, 'unknown teacher option "discount"'],
    [
      { env: "MountainCar-v0" },
      "the teacher, trained in CartPole-v1, has 4 inputs and 2 outputs, but MountainCar-v0 has",
    ],
  ] as [ProximalOptions, string][]) {
    const error = await train(options).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(message);
  }
});

it("a guide's network must live as long as its learner steps", () => {
  const { observationSize, actionCount } = makeEnv("CartPole-v1");
  const shape = { bufferSize: 100, nStep: 1, gamma: 0.9, huberDelta: 1, tau: 1, targetUpdateInterval: 1 };
  const learner = new Learner({ ...shape, widths: [observationSize, 5, actionCount], batchSize: 4 });
  const network = new Network([4, 2], 1);
  learner.guideBy(new Guide(network, { batchSize: 4, loss: "mse", weight: 1, temperature: 1 }));
  network.dispose();
  expect(() => learner.step(1, 1e-3)).toThrow("this network has been disposed of");
  learner.dispose();
});
