// A network of a million parameters goes through every writer and reader. No array of that size may become a call's
// arguments: an engine takes about a hundred thousand.
import { beforeAll, expect, test } from "vitest";
import { exportC } from "../../src/export/c.js";
import { type Description, describe, modelHash } from "../../src/export/description.js";
import { exportModule } from "../../src/export/javascript.js";
import { exportOnnx } from "../../src/export/onnx.js";
import { exportWasm } from "../../src/export/wasm.js";
import { importModel } from "../../src/import/import-model.js";
import { loadModel, saveModel } from "../../src/model/files.js";
import { weightsHash } from "../../src/model/hash.js";
import { parameterCount } from "../../src/model/layout.js";
import { Model } from "../../src/model/model.js";
import { quantize } from "../../src/model/quantize.js";
import { loadQuantized, saveQuantized } from "../../src/model/quantized-files.js";

const widths = [4, 998, 998, 2];
const parameters = Float32Array.from(
  { length: parameterCount(widths) },
  (_, i) => (((i * 7919) % 1001) - 500) / 16_384,
);
const observation = [0.1, -0.2, 0.3, -0.4];
let model: Model;
let description: Description;

beforeAll(() => {
  model = new Model({ environment: "CartPole-v1", widths, parameters });
  description = describe(model);
  expect(parameters.length).toBeGreaterThan(1e6);
});

test("safetensors", async () => {
  const loaded = loadModel(saveModel(model));
  expect(modelHash(loaded)).toBe(modelHash(model));
  expect(importModel(saveModel(model)).qValues(observation)).toEqual(model.qValues(observation));
  expect(await weightsHash(model.parameters, model.parameters)).toHaveLength(64);
});

test("a module", async () => {
  for (const described of [undefined, description]) {
    const source = exportModule(model, described);
    const { qValues, selfTest } = await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
    expect(qValues(observation)).toEqual(model.qValues(observation));
    if (described) expect(selfTest()).toBe(true);
  }
});

test("WebAssembly", async () => {
  const { instance } = await WebAssembly.instantiate(exportWasm(model, description));
  expect((instance.exports.selfTest as () => number)()).toBe(1);
});

test("C", () => {
  expect(exportC(model, description)).toContain(`_parameters[${parameters.length}] = {`);
});

test("ONNX, out and in", () => {
  expect(importModel(exportOnnx(model, description)).qValues(observation)).toEqual(model.qValues(observation));
});

test("8 bits", () => {
  const quantized = quantize(model, description.examples.observations);
  const loaded = loadQuantized(saveQuantized(quantized));
  expect(loaded.qValues(observation)).toEqual(quantized.qValues(observation));
  expect(exportC(quantized, description)).toContain(`_weights[${998 * (4 + 998 + 2)}] = {`);
});
