// What the error of stopped work holds beside the checkpoint: the best network so far.
import { expect, it } from "vitest";
import { trainJoint } from "../../src/distill/joint.js";
import { distill, Interrupted, Model, type TrainingEvent, trainTeacher } from "../../src/index.js";
import { shortStudent, shortTeacher } from "../short-training.js";

const teacher = await trainTeacher("CartPole-v1", { ...shortTeacher, seed: 2 });
const joint = { ...{ hidden: [8], studentHidden: [4], episodes: 60, evaluationInterval: 20, seed: 2 } };

interface Watched {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainingEvent) => void;
  readonly onNetwork?: (parameters: Float32Array) => void;
}

const works: [string, (watched: Watched) => Promise<unknown>][] = [
  ["a teacher", (watched) => trainTeacher("CartPole-v1", { ...shortTeacher, seed: 2, ...watched })],
  ["a student", (watched) => distill(teacher, { ...shortStudent, seed: 2, ...watched })],
];

async function stoppedAfter(evaluations: number, work: (watched: Watched) => Promise<unknown>) {
  const controller = new AbortController();
  let offered: Float32Array | undefined;
  let best: Float32Array | undefined;
  let seen = 0;
  if (evaluations === 0) controller.abort();
  const error = await work({
    signal: controller.signal,
    onNetwork: (parameters) => {
      offered = parameters.slice();
    },
    onEvent: (event) => {
      if (event.kind !== "evaluation") return;
      if (event.best) best = offered;
      if (++seen === evaluations) controller.abort();
    },
  }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Interrupted);
  return { model: (error as Interrupted).model, best };
}

it.each(works)("%s: the network that was best when it was stopped", async (_, work) => {
  for (const evaluations of [1, 2]) {
    const { model, best } = await stoppedAfter(evaluations, work);
    expect(model).toBeInstanceOf(Model);
    expect(model?.environment).toBe("CartPole-v1");
    expect(model?.parameters).toEqual(best);
  }
});

it.each(works)("%s: none before the first evaluation", async (_, work) => {
  expect((await stoppedAfter(0, work)).model).toBeUndefined();
});

it("of a joint training the student", async () => {
  const { model } = await stoppedAfter(2, (watched) => trainJoint("CartPole-v1", { ...joint, ...watched }));
  expect(model?.widths).toEqual([4, 4, 2]);
});
