// The student's loop: its learning rate, the network that it keeps, and what decides that another student is tried.
import { afterEach, describe, expect, it, vi } from "vitest";
import { Distiller } from "../../src/core/distiller.js";
import { Handle } from "../../src/core/handle.js";
import { type DistillOptions, distill } from "../../src/distill/student.js";
import type { CustomEnv } from "../../src/env/env.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { Model } from "../../src/model/model.js";
import type { TrainingEvent } from "../../src/training/events.js";

afterEach(() => void vi.restoreAllMocks());

const label = new Model({ environment: "scripted", widths: [1, 2], parameters: Float32Array.of(1, 0, 0, 0.5) });
const selectionEpisodes = 2;
const seed = 5;

/**
 * Episodes of one step. Those in which states are collected pay nothing; the others, of evaluations, pay what the script
 * says: first the teacher's episodes, then random play's, then the student's after each round.
 */
function scripted(script: readonly number[]): () => CustomEnv {
  let played = 0;
  const selection = new Set<number>();
  for (let i = 0; i < selectionEpisodes; i++) selection.add(episodeSeed(seed, purposes.selection, i));
  return () => ({
    id: "scripted",
    observationSize: 1,
    actionCount: 2,
    reset: ({ seed: given = 0 } = {}) => {
      pays = selection.has(given) ? script[played++] : 0;
      return [given % 2];
    },
    step: () => ({ observation: [0], reward: pays, terminated: true }),
  });
}
let pays = 0;

const options: DistillOptions = {
  ...{ hidden: [3], seed, states: "teacher", envSteps: 40, updates: 400, rounds: 4, batchSize: 8 },
  ...{ evaluationEpisodes: selectionEpisodes, evaluationShare: 1, attempts: 1, threshold: 0.9 },
};

async function distilled(script: readonly number[], given: DistillOptions = {}) {
  const networks: Float32Array[] = [];
  const events: TrainingEvent[] = [];
  const student = await distill(label, {
    ...options,
    ...given,
    env: scripted(script),
    onEvent: (event) => events.push(event),
    onNetwork: (parameters) => networks.push(parameters.slice()),
  });
  const evaluations = events.filter((event) => event.kind === "evaluation");
  return {
    student,
    bests: evaluations.map(({ best }) => best),
    attempts: events.filter((event) => event.kind === "attempt"),
    index: networks.findIndex((parameters) => parameters.every((value, i) => value === student.parameters[i])),
  };
}

const teacherAndRandom = [...[10, 10], ...[0, 0]];

describe("the student that is kept", () => {
  it("is the best of all rounds, not the last", async () => {
    const { bests, index } = await distilled([...teacherAndRandom, 1, 1, 6, 6, 5, 5, 2, 2]);
    expect(bests).toEqual([true, true, false, false]);
    expect(index).toBe(1);
  });

  it("is the newer of two alike", async () => {
    const { bests, index } = await distilled([...teacherAndRandom, 1, 1, 6, 6, 6, 6, 2, 2]);
    expect(bests).toEqual([true, true, true, false]);
    expect(index).toBe(2);
  });

  it("is the best of all attempts, be it an earlier one's", async () => {
    const script = [...teacherAndRandom, 1, 1, 6, 6, 5, 5, 2, 2, ...[3, 3, 4, 4, 5, 5, 2, 2]];
    const { index, student, attempts } = await distilled(script, { attempts: 2 });
    expect(index).toBe(1);
    expect(student.attempts).toBe(2);
    // an attempt is judged by its own best round
    expect(attempts.map(({ returnRatio }) => returnRatio)).toEqual([0.6, 0.5]);
    expect(attempts.map(({ satisfied }) => satisfied)).toEqual([false, false]);
  });
});

describe("another student", () => {
  it("is tried until one keeps the threshold's share of the return above random play", async () => {
    const script = [...[10, 10], ...[2, 2], ...[9, 9, 9, 9, 9, 9, 9, 9], ...[9.5, 9.5, 9, 9, 9, 9, 9, 9]];
    const { student, attempts, index } = await distilled(script, { attempts: 3 });
    // (9 − 2)/(10 − 2), (9.5 − 2)/(10 − 2)
    expect(attempts.map(({ returnRatio }) => returnRatio)).toEqual([0.875, 0.9375]);
    expect(student.attempts).toBe(attempts.length);
    expect(index).toBe(4);
  });
});

it("the learning rate falls from learningRate to learningRateFinal in each attempt", async () => {
  const steps = vi.spyOn(Distiller.prototype, "step");
  const script = Array.from({ length: 4 + 2 * 2 * 4 }, () => 1);
  await distilled(script, { attempts: 2, learningRate: 0.01, learningRateFinal: 0.002 });
  expect(steps.mock.calls.map(([n]) => n)).toEqual(Array(8).fill(100));
  const once = [0.01, 0.008, 0.006, 0.004].map((rate) => expect.closeTo(rate, 12));
  expect(steps.mock.calls.map(([, rate]) => rate)).toEqual([...once, ...once]);
});

it("tells of each chunk, each round and each attempt how far the work is", async () => {
  const events: TrainingEvent[] = [];
  const disposals = vi.spyOn(Handle.prototype, "dispose");
  const onEvent = (event: TrainingEvent) => events.push(event);
  const script = [...teacherAndRandom, 4, 6, 10, 10];
  const given = { rounds: 2, updates: 300, env: scripted(script), onEvent };
  const student = await distill(label, { ...options, ...given });
  const told = { network: "student", attempt: 1, loss: expect.any(Number) };
  const progress = (envSteps: number, updates: number, mean: number | null) => ({
    ...{ kind: "progress", ...told, share: updates / 300, envSteps, updates, mean },
  });
  const evaluation = (envSteps: number, updates: number, mean: number, std: number, min: number) => ({
    ...{ kind: "evaluation", ...told, episodes: 2, envSteps, updates, mean, std, min, best: true },
    evaluationSteps: 4 + envSteps / 10, // the teacher's and random play's, and two a round
  });
  expect(events).toEqual([
    progress(20, 100, null),
    ...[evaluation(20, 150, 5, 1, 4), progress(20, 150, 5)],
    progress(40, 250, 5),
    ...[evaluation(40, 300, 10, 0, 10), progress(40, 300, 10)],
    { kind: "attempt", attempt: 1, hidden: [3], returnRatio: 1, satisfied: true, envSteps: 40, updates: 300 },
  ]);
  expect([student.attempts, student.envSteps, student.updates]).toEqual([1, 40, 300]);
  expect(student.training?.distillation?.featureScale).toBeUndefined();
  expect(disposals).toHaveBeenCalledTimes(2); // the student, and the network that is judged
});

it("a rounded student keeps the feature scale of its best round", async () => {
  const scale = async (script: number[]) => {
    const { student } = await distilled([...teacherAndRandom, ...script], { quantize: true, attempts: 2 });
    return student.training?.distillation?.featureScale;
  };
  const [first, second] = [[5, 5, 4, 4, 4, 4, 4, 4], Array(8).fill(3)];
  const early = await scale([...first, ...second]);
  const late = await scale([...second, ...first]);
  expect(early).toHaveLength(1);
  expect(early).not.toEqual(late); // the second attempt's scale is of the states of all rounds
});
