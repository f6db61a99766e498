// What a teacher's training tells while it runs, and what it leaves behind.
import { afterEach, describe, expect, it, vi } from "vitest";
import { Learner } from "../../src/core/learner.js";
import { Network } from "../../src/core/network.js";
import { NoTeamError, TeamLearner } from "../../src/core/team.js";
import { type TrainOptions, trainTeacher } from "../../src/dqn/teacher.js";
import type { TrainingEvent } from "../../src/training/events.js";
import { coin } from "../coin.js";

afterEach(() => void vi.restoreAllMocks());

const env = coin((_, action) => ({ reward: action }));
const options: TrainOptions = {
  ...{ hidden: [3], envSteps: 1200, learningStarts: 350, batchSize: 4, trainFrequency: 10, seed: 2 },
  ...{
    evaluationInterval: 300,
    evaluationEpisodes: 2,
    confirmationEpisodes: 1,
    evaluationShare: 1,
    averageFraction: 0,
  },
};

async function told(given: TrainOptions = {}) {
  const events: TrainingEvent[] = [];
  const networks: [number, number][] = [];
  const teacher = await trainTeacher(env, {
    ...options,
    ...given,
    onEvent: (event) => events.push(event),
    onNetwork: (parameters, envSteps, mean) => {
      expect(parameters).toHaveLength(2 * 3 + 4 * 2);
      networks.push([envSteps, mean]);
    },
  });
  return { teacher, events, networks };
}

const updatesBy = (step: number) => Math.floor(step / 10) - 35; // steps 360, 370, …

describe("a training tells", () => {
  it("each evaluation, from the first update on, and at the end in any case", async () => {
    const { events, networks } = await told();
    const evaluations = events.filter((event) => event.kind === "evaluation");
    expect(evaluations.map(({ envSteps, updates, network }) => [envSteps, updates, network])).toEqual(
      [600, 900, 1200].map((step) => [step, updatesBy(step), "teacher"]),
    );
    expect(networks).toEqual(evaluations.map(({ envSteps, mean }) => [envSteps, mean]));
    const odd = await told({ evaluationInterval: 500 });
    expect(odd.networks.map(([envSteps]) => envSteps)).toEqual([500, 1000, 1200]);
  });

  it("an end without an update, too", async () => {
    const { networks, teacher } = await told({ envSteps: 355 });
    expect(networks.map(([envSteps]) => envSteps)).toEqual([355]);
    expect([teacher.updates, teacher.envSteps]).toEqual([0, 355]);
  });

  it("its progress every 500 steps and at the end, with the latest loss and mean", async () => {
    const step = vi.spyOn(Learner.prototype, "step");
    const { events } = await told();
    const lossAt = (envSteps: number) => step.mock.results[updatesBy(envSteps) - 1].value;
    const means = events.filter((event) => event.kind === "evaluation").map(({ mean }) => mean);
    const at = (envSteps: number, mean: number | null) => ({
      ...{ kind: "progress", network: "teacher", share: envSteps / 1200, envSteps },
      ...{ updates: updatesBy(envSteps), loss: lossAt(envSteps), mean },
    });
    expect(events.filter((event) => event.kind === "progress")).toEqual([
      at(500, null),
      at(1000, means[1]),
      at(1200, means[2]),
    ]);
  });

  it("nothing of threads on one, and first of all why there is no second", async () => {
    const notices = ({ events }: { events: TrainingEvent[] }) => events.filter(({ kind }) => kind === "notice");
    const ofTraining = notices(await told());
    vi.spyOn(TeamLearner, "create").mockRejectedValue(
      new NoTeamError("main-thread", "there is but one", "add another", { one: 1 }),
    );
    const { events } = await told({ threads: 2 });
    expect(notices({ events })).toEqual([events[0], ...ofTraining]);
    expect(events[0]).toEqual({
      ...{ kind: "notice", network: "teacher", envSteps: 0, updates: 0 },
      ...{ code: "main-thread", message: "on one thread: there is but one", remedy: "add another", values: { one: 1 } },
    });
  });
});

it("a failure of the second thread that is no lack of one is not passed over", async () => {
  vi.spyOn(TeamLearner, "create").mockRejectedValue(new Error("out of memory"));
  await expect(told({ threads: 2 })).rejects.toThrow("out of memory");
});

it("a teacher has its seed, its effort and the observations of its replay memory, and the core's memory is given back", async () => {
  const disposals = [Learner, Network].map(({ prototype }) => vi.spyOn(prototype, "dispose"));
  const { teacher } = await told();
  expect(teacher).toMatchObject({ environment: "coin", seed: 2, envSteps: 1200, updates: 85, widths: [1, 3, 2] });
  expect(teacher.env).toBe(env);
  expect(teacher.training).toMatchObject({ seed: 2, envSteps: 1200, updates: 85, config: { hidden: [3] } });
  expect(teacher.observations.length).toBeGreaterThan(1200);
  for (const dispose of disposals) expect(dispose).toHaveBeenCalledOnce(); // the evaluations' network, too
  expect((await trainTeacher(env, { ...options, seed: undefined })).seed).toBe(0);
});

it("a signal that asks for a stop after the last step comes too late", async () => {
  const controller = new AbortController();
  const onEvent = (event: TrainingEvent) => {
    if (event.kind === "progress" && event.share === 1) controller.abort();
  };
  const teacher = await trainTeacher(env, { ...options, signal: controller.signal, onEvent });
  expect(teacher.envSteps).toBe(1200);
});
