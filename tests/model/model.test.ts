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
