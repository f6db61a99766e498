// The teacher: refusals before any work, the same bits again, and going on after a stop.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import { studentConfig } from "../../src/distill/config.js";
import { teacherConfig } from "../../src/dqn/configure.js";
import { presets } from "../../src/dqn/presets.js";
import { type Teacher, type TrainOptions, trainTeacher } from "../../src/dqn/teacher.js";
import { atOnce } from "../../src/env/pauses.js";
import { CheckpointError, Interrupted } from "../../src/training/checkpoint.js";
import { DivergedError, type TrainingEvent } from "../../src/training/events.js";
import "../../src/env/all.js";
import { environmentIds, makeEnv } from "../../src/env/registry.js";
import { purposes } from "../../src/env/seeds.js";
import { episodeReturns } from "../../src/evaluate/returns.js";
import { mean } from "../../src/evaluate/statistics.js";
import { Model } from "../../src/model/model.js";
import { coin } from "../coin.js";
import { shortTeacher } from "../short-training.js";
import { signedCheckpoint } from "../signed-checkpoint.js";

const train = (options: TrainOptions = {}) => trainTeacher("CartPole-v1", { ...shortTeacher, seed: 7, ...options });
let trained: Promise<Teacher> | undefined;
/** One training for all tests. It begins when a test asks for it: work while the file loads would count for every test. */
const plain = () => (trained ??= train());

describe("a configuration that is not allowed is refused in one line", () => {
  it.each([
    [
      { hidden: [0] },
      "hidden is [0]: a list of at most 8 whole numbers from 1 to 4096 with commas between them is allowed",
    ],
    [{ hidden: [1e9] }, "hidden is [1000000000]"],
    [{ learningRate: -1 }, "learningRate is -1: a number above 0 and at most 1 is allowed"],
    [{ gamma: 1.5 }, "gamma is 1.5: a number from 0 to 1 is allowed"],
    [{ gamma: Number.NaN }, "gamma is NaN"],
    [{ batchSize: 64, bufferSize: 32 }, "batchSize is 64: at most bufferSize, 32, transitions are allowed"],
    [{ nStep: 40, bufferSize: 40, batchSize: 8 }, "nStep is 40: at most bufferSize − 2, 38, is allowed"],
    [{ loss: "l1" as never }, 'loss is "l1": huber or mse is allowed'],
    [{ discount: 0.9 } as never, 'unknown teacher option "discount": allowed are hidden, envSteps'],
    [{ envSteps: 500, learningStarts: 500 }, "learningStarts is 500: it must be less than envSteps, 500"],
    [{ double: 1 as never }, "double is 1: true or false is allowed"],
    [{ dueling: "yes" as never }, 'dueling is "yes": true or false is allowed'],
    [{ prioritized: 1 as never }, "prioritized is 1: true or false is allowed"],
    [{ priorityExponent: 1.1 }, "priorityExponent is 1.1: a number from 0 to 1 is allowed"],
    [{ importanceExponent: -0.1 }, "importanceExponent is -0.1: a number from 0 to 1 is allowed"],
    [{ maxGradientNorm: -1 }, "maxGradientNorm is -1: a number from 0 to 1000000 is allowed"],
    [{ seed: -1 }, "seed is -1: a whole number from 0"],
    [{ seed: 0.5 }, "seed is 0.5"],
  ] as [TrainOptions, string][])("%o", async (options, message) => {
    const error = await trainTeacher("CartPole-v1", options).catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain("\n");
  });

  it("unknown environments", async () => {
    await expect(trainTeacher("Cartpole")).rejects.toThrow('unknown environment "Cartpole"');
  });

  it("more memory than there can be", async () => {
    const hidden = [4096, 4096, 4096, 4096, 4096];
    await expect(trainTeacher("CartPole-v1", { hidden, batchSize: 4096 })).rejects.toThrow(/this learner needs/);
  });
});

it("every preset is an environment's, and is allowed", () => {
  expect(environmentIds()).toEqual(expect.arrayContaining(Object.keys(presets)));
  for (const id of environmentIds()) {
    expect(() => teacherConfig(id, {})).not.toThrow();
    expect(() => studentConfig(id, {})).not.toThrow();
  }
});

describe("determinism", () => {
  it("gives the same weights for the same seed, and others for another", async () => {
    const [first, again, other] = [await train(), await train(), await train({ seed: 8 })];
    expect(again.parameters).toEqual(first.parameters);
    expect(other.parameters).not.toEqual(first.parameters);
  });

  it.each([
    {},
    { double: false },
    { dueling: true },
    { maxGradientNorm: 0.05 },
    { prioritized: true, priorityExponent: 0.7, importanceExponent: 0.5 },
    { double: false, dueling: true, maxGradientNorm: 0.1, prioritized: true },
  ] as TrainOptions[])("goes on bit for bit after being stopped, at whatever step: %o", async (given) => {
    const train = (options: TrainOptions = {}) =>
      trainTeacher("CartPole-v1", { ...shortTeacher, seed: 7, ...given, ...options });
    const straight = await train();
    expect(straight.widths).toEqual([4, 17, 8, 2]);
    if (Object.keys(given).length > 0) expect(straight.parameters).not.toEqual((await plain()).parameters);
    for (const stopAfter of [500, 1000]) {
      const controller = new AbortController();
      const onEvent = (event: TrainingEvent) => {
        if (event.kind === "progress" && event.envSteps === stopAfter) controller.abort();
      };
      const stopped = await train({ signal: controller.signal, onEvent }).catch((error) => error);
      expect(stopped).toBeInstanceOf(Interrupted);
      const resumed = await train({ resume: (stopped as Interrupted).checkpoint });
      expect(resumed.parameters).toEqual(straight.parameters);
      expect([resumed.envSteps, resumed.updates]).toEqual([straight.envSteps, straight.updates]);
    }
  });

  it("refuses checkpoints of other work, naming what differs, damaged ones and foreign ones", async () => {
    const signal = AbortSignal.abort();
    const { checkpoint } = (await train({ signal }).catch((error) => error)) as Interrupted;
    const changed = (metadata: Record<string, string>) => signedCheckpoint(checkpoint, metadata);
    const withBlock = (name: string) =>
      signedCheckpoint(checkpoint, {}, [{ name, dtype: "U8", shape: [3], data: new Uint8Array(3) }]);
    for (const [options, message] of [
      [{ resume: checkpoint, gamma: 0.5 }, "this checkpoint was made with gamma 0.98, but 0.5 is asked for"],
      [{ resume: checkpoint, hidden: [17] }, "this checkpoint was made with hidden [17, 8], but [17] is asked for"],
      [{ resume: checkpoint, seed: 1 }, "this checkpoint was made with seed 7, but 1 is asked for"],
      [{ resume: checkpoint.slice(0, 5000) }, "the checkpoint is damaged: tensor"],
      [{ resume: new Uint8Array(20) }, "the checkpoint is damaged: the header"],
      [{ resume: changed({ states: "{" }) }, "the checkpoint is damaged: "],
      [{ resume: changed({ states: "[]" }) }, 'the checkpoint is damaged: its part "learner" is missing'],
      [{ resume: changed({ reached: "{" }) }, "the checkpoint is damaged: "],
      [{ resume: changed({ reached: "[]" }) }, "the checkpoint is damaged: it does not say how far it is"],
      [{ resume: changed({ setting: "null" }) }, "this checkpoint was made with environment undefined"],
      [{ resume: changed({ phase: "student" }) }, "this checkpoint is of a student, not of a teacher"],
      [{ resume: changed({ format: "other" }) }, "this file is not a qstill checkpoint"],
      [{ resume: changed({ formatVersion: "2" }) }, "this checkpoint has format version 2: 6 is understood"],
      [{ resume: withBlock("learner.block") }, "the checkpoint is damaged: it holds 3 bytes of state"],
      [{ resume: withBlock("block") }, "the checkpoint is damaged: a block of the core's memory is missing"],
    ] as [TrainOptions, string][]) {
      const error = await train(options).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(CheckpointError);
      expect(error.message).toContain(message);
    }
  });
});

describe("the network that is kept", () => {
  it("is the first that reaches stopReturn in its evaluation and on further episodes, which end training", async () => {
    const networks: { envSteps: number; parameters: Float32Array; reached: number }[] = [];
    const onNetwork = (parameters: Float32Array, envSteps: number) => {
      const network = new Model({ environment: "CartPole-v1", widths: [4, 17, 8, 2], parameters });
      const of = (episodes: number) => {
        const selection = { seed: 7, purpose: purposes.selection, episodes };
        return mean(atOnce(episodeReturns(makeEnv("CartPole-v1"), network, selection)));
      };
      networks.push({ envSteps, parameters, reached: Math.min(of(evaluationEpisodes), of(all)) });
    };
    const { evaluationEpisodes, confirmationEpisodes } = teacherConfig("CartPole-v1", shortTeacher);
    const all = evaluationEpisodes + confirmationEpisodes;
    await train({ onNetwork });
    const stopReturn = Math.max(...networks.map(({ reached }) => reached));
    const first = networks.find(({ reached }) => reached === stopReturn);
    const stopped = await train({ stopReturn });
    expect(stopped.envSteps).toBe(first?.envSteps);
    expect(stopped.parameters).toEqual(first?.parameters);
  });
});

describe("custom environments", () => {
  it("are learned in: the action that pays is chosen", async () => {
    const env = coin((_, action) => ({ reward: action }));
    const teacher = await trainTeacher(env, { ...shortTeacher, seed: 1, gamma: 0.5, nStep: 1 });
    expect(teacher.environment).toBe("coin");
    expect([teacher.act([0]), teacher.act([1])]).toEqual([1, 1]);
  });

  it("bootstrap through truncation and not through termination", async () => {
    // a reward of 1 at every step: without an end to come Q is 1/(1 − γ) = 2, with each step the last it is 1
    const options = { ...shortTeacher, envSteps: 3000, gamma: 0.5, tau: 0.05, nStep: 2, explorationFinal: 1, seed: 3 };
    const truncated = await trainTeacher(
      coin(() => ({ reward: 1 })),
      options,
    );
    const terminated = await trainTeacher(
      coin(() => ({ reward: 1, terminated: true })),
      options,
    );
    for (const q of [...truncated.qValues([0]), ...truncated.qValues([1])]) expect(Math.abs(q - 2)).toBeLessThan(0.2);
    for (const q of terminated.qValues([0])) expect(Math.abs(q - 1)).toBeLessThan(0.2);
  });

  it("are stopped at the step that gave nonsense", async () => {
    const env = coin((n) => ({ reward: n === 7 ? Number.NaN : 0 }));
    await expect(trainTeacher(env, shortTeacher)).rejects.toThrow(/step 7 gave reward NaN/);
  });

  it("that make the loss infinite end with what happened", async () => {
    const env = coin(() => ({ reward: 3e38 }));
    const options = { ...shortTeacher, loss: "mse" as const };
    const error = await trainTeacher(env, options).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DivergedError);
    expect(error.message).toContain("the teacher diverged");
  });
});
