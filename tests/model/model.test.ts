// A model as a value: which sizes and parameters it can have.
import { expect, test } from "vitest";
import { Model } from "../../src/model/model.js";

test.each<[number[], number, string]>([
  [[4], 0, 'a model has widths such as "4-64-64-2", at most 16 layers of 1 to 65536; given "4"'],
  [[], 0, 'given ""'],
  [[2, 0, 1], 1, 'given "2-0-1"'],
  [[2, -3, 1], -11, 'given "2--3-1"'],
  [[2, 1.5, 1], 7, 'given "2-1.5-1"'],
  [[65_537, 1], 65_538, 'given "65537-1"'],
  [Array(18).fill(1), 34, "at most 16 layers"],
  [[2, 3, 1], 12, "a model of widths 2-3-1 has 13 parameters, but 12 were given"],
])("refuses the widths %j with %d parameters", (widths, count, message) => {
  const parameters = new Float32Array(Math.max(count, 0));
  expect(() => new Model({ environment: "x", widths, parameters })).toThrow(message);
});

test("refuses a parameter that is not finite", () => {
  const parameters = Float32Array.of(1, Infinity, 1);
  expect(() => new Model({ environment: "x", widths: [2, 1], parameters })).toThrow("parameter 1 of the model is Inf");
});

test.each<[unknown, string]>([
  [[1, Number.NaN], "feature 1 of the observation is NaN: a number is needed"],
  [["1", 2], 'feature 0 of the observation is "1": a number is needed'],
  [[1, undefined], "feature 1 of the observation is undefined"],
  [[null, 1], "feature 0 of the observation is null"],
  ["12", 'observation is "12": 2 numbers are needed'],
  [[1], "an observation of length 1 was given: 2 numbers are needed"],
  [null, "observation is null: 2 numbers are needed"],
])("refuses the observation %j", (observation, message) => {
  const model = new Model({ environment: "x", widths: [2, 1], parameters: new Float32Array(3) });
  expect(() => model.act(observation as number[])).toThrow(message);
  expect(() => model.qValues(observation as number[])).toThrow(message);
});
