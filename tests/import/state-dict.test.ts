// Which tensor of a state dict is which layer's: by names, by a map, or not at all.
import { expect, test } from "vitest";
import { importModel } from "../../src/import/import-model.js";
import type { LayerMap } from "../../src/import/state-dict.js";
import { fileOf } from "./counted.js";

/** The layers 4-8-4 and 4-8-4. */
const twins = (...names: string[]) =>
  Object.fromEntries(names.map((name, i) => [`${name}.weight`, i % 2 === 0 ? [8, 4] : [4, 8]]));

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
  [
    "a trunk and its head",
    { "trunk.0.weight": [8, 4], "trunk.2.weight": [6, 8], "head.0.weight": [5, 6], "head.2.weight": [2, 5] },
    [4, 8, 6, 5, 2],
  ],
  [
    "numbers in sorted names",
    { "net.0.weight": [8, 4], "net.10.weight": [8, 8], "net.2.weight": [8, 8] },
    [4, 8, 8, 8],
  ],
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
  [
    "two orders of the same names",
    { "in.weight": [8, 4], "mid_three.weight": [8, 8], "mid_two.weight": [8, 8], "out.weight": [2, 8] },
    'the layers fit in two orders, with "mid_three.weight" (8, 8), "mid_two.weight" (8, 8), "out.weight" (2, 8) or "mid_two.weight"',
  ],
  [
    "numbers against the order of the file",
    { "fc3.weight": [8, 8], "fc2.weight": [8, 8], "out.weight": [2, 8] },
    'two orders, with "fc3.weight" (8, 8), "fc2.weight" (8, 8), "out.weight" (2, 8) or "fc2.weight" (8, 8), "fc3.weight" (8, 8)',
  ],
  [
    "two networks in a checkpoint",
    twins("model_state_dict.0", "model_state_dict.10", "best_model.0", "best_model.10"),
    '2 networks, "model_state_dict" (4-8-4), "best_model" (4-8-4)',
  ],
  ["two networks that chain", twins("q1.0", "q1.2", "q2.0", "q2.2"), '2 networks, "q1" (4-8-4), "q2" (4-8-4)'],
  [
    "two networks by underscores",
    twins("net.q1_a", "net.q1_b", "net.q2_a", "net.q2_b"),
    '2 networks, "net.q1" (4-8-4), "net.q2" (4-8-4); a name or a map can say which tensors are the network\'s',
  ],
  [
    "two networks by the ends of their names",
    twins("fc1_q1", "fc2_q1", "fc1_q2", "fc2_q2"),
    '2 networks, "q1" (4-8-4), "q2" (4-8-4)',
  ],
  [
    "an actor and a critic",
    {
      "actor.0.weight": [8, 4],
      "actor.2.weight": [4, 8],
      "critic.0.weight": [8, 4],
      "critic.2.weight": [1, 8],
    },
    'the file holds 2 networks, "actor" (4-8-4), "critic" (4-8-1)',
  ],
  [
    "many layers",
    Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`${i}.weight`, [4, 4]])),
    "the file has 17 linear layers; a map can say which tensors are the network's: a model has 16 at most",
  ],
  ["no outputs", { "a.weight": [0, 3] }, 'given "3-0"'],
])("%s is refused", (_, shapes, message) => {
  expect(() => importModel(fileOf(shapes))).toThrow(message);
});

test("without numbers in the names the order is that of the file", () => {
  const names = ["input_layer", "linear_two", "linear_three", "output_layer"];
  const model = importModel(fileOf(Object.fromEntries(names.map((name) => [`${name}.weight`, [2, 2]]))));
  // the first element of each layer's weight
  expect([0, 6, 12, 18].map((at) => model.parameters[at])).toEqual([1, 5, 9, 13]);
});

test("numbers decide where a writer has sorted the names", () => {
  const names = ["net.0", "net.10", "net.2"];
  const model = importModel(fileOf(Object.fromEntries(names.map((name) => [`${name}.weight`, [2, 2]]))));
  expect([0, 6, 12].map((at) => model.parameters[at])).toEqual([1, 9, 5]);
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
