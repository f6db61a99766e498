// Which tensor of a state dict is which layer's: by names, by a map, or not at all.
import { expect, test } from "vitest";
import { importModel } from "../../src/import/import-model.js";
import type { LayerMap } from "../../src/import/state-dict.js";
import { writeSafetensors } from "../../src/model/safetensors.js";

/** A file of these tensors, in this order, whose elements are 1, 2, 3 and so on over all of them. */
function fileOf(shapes: Record<string, number[]>): Uint8Array {
  let next = 1;
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const values = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => next++);
    return { name, dtype: "F32" as const, shape, data: new Uint8Array(values.buffer) };
  });
  return writeSafetensors(tensors, {});
}

const small = { "a.weight": [2, 3], "a.bias": [2] };

test("a weight is (outputs, inputs), and layers are y = x·Wᵀ + b", () => {
  const model = importModel(fileOf(small));
  expect(model.widths).toEqual([3, 2]);
  expect([...model.parameters]).toEqual([1, 4, 2, 5, 3, 6, 7, 8]);
  expect([...model.qValues([1, 0, 2])]).toEqual([1 + 6 + 7, 4 + 12 + 8]);
});

test.each<[string, Record<string, number[]>, number[]]>([
  ["no prefix", { "0.weight": [5, 4], "0.bias": [5], "2.weight": [2, 5], "2.bias": [2] }, [4, 5, 2]],
  ["numbers beyond 9", { "net.10.weight": [2, 5], "net.2.weight": [5, 4] }, [4, 5, 2]],
  ["fc1, fc2", { "fc2.weight": [2, 5], "fc1.weight": [5, 4], "fc1.bias": [5], "fc2.bias": [2] }, [4, 5, 2]],
  ["the order of the file", { "z.weight": [5, 4], "head.weight": [2, 5] }, [4, 5, 2]],
  ["a compiled model in parallel", { "module._orig_mod.0.weight": [3, 4] }, [4, 3]],
  ["one layer alone", { weight: [3, 4], bias: [3] }, [4, 3]],
  [
    "a target network beside it",
    {
      "q_net.0.weight": [5, 4],
      "q_net.2.weight": [2, 5],
      "q_net_target.0.weight": [5, 4],
      "q_net_target.2.weight": [2, 5],
    },
    [4, 5, 2],
  ],
  ["a target network alone", { "target.0.weight": [5, 4], "target.2.weight": [2, 5] }, [4, 5, 2]],
])("%s is understood", (_, shapes, widths) => {
  expect(importModel(fileOf(shapes)).widths).toEqual(widths);
});

test.each<[string, Record<string, number[]>, string]>([
  ["two networks", { "a.weight": [2, 4], "b.weight": [2, 4] }, "the layers do not chain in any order of their names"],
  [
    "policy and value",
    { "policy.0.weight": [8, 4], "value.0.weight": [8, 4], "action_net.weight": [2, 8], "value_net.weight": [1, 8] },
    "a map can say which tensors are the network's",
  ],
  ["a convolution", { "cnn.0.weight": [8, 1, 3, 3] }, "shape (8, 1, 3, 3): only networks of linear layers are read"],
  ["a normalisation", { ...small, "norm.weight": [2], "norm.bias": [2] }, 'tensor "norm.weight" has shape (2)'],
  [
    "statistics",
    { ...small, "norm.running_mean": [2] },
    'tensor "norm.running_mean" is not a linear layer\'s weight or bias',
  ],
  [
    "a bias of another size",
    { "a.weight": [2, 3], "a.bias": [3] },
    'tensor "a.bias" has shape (3), but its layer has 2',
  ],
  ["a bias alone", { ...small, "b.bias": [2] }, 'tensor "b.bias" belongs to no weight'],
  ["other names", { kernel: [2, 3] }, 'no tensor is called "<layer>.weight": it has "kernel"'],
  ["nothing", {}, "it has none"],
  ["no outputs", { "a.weight": [0, 3] }, 'given "3-0"'],
])("%s is refused", (_, shapes, message) => {
  expect(() => importModel(fileOf(shapes))).toThrow(message);
});

test("a map says what names do not", () => {
  const file = fileOf({ w2: [2, 3], b2: [2], w1: [3, 4], other: [9, 9] });
  const map: LayerMap = [["w1"], ["w2", "b2"]];
  const model = importModel(file, { map });
  expect(model.widths).toEqual([4, 3, 2]);
  expect([...model.parameters.subarray(12, 15)]).toEqual([0, 0, 0]);
  expect(() => importModel(file, { map: [["w1"], ["b2"]] })).toThrow('tensor "b2" has shape (2)');
  expect(() => importModel(file, { map: [["w2"], ["w1"]] })).toThrow('"w1" takes 4 inputs, but "w2" before it gives 2');
  expect(() => importModel(file, { map: [["w3"]] })).toThrow('no tensor "w3": it has "w2", "b2", "w1", "other"');
  expect(() => importModel(file, { map: [] })).toThrow("the map does not name a layer");
});
