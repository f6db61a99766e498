// Selection episodes: who plays which, and what a training leaves behind as a model.
import { describe, expect, it } from "vitest";
import type { CustomEnv } from "../../src/env/env.js";
import { atOnce } from "../../src/env/pauses.js";
import { resolveEnv } from "../../src/env/registry.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { DivergedError, finiteLoss } from "../../src/training/events.js";
import { Selection } from "../../src/training/selection.js";
import { TrainedModel } from "../../src/training/trained.js";

const seedOf = (episode: number) => episodeSeed(9, purposes.selection, episode);

/** Episodes of one step, which pay 10 times the action and the episode's number. */
const numbered = (): CustomEnv => {
  let episode = 0;
  return {
    id: "numbered",
    observationSize: 1,
    actionCount: 2,
    reset: ({ seed } = {}) => {
      episode = Array.from({ length: 8 }, (_, i) => seedOf(i)).indexOf(seed as number);
      return [1];
    },
    step: (action) => ({ observation: [1], reward: 10 * action + episode, terminated: true }),
  };
};

describe("a selection", () => {
  const selection = new Selection(resolveEnv(numbered), [1, 2], 9);
  // weights, then biases, of actions 0 and 1
  const chooses = (action: number) => Float32Array.of(0, 0, 1 - action, action);

  it("plays the episodes that are asked for, with the network that is given", () => {
    expect([...atOnce(selection.play(chooses(1), 2, 3)).returns]).toEqual([12, 13, 14]);
    expect([...atOnce(selection.play(chooses(0), 0, 2)).returns]).toEqual([0, 1]);
    expect(selection.act(Float32Array.of(1))).toBe(0); // as it was last judged
  });

  it("plays the first ones with any other policy", () => {
    expect(atOnce(selection.meanOf({ act: () => 1 }, 4))).toBe(11.5);
  });

  it("takes the best of the allowed actions", () => {
    atOnce(selection.play(Float32Array.of(0, 0, 1, 2), 0, 1));
    const state = Float32Array.of(1);
    expect(selection.act(state)).toBe(1);
    expect(selection.act(state, Uint8Array.of(1, 1))).toBe(1);
    expect(selection.act(state, Uint8Array.of(1, 0))).toBe(0);
    // an environment in which only action 0 is allowed, though 1 looks better
    const masked = new Selection(
      resolveEnv(() => ({ ...numbered(), actionMask: [1, 0] })),
      [1, 2],
      9,
    );
    expect([...atOnce(masked.play(chooses(1), 0, 3)).returns]).toEqual([0, 1, 2]);
    masked.dispose();
  });

  it("acts as a network that it takes, and then judges those of its widths", () => {
    const wider = new Selection(resolveEnv(numbered), [1, 2], 9);
    // one hidden unit, whose answer chooses
    const unit = (action: number) => Float32Array.of(1, 0, 1 - action, action, 0, 0);
    wider.take([1, 1, 2], unit(1));
    expect(wider.act(Float32Array.of(1))).toBe(1);
    expect([...atOnce(wider.play(unit(0), 0, 2)).returns]).toEqual([0, 1]);
    wider.dispose();
  });

  it("knows which networks took one action only, whoever played in between", () => {
    const [one, other] = [chooses(1), chooses(1)];
    expect(selection.onlyAction(one)).toBeNull();
    atOnce(selection.play(one, 0, 2));
    atOnce(selection.play(other, 0, 1));
    selection.act(Float32Array.of(1), Uint8Array.of(1, 0));
    atOnce(selection.play(one, 2, 1));
    expect([selection.onlyAction(one), selection.onlyAction(other)]).toEqual([1, null]);
  });

  it("gives the largest Q-value of a network, whatever its sign", () => {
    expect(selection.largestQValue(Float32Array.of(2, -7, 0.5, 1), [[1], [-2]])).toBe(15);
    expect(selection.largestQValue(Float32Array.of(2, -7, 0.5, 1), [])).toBe(0);
  });

  it("gives its network back", () => {
    selection.dispose();
    expect(() => selection.act(Float32Array.of(1))).toThrow("this network has been disposed of");
  });
});

it("a trained model says how it came about, also in what is saved of it", () => {
  const data = { environment: "numbered", widths: [1, 2], parameters: Float32Array.of(1, 2, 3, 4) };
  const effort = { envSteps: 40, updates: 30, wallSeconds: 2 };
  const record = { env: numbered, seed: 9, config: { gamma: 0.5, hidden: [3] }, ...effort };
  const distillation = { teacher: "ab", attempts: 2, fitsQValues: true };
  const model = new TrainedModel(data, record, distillation);
  expect({ ...model }).toMatchObject(record);
  expect([model.environment, model.widths, model.parameters]).toEqual(["numbered", [1, 2], data.parameters]);
  expect(model.training).toEqual({ seed: 9, ...effort, config: record.config, distillation });
  expect(new TrainedModel(data, record).training?.distillation).toBeUndefined();
});

describe("a loss", () => {
  it("that is finite is passed on", () => {
    expect(finiteLoss(0.25, "student", 3)).toBe(0.25);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("of %d ends the training by its name", (loss) => {
    const learn = () => finiteLoss(loss, "student", 3);
    expect(learn).toThrow(DivergedError);
    expect(learn).toThrow("the student diverged: its loss is not finite after 3 updates (try a smaller learningRate)");
    expect(new DivergedError("student", 3).name).toBe("DivergedError");
  });
});
