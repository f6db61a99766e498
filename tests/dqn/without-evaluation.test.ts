// evaluationInterval 0: nothing is evaluated, no environment is made for it, and the last network is kept.
import { expect, it } from "vitest";
import { type TrainOptions, trainTeacher } from "../../src/dqn/teacher.js";
import { Interrupted } from "../../src/training/checkpoint.js";
import type { TrainingEvent } from "../../src/training/events.js";
import { coin } from "../coin.js";
import { shortTeacher } from "../short-training.js";

const options: TrainOptions = { ...shortTeacher, seed: 2, evaluationInterval: 0, stopReturn: -1000 };

/** An environment, and how many of it were made. */
function counted() {
  const make = coin((_, action) => ({ reward: action }));
  const all = {
    made: 0,
    source: () => {
      all.made++;
      return make();
    },
  };
  return all;
}

it("makes only the copies in which it trains", async () => {
  for (const [copies, evaluationInterval, made] of [
    [1, 0, 1],
    [3, 0, 3],
    [3, 500, 6],
  ]) {
    const all = counted();
    await trainTeacher(all.source, { ...options, copies, evaluationInterval });
    expect(all.made).toBe(made);
  }
});

it("keeps the last network, which is that of a training with evaluations", async () => {
  let last: Float32Array | undefined;
  const onNetwork = (parameters: Float32Array) => {
    last = parameters.slice();
  };
  const evaluated = { evaluationInterval: 100, averageFraction: 0, stopReturn: null };
  await trainTeacher(counted().source, { ...options, ...evaluated, onNetwork });
  const events: TrainingEvent[] = [];
  const networks: Float32Array[] = [];
  const teacher = await trainTeacher(counted().source, {
    ...options,
    onEvent: (event) => events.push(event),
    onNetwork: (parameters) => networks.push(parameters),
  });
  expect(teacher.parameters).toEqual(last);
  expect(teacher.envSteps).toBe(1500); // no return can stop it
  expect(networks).toEqual([]);
  expect(events.map(({ kind }) => kind)).toEqual(["progress", "progress", "progress"]);
  expect(events.every((event) => "mean" in event && event.mean === null)).toBe(true);
});

it("gives the network as it is where it is stopped, also before the first step", async () => {
  const stop = async (given: TrainOptions) => {
    const error = await trainTeacher(counted().source, { ...options, ...given }).catch((reason) => reason);
    expect(error).toBeInstanceOf(Interrupted);
    return error as Interrupted;
  };
  const controller = new AbortController();
  const seen: Float32Array[] = [];
  const { model, checkpoint } = await stop({
    signal: controller.signal,
    onCurrent: (parameters) => seen.push(parameters()),
    onEvent: ({ envSteps }) => envSteps === 1000 && controller.abort(),
  });
  expect(model?.parameters).toEqual(seen.at(-1));
  expect([model?.environment, model?.widths]).toEqual(["coin", [1, 17, 8, 2]]);
  const first = await stop({ signal: AbortSignal.abort() });
  expect(first.model?.parameters).toEqual(seen[0]);
  const straight = await trainTeacher(counted().source, options);
  for (const resume of [checkpoint, first.checkpoint]) {
    expect((await trainTeacher(counted().source, { ...options, resume })).parameters).toEqual(straight.parameters);
  }
});
