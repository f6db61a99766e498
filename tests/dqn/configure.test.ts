// Configurations whole: what the ends of an allowed combination are, and which preset and default hold where.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import { studentConfig } from "../../src/distill/config.js";
import { jointConfig } from "../../src/distill/joint-config.js";
import { shrinkConfig } from "../../src/distill/shrink.js";
import { teacherOptions } from "../../src/dqn/config.js";
import { checkedThreads, learnerShape, teacherConfig } from "../../src/dqn/configure.js";
import { presets } from "../../src/dqn/presets.js";
import { teacherSetting } from "../../src/dqn/teacher.js";

const unknown = { id: "unknown" };
const bytes = { id: "unknown", byteObservations: true };

/** The last combination that is allowed, and the first that is not. */
describe.each<[string, (given: never) => object, object, object]>([
  [
    "a batch as large as the replay memory",
    (given) => teacherConfig(unknown, given),
    { batchSize: 64, bufferSize: 64 },
    { batchSize: 65, bufferSize: 64 },
  ],
  [
    "n steps and two more observations",
    (given) => teacherConfig(unknown, given),
    { nStep: 8, bufferSize: 10, batchSize: 1 },
    { nStep: 9, bufferSize: 10, batchSize: 1 },
  ],
  [
    "one step to learn in",
    (given) => teacherConfig(unknown, given),
    { learningStarts: 499, envSteps: 500 },
    { learningStarts: 500, envSteps: 500 },
  ],
  [
    "normalisation, but of bytes",
    (given) => teacherConfig(bytes, given),
    { normalizeObservations: false },
    { normalizeObservations: true },
  ],
  [
    "an update a round",
    (given) => studentConfig("unknown", given),
    { rounds: 40, updates: 40 },
    { rounds: 41, updates: 40 },
  ],
  [
    "a state a round",
    (given) => studentConfig("unknown", given),
    { rounds: 40, envSteps: 40 },
    { rounds: 41, envSteps: 40 },
  ],
  [
    "replayed states without transitions",
    (given) => studentConfig("unknown", given),
    { states: "replay", loss: "mse+kl" },
    { states: "replay", loss: "mse+td" },
  ],
  [
    "both networks' batch in one replay memory",
    (given) => jointConfig(given),
    { batchSize: 64, bufferSize: 64 },
    { batchSize: 65, bufferSize: 64 },
  ],
  ["one layer to shrink", (given) => shrinkConfig("unknown", given), { hidden: [8] }, { hidden: [] }],
])("%s", (_, configured, allowed, refused) => {
  it("is as far as a configuration goes", () => {
    expect(configured(allowed as never)).toMatchObject(allowed);
    expect(() => configured(refused as never)).toThrow(ConfigError);
  });
});

it("replayed states may be fewer than the rounds: all are there in the first", () => {
  expect(studentConfig("unknown", { states: "replay", rounds: 41, envSteps: 40 }).rounds).toBe(41);
});

describe("a teacher", () => {
  it("has the defaults, the preset of its environment over them, and what is given over both", () => {
    const { gamma } = presets["CartPole-v1"].teacher;
    expect([gamma, teacherOptions.gamma.default]).toEqual([0.98, 0.99]);
    expect(teacherConfig("CartPole-v1", {}).gamma).toBe(0.98);
    expect(teacherConfig({ id: "CartPole-v1" }, {}).gamma).toBe(0.98);
    expect(teacherConfig("CartPole-v1", { gamma: 0.5 }).gamma).toBe(0.5);
    expect(teacherConfig(unknown, {}).gamma).toBe(0.99);
  });

  it("is Double DQN by default: everything beyond that is asked for", () => {
    const beyond = { dueling: false, prioritized: false, maxGradientNorm: 0, stopReturn: null };
    expect(teacherConfig(unknown, {})).toMatchObject({ double: true, ...beyond });
  });

  it("normalises observations where they are not bytes", () => {
    expect([unknown, bytes].map((env) => teacherConfig(env, {}).normalizeObservations)).toEqual([true, false]);
  });

  it("learns by the Huber loss, or by squared errors, which is a threshold of 0", () => {
    const threshold = (loss: "huber" | "mse") =>
      learnerShape([2, 2], teacherConfig(unknown, { loss, huberDelta: 3 }), true);
    expect(threshold("huber")).toMatchObject({ widths: [2, 2], huberDelta: 3, byteObservations: true, nStep: 1 });
    expect(threshold("mse").huberDelta).toBe(0);
  });

  it("is the same work where environment, seed and every option are the same", () => {
    const config = teacherConfig(unknown, {});
    expect(teacherSetting("unknown", 4, config)).toEqual({ environment: "unknown", seed: 4, ...config });
  });

  it("has one thread or two", () => {
    expect([1, 2].map(checkedThreads)).toEqual([1, 2]);
    for (const threads of [0, 3, "2", undefined]) expect(() => checkedThreads(threads)).toThrow(ConfigError);
  });
});

it("a student has the preset of its environment", () => {
  expect(studentConfig("MountainCar-v0", {}).rounds).toBe(20);
  expect(studentConfig("unknown", {}).rounds).toBe(10);
  expect(studentConfig("MountainCar-v0", { rounds: 3 }).rounds).toBe(3);
});

it("a search for the smallest student has defaults of its own, which no preset replaces", () => {
  const own = { hidden: [32], loss: "cross-entropy", updates: 20_000, attempts: 5 };
  expect(shrinkConfig("MountainCar-v0", {})).toMatchObject({ ...own, rounds: 20 });
  expect(shrinkConfig("MountainCar-v0", { updates: 100 })).toMatchObject({ ...own, updates: 100 });
});

it("a teacher that would never update is refused", () => {
  const given = { envSteps: 100, learningStarts: 10 };
  expect(teacherConfig(unknown, { ...given, trainFrequency: 100 }).trainFrequency).toBe(100);
  expect(() => teacherConfig(unknown, { ...given, trainFrequency: 101 })).toThrow(
    "the teacher's trainFrequency is 101: at most envSteps, 100, is allowed, or nothing is learned",
  );
});

it("a teacher has the environment's number of copies, unless another one is given", () => {
  expect(teacherConfig({ id: "unknown", copies: 3 }, {}).copies).toBe(3);
  expect(teacherConfig({ id: "unknown", copies: 3 }, { copies: 2 }).copies).toBe(2);
  expect(teacherConfig(unknown, {}).copies).toBe(1);
});
