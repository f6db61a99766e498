// A teacher from a log: the same bits again, going on after a stop, and what conservatism and masks do.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import { evaluate, type TrainingEvent } from "../../src/index.js";
import { Model } from "../../src/model/model.js";
import type { LoggedSteps } from "../../src/offline/steps.js";
import { type OfflineOptions, trainOffline } from "../../src/offline/train.js";
import { CheckpointError, Interrupted } from "../../src/training/checkpoint.js";
import { coin } from "../coin.js";
import { randomLog } from "./logs.js";

const log = randomLog("CartPole-v1", 600, 1);
const short = { hidden: [17, 8], updates: 1200, batchSize: 32, seed: 7 };
const selecting = { env: "CartPole-v1", evaluationInterval: 100, evaluationEpisodes: 3, confirmationEpisodes: 3 };
const train = (options: OfflineOptions = {}, data: LoggedSteps = log) => trainOffline(data, { ...short, ...options });

/** The same log in which each observation has a mask: the action that was taken, and sometimes the other one. */
const masked: LoggedSteps = {
  ...log,
  masks: Uint8Array.from({ length: 1200 }, (_, i) => Number(log.actions[i >> 1] === (i & 1) || (i >> 1) % 3 === 0)),
};

const options: [string, OfflineOptions, LoggedSteps?][] = [
  ["as it is by default", {}],
  ["of several steps", { nStep: 4 }],
  ["with priorities", { prioritized: true }],
  ["with a dueling head", { dueling: true }],
  ["without conservatism", { conservatism: 0 }],
  ["without normalisation", { normalizeObservations: false }],
  ["where actions are forbidden", {}, masked],
  ["where actions are forbidden, with priorities", { prioritized: true }, masked],
  ["with an environment for selection", selecting],
];

describe.each(options)("a training %s", (_, given, data) => {
  it("gives the same teacher from the same seed, and another one from another", async () => {
    const [first, again, other] = [
      await train(given, data),
      await train(given, data),
      await train({ ...given, seed: 8 }, data),
    ];
    expect(again.parameters).toEqual(first.parameters);
    expect(other.parameters).not.toEqual(first.parameters);
  });

  it("goes on to the same bits, wherever it was stopped", async () => {
    const whole = await train(given, data);
    for (const stopAfter of [0, 500, 1000]) {
      const stop = new AbortController();
      if (stopAfter === 0) stop.abort();
      const onEvent = (event: TrainingEvent) => {
        if (event.kind === "progress" && event.updates === stopAfter) stop.abort();
      };
      const stopped = await train({ ...given, signal: stop.signal, onEvent }, data).catch((error) => error);
      expect(stopped).toBeInstanceOf(Interrupted);
      const resumed = await train({ ...given, resume: (stopped as Interrupted).checkpoint }, data);
      expect(resumed.parameters).toEqual(whole.parameters);
      expect(resumed.observations).toEqual(whole.observations);
      expect([resumed.envSteps, resumed.updates]).toEqual([whole.envSteps, whole.updates]);
    }
  });
});

it("leaves a model that says how it was made, with the log's states", async () => {
  const teacher = await train();
  expect(teacher).toMatchObject({ environment: "", env: "", widths: [4, 17, 8, 2], envSteps: 0, updates: 1200 });
  expect(teacher.log).toEqual({ steps: 600, digest: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(teacher.training?.log).toEqual(teacher.log);
  expect(teacher.config).toMatchObject({ conservatism: 1, nStep: 1, updates: 1200 });
  expect(teacher.training?.config).toEqual(teacher.config);
  expect(teacher.observations.slice(0, 4)).toEqual((log.observations as Float32Array).slice(0, 4));
  expect(teacher.masks).toBeUndefined();
  expect((await train(selecting)).environment).toBe("CartPole-v1");
  expect(() => evaluate(teacher)).toThrow("evaluate does not know the environment: give { env }");
  expect(evaluate(teacher, { env: "CartPole-v1", episodes: 2 }).episodes).toBe(2);
});

it("reports its progress, keeps its checkpoints, and gives the network so far when it is stopped", async () => {
  const events: TrainingEvent[] = [];
  let kept = 0;
  const onCheckpoint = () => {
    kept++;
  };
  const finished = await train({ keepCheckpoint: true, onCheckpoint, onEvent: (event) => events.push(event) });
  const progress = events.filter((event) => event.kind === "progress");
  expect(progress.map(({ updates, share }) => [updates, share])).toEqual([
    [500, 5 / 12],
    [1000, 5 / 6],
    [1200, 1],
  ]);
  expect(progress.every(({ envSteps, mean }) => envSteps === 0 && mean === null)).toBe(true);
  expect(kept).toBeGreaterThan(0);

  const stop = new AbortController();
  const onEvent = ({ updates }: TrainingEvent) => updates === 1000 && stop.abort();
  const { model } = await train({ signal: stop.signal, onEvent }).catch((error) => error);
  expect(model).toBeInstanceOf(Model);
  expect(model.widths).toEqual(finished.widths);
  expect(model.parameters).not.toEqual(finished.parameters);
});

it("with an environment keeps the network that was best there, and ends at stopReturn", async () => {
  const kept: { updates: number; mean: number }[] = [];
  const networks: { parameters: Float32Array }[] = [];
  const onNetwork = (parameters: Float32Array) => void networks.push({ parameters });
  const onEvent = (event: TrainingEvent) => {
    if (event.kind === "evaluation" && event.best) kept.push(event);
  };
  const best = await train({ ...selecting, onEvent, onNetwork });
  expect(kept.length).toBeGreaterThan(0);
  const stopped = await train({ ...selecting, stopReturn: 1 });
  expect(stopped.updates).toBe(100);
  // the log's part in it is the same: only the choice differs
  expect([await train(), ...networks].map(({ parameters }) => parameters)).toContainEqual(best.parameters);
  expect(best.evaluationSteps).toBeGreaterThan(0);
});

/** One state, two actions, each step the last; the first action is the only one that is taken. */
const oneAction: LoggedSteps = {
  ...{ observationSize: 1, actionCount: 2, observations: new Float32Array(40), actions: new Uint8Array(40) },
  ...{ rewards: new Float32Array(40).fill(1), terminated: new Uint8Array(40).fill(1) },
};
const plain = { hidden: [16], updates: 1000, batchSize: 16, seed: 3 };

describe("conservatism", () => {
  it("lowers the Q-value of an action that the log does not show, the more the larger it is", async () => {
    const gaps: number[] = [];
    for (const conservatism of [0, 0.1, 1]) {
      const [taken, other] = (await trainOffline(oneAction, { ...plain, conservatism })).qValues([0]);
      gaps.push(taken - other);
    }
    expect(gaps[1]).toBeGreaterThan(gaps[0] + 0.5);
    expect(gaps[2]).toBeGreaterThan(gaps[1]);
  });

  it("leaves an action alone that is forbidden: where one action is allowed, nothing changes", async () => {
    const masks = Uint8Array.from({ length: 80 }, (_, i) => 1 - (i & 1));
    const only = { ...oneAction, masks };
    const [with1, without] = await Promise.all(
      [1, 0].map((conservatism) => trainOffline(only, { ...plain, conservatism })),
    );
    expect(with1.parameters).toEqual(without.parameters);
  });
});

describe("targets", () => {
  /** Two states: the first leads to the second without a reward. There an action was taken that ends the episode. */
  const chain = (masks?: ArrayLike<number>): LoggedSteps => ({
    ...{ observationSize: 1, actionCount: 2, observations: [0, 1, 0, 1], actions: [0, 0, 0, 0] },
    ...{ rewards: [0, -1, 0, -1], terminated: [0, 1, 0, 1], masks },
  });
  // to begin with, the second action is worth 10 everywhere
  const from = new Model({ environment: "", widths: [1, 2], parameters: Float32Array.of(0, 0, 0, 10) });
  const options = { from, updates: 2000, batchSize: 4, gamma: 0.5, conservatism: 0, tau: 0.1, learningRate: 0.01 };

  it("believe in what nobody tried where it is allowed, and do not where it is forbidden", async () => {
    const free = (await trainOffline(chain(), options)).qValues([0])[0];
    const bound = (await trainOffline(chain([1, 1, 1, 0, 1, 1, 1, 0]), options)).qValues([0])[0];
    expect(free).toBeGreaterThan(3);
    expect(Math.abs(bound + 0.5)).toBeLessThan(0.1);
  });

  it("bootstrap through truncation by what came next, also with its mask", async () => {
    const cut: LoggedSteps = {
      ...{ observationSize: 1, actionCount: 2, observations: [0], actions: [0], rewards: [1], terminated: [0] },
      ...{ truncated: [1], nextObservations: [1], masks: [1, 1] },
    };
    const free = (await trainOffline(cut, options)).qValues([0])[0];
    const bound = (await trainOffline({ ...cut, nextMasks: [1, 0] }, options)).qValues([0])[0];
    expect(free).toBeGreaterThan(4);
    expect(bound).toBeLessThan(free - 2);
  });

  it("do not see the observation after the end: what the log says there changes nothing", async () => {
    const ended = { ...chain(), nextObservations: [0, 500, 0, 500] };
    const [with500, without] = await Promise.all([ended, chain()].map((data) => trainOffline(data, options)));
    expect(with500.parameters).toEqual(without.parameters);
  });
});

it("says how many steps were left out", async () => {
  const { nextObservations: _, ...without } = log;
  const notices: TrainingEvent[] = [];
  await train({ onEvent: (event) => event.kind === "notice" && notices.push(event) }, without);
  expect(notices).toMatchObject([{ code: "dropped-steps", values: { dropped: 1 }, envSteps: 0, updates: 0 }]);
});

describe("is refused in one line:", () => {
  const threeActions = { ...log, actionCount: 3 };
  it.each<[string, OfflineOptions, LoggedSteps, string]>([
    [
      "an unknown option",
      { envSteps: 5 } as OfflineOptions,
      log,
      'unknown offline option "envSteps": allowed are hidden, ',
    ],
    ["less than none", { conservatism: -1 }, log, "conservatism is -1: a number from 0 to 1000000 is allowed"],
    ["no update", { updates: 0 }, log, "updates is 0: a whole number from 1 to 1000000000 is allowed"],
    ["three threads", { threads: 3 }, log, "threads is 3: 1 or 2 is allowed"],
    ["selection nowhere", { stopReturn: 5 }, log, "stopReturn is 5: it needs env, in which networks are evaluated"],
    [
      "another environment",
      { env: "MountainCar-v0" },
      log,
      "the log has 4 features and 2 actions, but MountainCar-v0 has 2 features and 3 actions",
    ],
    [
      "other actions",
      { env: "CartPole-v1" },
      threeActions,
      "the log has 4 features and 3 actions, but CartPole-v1 has 4 features and 2 actions",
    ],
    [
      "a model of other widths",
      { from: new Model({ environment: "", widths: [3, 2], parameters: new Float32Array(8) }) },
      log,
      "from has the widths 3-2: 4-17-8-2 are needed",
    ],
    [
      "more than fits",
      { hidden: Array(8).fill(4096) },
      log,
      "this log's learner needs more than 1 GiB (the log's 626 × 4 features × 4 bytes are 1 MB): give a part of the log, or choose smaller layers or a smaller batch",
    ],
  ])("%s", async (_, options, data, message) => {
    const error = await train(options, data).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("\n");
  });

  it("normalised bytes", async () => {
    const bytes = () => ({ ...coin(() => ({ reward: 0 }))(), byteObservations: true });
    const error = await trainOffline(oneAction, { env: bytes, normalizeObservations: true }).catch((thrown) => thrown);
    expect(error.message).toBe("normalizeObservations is true: only false is allowed for observations that are bytes");
    expect((await trainOffline(oneAction, { ...plain, updates: 10, env: bytes })).observations).toBeInstanceOf(
      Uint8Array,
    );
  });

  it.each<[string, unknown, string]>([
    ["no log", null, "data is null: a log of steps is needed"],
    [
      "rows of different lengths",
      { ...log, observations: (log.observations as Float32Array).slice(1) },
      "observations has length 2399: 600 rows of 4, 2400, are needed",
    ],
    ["an action outside the count", { ...log, actionCount: 1 }, "a whole number from 0 to 0 is needed"],
    [
      "rewards that are text",
      { ...log, rewards: Array(600).fill("1") },
      'row 0: rewards has "1": a number that float32 can hold is needed',
    ],
    ["an empty log", { ...oneAction, actions: [] }, "the log is empty: at least one step is needed"],
  ])("%s", async (_, data, message) => {
    await expect(train({}, data as LoggedSteps)).rejects.toThrow(message);
  });
});

it("learns from one episode, and from one step", async () => {
  const one = { ...oneAction, terminated: Uint8Array.from({ length: 40 }, (_, i) => Number(i === 39)) };
  expect((await train({}, one)).log?.steps).toBe(40);
  const step = { observationSize: 1, actionCount: 2, observations: [0], actions: [1], rewards: [2], terminated: [1] };
  const [never, taken] = (await train({}, step)).qValues([0]);
  expect(taken).toBeGreaterThan(never);
});

it("does not go on with another log, another seed or other options", async () => {
  const { checkpoint } = (await train({ signal: AbortSignal.abort() }).catch((error) => error)) as Interrupted;
  const other = { ...log, rewards: Float32Array.from(log.rewards, (reward, i) => (i === 17 ? 0.5 : reward)) };
  for (const [options, data, message] of [
    [{}, other, /^this checkpoint was made with log "[0-9a-f]{32}", but "[0-9a-f]{32}" is asked for$/],
    [{ seed: 8 }, log, /^this checkpoint was made with seed 7, but 8 is asked for$/],
    [{ conservatism: 2 }, log, /^this checkpoint was made with conservatism 1, but 2 is asked for$/],
    [selecting, log, /^this checkpoint was made with environment "", but "CartPole-v1" is asked for$/],
  ] as [OfflineOptions, LoggedSteps, RegExp][]) {
    const error = await train({ ...options, resume: checkpoint }, data).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error.message).toMatch(message);
  }
});

it("leaves a checkpoint without the log in it, unless priorities need it", async () => {
  const size = async (data: LoggedSteps, prioritized: boolean) => {
    const stop = new AbortController();
    const onEvent = ({ updates }: TrainingEvent) => updates === 500 && stop.abort();
    const stopped = await train({ prioritized, signal: stop.signal, onEvent }, data).catch((error) => error);
    return (stopped as Interrupted).checkpoint.length;
  };
  const more = randomLog("CartPole-v1", 3000, 1);
  const bytes = 2400 * 4 * Float32Array.BYTES_PER_ELEMENT;
  expect(Math.abs((await size(more, false)) - (await size(log, false)))).toBeLessThan(100);
  expect((await size(more, true)) - (await size(log, true))).toBeGreaterThan(bytes);
});

it("gives the same bits on two threads", async () => {
  expect((await train({ threads: 2 })).parameters).toEqual((await train()).parameters);
});

it("changes nothing in the log", async () => {
  const before = JSON.stringify(log);
  await train();
  expect(JSON.stringify(log)).toBe(before);
});
