// What an export says about itself: names, examples that play came through, and a hash that anyone can compute.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { CartPole } from "../../src/env/cartpole.js";
import { episodeSeed, purposes } from "../../src/env/seeds.js";
import { describe, modelHash } from "../../src/export/description.js";
import { Model, type ModelData } from "../../src/model/model.js";

function modelOf(environment: string, widths: number[], parameters: number[]): Model {
  return new Model({ environment, widths, parameters: Float32Array.from(parameters) });
}

// pushes towards where the pole leans
const leaning = [0, 0, 0, 0, -1, 1, 0, 0, 0, 0];

test("the examples are states that the model visits, and its answers", () => {
  const model = modelOf("CartPole-v1", [4, 2], leaning);
  const { featureNames, actionNames, examples } = describe(model);
  expect(featureNames).toEqual(new CartPole().featureNames);
  expect(actionNames).toEqual(["push left", "push right"]);
  expect(examples.observations.length).toBe(16);
  const first = new CartPole().reset({ seed: episodeSeed(0, purposes.probe, 0) });
  expect([...examples.observations.subarray(0, 4)]).toEqual([...first]);
  for (let example = 0; example < 4; example++) {
    const observation = examples.observations.subarray(4 * example, 4 * example + 4);
    expect([...examples.qValues.subarray(2 * example, 2 * example + 2)]).toEqual([...model.qValues(observation)]);
    expect(examples.actions[example]).toBe(observation[2] > 0 ? 1 : 0);
  }
  expect(new Set(examples.observations).size).toBe(16);
});

test("says the same each time", () => {
  const model = modelOf("MountainCar-v0", [2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(describe(model)).toEqual(describe(model));
});

test("a model whose environment is not at hand gets numbers for names and random examples", () => {
  const { featureNames, actionNames, examples } = describe(modelOf("somebody's", [2, 1], [1, 2, 3]));
  expect({ featureNames, actionNames }).toEqual({
    featureNames: ["feature 0", "feature 1"],
    actionNames: ["action 0"],
  });
  expect(new Set(examples.observations).size).toBe(8);
  for (const value of examples.observations) expect(Math.abs(value)).toBeLessThanOrEqual(1);
});

test("an environment can be given", () => {
  const model = modelOf("somebody's", [4, 2], leaning);
  expect(describe(model, { env: () => new CartPole() }).actionNames).toEqual(["push left", "push right"]);
});

test("refuses an environment of other sizes", () => {
  expect(() => describe(modelOf("CartPole-v1", [2, 1], [1, 2, 3]))).toThrow(
    "the model, trained in CartPole-v1, has 2 inputs and 1 outputs, but CartPole-v1 has 4 features and 2 actions",
  );
});

test.each(["relu", "tanh"] as const)("the hash is SHA-256 of the widths, %s and the parameters", (activation) => {
  const data: ModelData = { environment: "x", widths: [2, 1], activation, parameters: Float32Array.of(1, -2, 0.1) };
  const bytes = Buffer.alloc(12);
  for (const [i, value] of data.parameters.entries()) bytes.writeFloatLE(value, 4 * i);
  expect(modelHash(data)).toBe(createHash("sha256").update(`2-1 ${activation}\n`).update(bytes).digest("hex"));
});
