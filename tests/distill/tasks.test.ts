// What several tasks put into their one distiller: where, how scaled and how padded; and what is told after each round.
import { afterEach, describe, expect, it, vi } from "vitest";
import { Distiller } from "../../src/core/distiller.js";
import { Handle } from "../../src/core/handle.js";
import { distillMany, type MultiTaskOptions, type MultiTaskRound } from "../../src/distill/multi-task.js";
import type { CustomEnv } from "../../src/env/env.js";
import { Model } from "../../src/model/model.js";

afterEach(() => void vi.restoreAllMocks());

/** Episodes of three steps, each of which pays its action; `seen` is what is observed in each step. */
function counting(id: string, actionCount: number, seen: (step: number) => number[]): () => CustomEnv {
  return () => {
    let step = 0;
    return {
      ...{ id, observationSize: seen(0).length, actionCount, maxEpisodeSteps: 3 },
      reset: () => {
        step = 0;
        return seen(0);
      },
      step: (action) => ({ observation: seen(++step), reward: action, terminated: false }),
    };
  };
}
const policy = (widths: number[], parameters: number[], env: () => CustomEnv) =>
  Object.assign(new Model({ environment: "own", widths, parameters: Float32Array.from(parameters) }), { env });

// it answers (step, 4), and so takes action 1
const narrow = policy(
  [1, 2],
  [1, 0, 0, 4],
  counting("narrow", 2, (step) => [step]),
);
// it answers (2 · step, 5, −1), and so takes action 1 in the first three steps; the second feature never varies
const wide = policy(
  [2, 3],
  [1, 0, 0, 0, 0, 0, 0, 5, -1],
  counting("wide", 3, (step) => [2 * step, 7]),
);
const options: MultiTaskOptions = {
  ...{ hidden: [3], states: "teacher", exploration: 0, envSteps: 5, rounds: 2, updates: 4, batchSize: 2 },
  ...{ evaluationEpisodes: 2, loss: "mse", seed: 1 },
};

async function added(given: MultiTaskOptions) {
  const add = vi.spyOn(Distiller.prototype, "add");
  await distillMany([narrow, wide], { ...options, ...given });
  return add.mock.calls.map(([states, labels, targets, , row]) => {
    const near = (values: Float32Array) => [...values].map((value) => expect.closeTo(value, 5));
    return { states: near(states), labels: near(labels), targets: targets && near(targets.values), row };
  });
}

// the first round has two states of each task, the second three; what the first had gives the scale: the states 0 and 1,
// the labels 0, 4, 1, 4; and the states 0 and 2, the labels 0, 5, −1, 2, 5, −1
const a = (label: number) => (label - 2.25) / Math.sqrt(3.1875);
const b = (label: number) => (label - 10 / 6) / Math.sqrt(56 / 6 - (10 / 6) ** 2);

describe("labelled states", () => {
  it("stand behind the task's others, padded with zeros, each task's outputs in their own place", async () => {
    expect(await added({})).toEqual([
      { states: [-1, 0, 1, 0], labels: [a(0), a(4), 0, 0, 0, a(1), a(4), 0, 0, 0], targets: undefined, row: 0 },
      { states: [-1, 0, 1, 0], labels: [0, 0, b(0), b(5), b(-1), 0, 0, b(2), b(5), b(-1)], targets: undefined, row: 5 },
      {
        states: [-1, 0, 1, 0, 3, 0],
        labels: [...[a(0), a(4), 0, 0, 0], ...[a(1), a(4), 0, 0, 0], ...[a(2), a(4), 0, 0, 0]],
        ...{ targets: undefined, row: 2 },
      },
      {
        states: [-1, 0, 1, 0, 3, 0],
        labels: [0, 2, 4].flatMap((first) => [0, 0, b(first), b(5), b(-1)]),
        ...{ targets: undefined, row: 7 },
      },
    ]);
  });

  it("say which task it is where the head is shared", async () => {
    const [first, second] = await added({ heads: "shared" });
    expect(first).toMatchObject({ states: [-1, 0, 1, 0, 1, 0, 1, 0], labels: [a(0), a(4), 0, a(1), a(4), 0], row: 0 });
    expect(second.states).toEqual([-1, 0, 0, 1, 1, 0, 0, 1]);
    expect(second.labels).toEqual([b(0), b(5), b(-1), b(2), b(5), b(-1)]);
  });

  it("have their own units where labels are not standardised", async () => {
    const [first] = await added({ standardizeLabels: false });
    expect(first.labels).toEqual([0, 4, 0, 0, 0, 1, 4, 0, 0, 0]);
  });

  it("have targets in the labels' scale where the loss needs them", async () => {
    const [first, second] = await added({ loss: "td", gamma: 0.5 });
    expect(first.targets).toEqual([a(1 + 0.5 * 4), a(1 + 0.5 * 4)]); // the action 1 pays 1
    expect(second.targets).toEqual([b(1 + 0.5 * 5), b(1 + 0.5 * 5)]);
  });
});

it("each round tells of all tasks together, and the best mean share is kept", async () => {
  const rounds: MultiTaskRound[] = [];
  const disposals = vi.spyOn(Handle.prototype, "dispose");
  const given = { rounds: 4, updates: 402, onRound: (round: MultiTaskRound) => rounds.push(round) };
  const { tasks, envSteps, updates } = await distillMany([narrow, wide], { ...options, ...given });
  expect(rounds.map((round) => [round.round, round.envSteps, round.updates])).toEqual([
    [0, 2, 200],
    [1, 4, 402],
    [2, 6, 602],
    [3, 10, 804],
  ]);
  expect([envSteps, updates]).toEqual([10, 804]);
  const means = rounds.map(
    ({ returnRatios }) => returnRatios.reduce((sum: number, ratio) => sum + (ratio ?? 0), 0) / 2,
  );
  const bests = means.map((mean, i) => mean >= Math.max(...means.slice(0, i + 1)));
  expect(rounds.map(({ best }) => best)).toEqual(bests);
  expect(disposals.mock.calls.length).toBeGreaterThanOrEqual(3); // the distiller, and a network to judge for each task
  for (const { model } of tasks) {
    expect(model.training).toMatchObject({
      seed: 1,
      envSteps: 10,
      updates: 804,
      config: { heads: "each", envSteps: 5 },
    });
    expect(model.training?.distillation).toMatchObject({ attempts: 1, fitsQValues: true });
    expect(model.training?.config).not.toHaveProperty("attempts");
  }
});

it("a task whose teacher is no better than random counts 0, and is told as null", async () => {
  const rounds: MultiTaskRound[] = [];
  const free = counting("free", 2, () => [0]);
  const idle = policy([1, 2], [0, 0, 1, 0], free); // it takes action 0, which pays nothing
  await distillMany([idle], { ...options, onRound: (round) => rounds.push(round) });
  expect(rounds.map(({ returnRatios, best }) => [returnRatios, best])).toEqual([
    [[null], true],
    [[null], true],
  ]);
});

it("stops before the next hundred updates when it is told to", async () => {
  const given = { ...options, updates: 1000, signal: AbortSignal.abort(new Error("enough")) };
  await expect(distillMany([narrow], given)).rejects.toThrow("enough");
});
