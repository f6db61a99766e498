// Masks: of the allowed actions the first with the largest Q-value is taken, by everything that acts.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromFunction } from "../../src/import/function.js";
import { parameterCount } from "../../src/model/layout.js";
import { Model } from "../../src/model/model.js";
import { quantize } from "../../src/model/quantize.js";
import type { QuantizedModel } from "../../src/model/quantized.js";
import { ordinary } from "../export/networks.js";

interface Actor {
  act(observation: ArrayLike<number>, mask?: ArrayLike<number>): number;
  qValues(observation: ArrayLike<number>): Float32Array;
}

/** The definition: the allowed actions alone, in order. */
function expected(qValues: Float32Array, mask: ArrayLike<number>): number {
  const allowed = [...qValues.keys()].filter((action) => mask[action] === 1);
  return allowed.find((action) => allowed.every((other) => !(qValues[other] > qValues[action])))!;
}

const widths = [3, 6, 5];
const model = new Model({ environment: "x", widths, parameters: ordinary(parameterCount(widths), 1) });
const quantized: QuantizedModel = quantize(model, ordinary(90, 2));
const world = {
  observationSize: 3,
  actionCount: 5,
  reset: () => [0, 0, 0],
  step: () => ({ observation: [0, 0, 0], reward: 0, terminated: true }),
};
const rule = fromFunction((observation) => model.qValues(observation), { environment: () => ({ ...world }) });

describe.each<[string, Actor]>([
  ["a model", model],
  ["a quantised model", quantized],
  ["a function", rule],
])("%s", (_, actor) => {
  const observations = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 });
  const masks = fc
    .array(fc.constantFrom(0, 1), { minLength: 5, maxLength: 5 })
    .filter((mask) => mask.includes(1))
    .map((mask) => Uint8Array.from(mask));

  test("takes the best of the allowed actions", () => {
    fc.assert(
      fc.property(observations, masks, (observation, mask) => {
        expect(actor.act(observation, mask)).toBe(expected(actor.qValues(observation), mask));
        expect(actor.act(observation, [...mask])).toBe(actor.act(observation, mask));
      }),
    );
  });

  test("acts as without a mask where everything is allowed", () => {
    fc.assert(
      fc.property(observations, (observation) => {
        expect(actor.act(observation, new Uint8Array(5).fill(1))).toBe(actor.act(observation));
      }),
    );
  });

  test.each<[unknown, string]>([
    [[1, 1], "a mask of length 2 was given: 5 numbers are needed, 1 for each allowed action and 0 for each forbidden"],
    [[], "a mask of length 0 was given: 5 numbers are needed"],
    [null, "mask is null: 5 numbers are needed"],
    ["11111", 'mask is "11111": 5 numbers are needed'],
    [[0, 0, 0, 0, 0], "a mask of zeros was given: at least one action must be allowed"],
    [[1, 0, 2, 0, 0], "the mask has 2 at 2: 0 or 1 is needed"],
    [[1, 0, 0, 0, Number.NaN], "the mask has NaN at 4: 0 or 1 is needed"],
    [[true, true, true, true, true], "the mask has true at 0: 0 or 1 is needed"],
  ])("refuses the mask %j", (mask, message) => {
    expect(() => actor.act([0, 0, 0], mask as number[])).toThrow(new RegExp(`^${message}`));
    expect(() => actor.act([0, 0, 0], mask as number[])).toThrow(RangeError);
  });
});

test("the first of equal Q-values that are allowed is taken", () => {
  const equal = new Model({ environment: "x", widths: [1, 4], parameters: Float32Array.of(0, 0, 0, 0, 7, 5, 5, 7) });
  expect(equal.act([0], [0, 1, 1, 0])).toBe(1);
  expect(equal.act([0], [0, 1, 1, 1])).toBe(3);
  expect(equal.act([0], [1, 1, 1, 1])).toBe(0);
  expect(equal.act([0], [0, 0, 1, 0])).toBe(2);
});

test("what a mask forbids has no part, whatever its Q-value", () => {
  const parameters = Float32Array.of(3e38, -3e38, 0, 3e38, -3e38, 0); // Q = 3e38·(x + 1), −3e38·(x + 1), 0
  const vast = new Model({ environment: "x", widths: [1, 3], parameters });
  expect([...vast.qValues([1])]).toEqual([Infinity, -Infinity, 0]);
  expect(vast.act([1], [0, 1, 1])).toBe(2);
  expect(vast.act([1], [0, 1, 0])).toBe(1);
  expect([...vast.qValues([-Infinity])]).toEqual([-Infinity, Infinity, Number.NaN]);
  expect(vast.act([-Infinity], [0, 0, 1])).toBe(2);
  expect(vast.act([-Infinity], [1, 0, 1])).toBe(0); // nothing is larger than what is not a number, nor is it larger
});
