// Observations of bytes: the same networks as from f32, from a quarter of the memory, and what is refused.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import { Learner } from "../../src/core/learner.js";
import { TeamLearner } from "../../src/core/team.js";
import { trainJoint } from "../../src/distill/joint.js";
import { distillProximal } from "../../src/distill/proximal.js";
import { distill } from "../../src/distill/student.js";
import { teacherConfig } from "../../src/dqn/configure.js";
import { type TrainOptions, trainTeacher } from "../../src/dqn/teacher.js";
import type { CustomEnv } from "../../src/env/env.js";
import { resolveEnv } from "../../src/env/registry.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import { shortStudent, shortTeacher } from "../short-training.js";

/** A corridor of 21 cells: one is where one stands, another, of 255, is where the reward is. */
const corridor = (byteObservations: boolean) => (): CustomEnv => {
  const cells = 21;
  let place = 0;
  let steps = 0;
  const observe = () => {
    const observation = new Float32Array(2 * cells);
    observation[place] = 1;
    observation[cells + ((7 * steps) % cells)] = 255;
    return observation;
  };
  return {
    id: "corridor",
    observationSize: 2 * cells,
    actionCount: 2,
    maxEpisodeSteps: 30,
    byteObservations,
    reset: ({ seed = 0 } = {}) => {
      place = seed % cells;
      steps = 0;
      return observe();
    },
    step: (action) => {
      place = Math.min(cells - 1, Math.max(0, place + 2 * action - 1));
      steps++;
      return { observation: observe(), reward: place === (7 * steps) % cells ? 1 : 0, terminated: place === 0 };
    },
  };
};

const bytes = corridor(true);
const floats = corridor(false);
const options = { ...shortTeacher, seed: 3, normalizeObservations: false };
const train = (given: TrainOptions = {}) => trainTeacher(bytes, { ...shortTeacher, seed: 3, ...given });

const variants: TrainOptions[] = [
  {},
  { hidden: [] },
  { prioritized: true, dueling: true, nStep: 1 },
  { double: false, maxGradientNorm: 1, targetUpdateInterval: 50, tau: 1 },
];

it.each(variants)("a teacher with %j is the same as from f32", async (variant) => {
  const teacher = await train(variant);
  const other = await trainTeacher(floats, { ...options, ...variant });
  expect(teacher.parameters).toEqual(other.parameters);
  expect(teacher.observations).toBeInstanceOf(Uint8Array);
  expect([...teacher.observations]).toEqual([...other.observations]);
});

it("a teacher goes on from a checkpoint, and on two threads, with the same bits", async () => {
  const whole = await train();
  const stop = new AbortController();
  const interrupted = await train({
    signal: stop.signal,
    onEvent: (event) => event.kind === "progress" && event.share >= 0.5 && stop.abort(),
  }).catch((error) => error);
  expect(interrupted).toBeInstanceOf(Interrupted);
  for (const threads of [1, 2]) {
    expect((await train({ threads, resume: interrupted.checkpoint })).parameters).toEqual(whole.parameters);
  }
});

it("a joint run is the same as from f32", async () => {
  const short = { seed: 2, episodes: 60, hidden: [17], studentHidden: [5], batchSize: 16, evaluationInterval: 30 };
  const [joint, other] = [await trainJoint(bytes, short), await trainJoint(floats, short)];
  expect(joint.teacher.parameters).toEqual(other.teacher.parameters);
  expect(joint.student.parameters).toEqual(other.student.parameters);
});

describe("a student", () => {
  it("near its teacher is the same as from f32", async () => {
    const teacher = await train();
    const [student, other] = [
      await distillProximal(teacher, { ...options, env: bytes, hidden: [5] }),
      await distillProximal(teacher, { ...options, env: floats, hidden: [5] }),
    ];
    expect(student.parameters).toEqual(other.parameters);
  });

  it.each(["student", "replay"] as const)("learns from bytes of %s, and goes on from a checkpoint", async (states) => {
    const teacher = await train();
    const given = { ...shortStudent, seed: 1, states };
    const whole = await distill(teacher, given);
    const stop = new AbortController();
    const { checkpoint } = await distill(teacher, {
      ...given,
      signal: stop.signal,
      onEvent: (event) => event.kind === "progress" && event.share >= 0.5 && stop.abort(),
    }).catch((error) => error);
    expect((await distill(teacher, { ...given, resume: checkpoint })).parameters).toEqual(whole.parameters);
  });
});

it.each([Learner, TeamLearner])("%o keeps a quarter of the bytes", async (kind) => {
  const shape = { widths: [400, 2], batchSize: 1, bufferSize: 10_000, nStep: 1, gamma: 1, huberDelta: 1, tau: 1 };
  const saved = async (byteObservations: boolean) => {
    const whole = { ...shape, targetUpdateInterval: 1, byteObservations };
    const learner = kind === Learner ? new Learner(whole) : await TeamLearner.create(whole);
    for (let row = 0; row < 10; row++) learner.begin(new Float32Array(400));
    const { length } = learner.save();
    learner.dispose();
    return length;
  };
  expect((await saved(false)) - (await saved(true))).toBe(3 * 400 * 10);
});

describe("what is refused", () => {
  it("observations of bytes are never normalised", async () => {
    expect(teacherConfig(resolveEnv(bytes), {}).normalizeObservations).toBe(false);
    expect(teacherConfig(resolveEnv(floats), {}).normalizeObservations).toBe(true);
    await expect(train({ normalizeObservations: true })).rejects.toThrow(
      new ConfigError("normalizeObservations is true: only false is allowed for observations that are bytes"),
    );
  });

  it.each([0.5, -1, 256])("%d in an observation of bytes", (value) => {
    const env = resolveEnv(() => ({ ...bytes(), reset: () => Array(42).fill(value) }));
    expect(() => env.reset()).toThrow(
      `environment "corridor": reset gave an observation with ${value} at index 0: byteObservations promises 0 to 255`,
    );
  });
});
