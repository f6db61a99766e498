// A teacher trained in copies of its environment: they step in rounds, so late answers change no bit.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/core/config-error.js";
import { type Teacher, type TrainOptions, trainTeacher } from "../../src/dqn/teacher.js";
import { CartPole } from "../../src/env/cartpole.js";
import type { CustomEnv, EnvSource } from "../../src/env/env.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";
import { coin } from "../coin.js";
import { Delays, later } from "../later.js";

const isNotRepeated = (event: TrainingEvent) => event.kind === "notice" && event.code === "not-repeated";

const options: TrainOptions = {
  ...{
    hidden: [9],
    envSteps: 603,
    learningStarts: 150,
    batchSize: 16,
    bufferSize: 400,
    nStep: 3,
    seed: 7,
    gamma: 0.98,
  },
  ...{ evaluationInterval: 200, evaluationEpisodes: 3, confirmationEpisodes: 2, evaluationShare: 1 },
};

const train = (source: EnvSource, given: TrainOptions = {}) => trainTeacher(source, { ...options, ...given });
const atOnce = () => new CartPole();
/** CartPole whose answers come in an order of chance. */
const inAnyOrder = () => later(atOnce, new Delays((count) => Math.floor(Math.random() * count)));

/** What must be equal for two trainings to be the same. */
const bits = ({ parameters, envSteps, updates, observations }: Teacher) => ({
  ...{ parameters, envSteps, updates, observations },
});

/** Trains until an event asks to stop. */
async function stopped(source: EnvSource, given: TrainOptions, stops: (event: TrainingEvent) => boolean) {
  const controller = new AbortController();
  const onEvent = (event: TrainingEvent) => {
    if (stops(event)) controller.abort();
  };
  const error = await train(source, { ...given, signal: controller.signal, onEvent }).catch((reason) => reason);
  expect(error).toBeInstanceOf(Interrupted);
  return error as Interrupted;
}

it("one copy is what there is without the option", async () => {
  expect(bits(await train(atOnce, { copies: 1 }))).toEqual(bits(await train(atOnce)));
});

it("an environment that answers later gives the very weights of one that answers at once", async () => {
  expect(bits(await train(inAnyOrder()))).toEqual(bits(await train(atOnce)));
});

it("eight copies give the same bits each time, whenever their answers come", async () => {
  const together = bits(await train(atOnce, { copies: 8 }));
  expect(together.parameters).not.toEqual((await train(atOnce)).parameters);
  expect(bits(await train(atOnce, { copies: 8 }))).toEqual(together);
  for (let i = 0; i < 2; i++) expect(bits(await train(inAnyOrder(), { copies: 8 }))).toEqual(together);
});

it("all copies answer side by side", async () => {
  const delays = new Delays(() => 0);
  await train(later(atOnce, delays), { copies: 5, envSteps: 160 });
  expect(delays.most).toBe(5);
});

it("takes exactly envSteps steps, also if that is no multiple of the copies", async () => {
  let made = 0;
  const steps: number[] = [];
  const counted = (): CustomEnv => {
    const env = coin(() => ({ reward: 1 }))();
    const which = made++;
    return {
      ...env,
      step: (action) => {
        steps[which] = (steps[which] ?? 0) + 1;
        return env.step(action);
      },
    };
  };
  const teacher = await train(counted, { copies: 8 });
  expect(made).toBe(16); // as many to evaluate in
  expect(teacher.envSteps).toBe(603);
  expect(steps.slice(0, 8)).toEqual([76, 76, 76, 75, 75, 75, 75, 75]);
});

describe("stopped and gone on with", () => {
  it("copies that answer at once give the same bits, wherever they were stopped", async () => {
    const straight = bits(await train(atOnce, { copies: 8 }));
    const places: TrainingEvent[] = [];
    await train(atOnce, { copies: 8, onEvent: (event) => places.push(event) });
    const before = places.filter(({ envSteps }) => envSteps < 603).length;
    expect(before).toBeGreaterThanOrEqual(4);
    for (let place = 0; place < before; place++) {
      let seen = 0;
      const { checkpoint } = await stopped(atOnce, { copies: 8 }, () => seen++ === place);
      const events: TrainingEvent[] = [];
      const resumed = await train(atOnce, { copies: 8, resume: checkpoint, onEvent: (event) => events.push(event) });
      expect(bits(resumed)).toEqual(straight);
      expect(resumed.inexactFrom).toBeUndefined();
      expect(events.filter(isNotRepeated)).toEqual([]);
    }
  });

  it.each([
    ["copies that answer later", () => inAnyOrder()],
    [
      "an environment that says that it is not repeatable",
      () => () => Object.assign(new CartPole(), { repeatable: false }),
    ],
  ] as [string, () => EnvSource][])("%s end their episodes, and say so", async (_, source) => {
    const given = { copies: 3 };
    const { checkpoint } = await stopped(source(), given, ({ kind }) => kind === "evaluation");
    const events: TrainingEvent[] = [];
    const resumed = await train(source(), { ...given, resume: checkpoint, onEvent: (event) => events.push(event) });
    const at = resumed.inexactFrom as number;
    expect(at).toBeGreaterThanOrEqual(200);
    expect(at).toBeLessThan(203);
    expect(events[0]).toEqual({
      ...{ kind: "notice", network: "teacher", envSteps: at, updates: expect.any(Number), code: "not-repeated" },
      message: `${resumed.environment} does not repeat its episodes: the open ones count as truncated, and from step ${at} on the result is not bit-exact`,
      remedy: expect.any(String),
      values: { id: resumed.environment, envSteps: at },
    });
    expect(events.filter(isNotRepeated)).toHaveLength(1);
    expect(resumed.envSteps).toBe(603);
    // the same checkpoint gives the same bits, and a second stop does not hide the first
    expect(bits(await train(source(), { ...given, resume: checkpoint }))).toEqual(bits(resumed));
    const again = await stopped(source(), { ...given, resume: checkpoint }, ({ kind, envSteps }) => {
      return kind === "evaluation" && envSteps > 300;
    });
    expect((await train(source(), { ...given, resume: again.checkpoint })).inexactFrom).toBe(at);
  });
});

describe("refused in one line are", () => {
  it("more copies than the replay memory can hold the open episodes of", async () => {
    const given = { copies: 9, bufferSize: 28, batchSize: 8, nStep: 3 };
    await expect(train(atOnce, given)).rejects.toThrow(
      "copies is 9: with this bufferSize and nStep at most 8 are allowed",
    );
    await expect(train(atOnce, { ...given, copies: 8, envSteps: 200 })).resolves.toBeDefined();
  });

  it("copies that are not alike", async () => {
    let made = 0;
    const source = () => ({ ...coin(() => ({ reward: 1 }))(), actionCount: made++ === 0 ? 2 : 3 });
    const error = await train(source, { copies: 2 }).catch((reason) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain("copy 2 of coin has");
  });

  it("a checkpoint of another number of copies", async () => {
    const { checkpoint } = await stopped(atOnce, { copies: 2 }, () => true);
    await expect(train(atOnce, { copies: 3, resume: checkpoint })).rejects.toThrow(
      "this checkpoint was made with copies 2, but 3 is asked for",
    );
  });
});
