// Models enter the core when they are used, and together take a bounded part of it.
import { expect, test } from "vitest";
import { core } from "../../src/core/instance.js";
import { parameterCount } from "../../src/model/layout.js";
import { Model } from "../../src/model/model.js";

const widths = [4, 256, 256, 2];
const parameters = Float32Array.from({ length: parameterCount(widths) }, (_, i) => ((i * 37) % 11) / 50 - 0.1);
const made = () => new Model({ environment: "", widths, parameters });
const coreBytes = () => core().memory.buffer.byteLength;
const observation = [1, 2, 3, 4];

test("a model that is never used takes nothing of the core", () => {
  const before = coreBytes();
  const models = Array.from({ length: 500 }, made);
  expect(coreBytes()).toBe(before);
  expect(models).toHaveLength(500);
});

test("models that are dropped without dispose() in one loop take no more than a bounded part", () => {
  const expected = made().qValues(observation);
  const first = made();
  for (let i = 0; i < 1000; i++) made().act(observation); // almost 400 MB of parameters, which the core keeps twice
  expect(coreBytes()).toBeLessThan(300e6);
  expect(first.qValues(observation)).toEqual(expected); // displaced, and back again
});

test("a model that has been disposed of does not come back", () => {
  for (const use of [false, true]) {
    const model = made();
    if (use) model.act(observation);
    model.dispose();
    model.dispose();
    expect(() => model.act(observation)).toThrow("this network has been disposed of");
  }
});
