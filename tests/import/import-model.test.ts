// Files of other libraries: their own Q-values, and one line for what is not read.
import { readdirSync, readFileSync } from "node:fs";
import { unzipSync, zipSync } from "fflate";
import { expect, test } from "vitest";
import { importModel } from "../../src/import/import-model.js";
import type { LayerMap } from "../../src/import/state-dict.js";
import { saveModel } from "../../src/model/files.js";
import { parameterCount } from "../../src/model/layout.js";
import type { Activation } from "../../src/model/model.js";

interface Expected {
  readonly environment?: string;
  readonly activation?: Activation;
  readonly map?: LayerMap;
  readonly observations: number[][];
  readonly qValues: number[][];
}

const folder = new URL("../foreign/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder));
const json = (name: string): Record<string, Expected & { refused?: string }> => JSON.parse(read(name).toString());
const expected = json("expected.json");
const made = json("made.json");
const torch = json("torch.json");

/** Each output within 5e-6 of the other library's, relatively. */
function expectAnswers(
  file: string,
  { environment, map, observations, qValues }: Expected,
  activation?: Activation,
  difference = 5e-6,
) {
  const model = importModel(read(file), { environment, activation, map });
  for (const [row, observation] of observations.entries()) {
    for (const [action, value] of model.outputsOf(observation).entries()) {
      const wanted = qValues[row][action];
      if (!(Math.abs(value - wanted) <= difference * Math.abs(wanted)))
        expect([row, action, value]).toEqual([row, action, wanted]);
    }
  }
  return model;
}

// one network in three files
test.each(["sb3_dqn_cartpole.zip", "cartpole_qnet.pt", "cartpole_torch.onnx"])(
  "%s answers as its library does",
  (file) => {
    const model = expectAnswers(file, expected["sb3_dqn_cartpole.zip"]);
    expect(model).toMatchObject({ environment: "CartPole-v1", widths: [4, 256, 256, 2], activation: "relu" });
  },
);

test.each<[string, number[], Activation | undefined]>([
  ["cleanrl_relu.safetensors", [4, 120, 84, 2], undefined],
  ["relu_odd_widths.safetensors", [4, 17, 9, 5, 2], "relu"],
  ["tanh_one_hidden.safetensors", [2, 32, 3], "tanh"],
])("%s answers as PyTorch does", (file, widths, activation) => {
  const model = expectAnswers(file, expected[file], activation);
  expect(model.widths).toEqual(widths);
  expect(model.activation).toBe(activation ?? "relu");
});

test("without the right activation the answers are others", () => {
  expect(() => expectAnswers("tanh_one_hidden.safetensors", expected["tanh_one_hidden.safetensors"])).toThrow();
});

// packed archives, checkpoints around a state dict, f16 and f64, columns in place of rows, each kind of ONNX node
test.each(Object.keys(made).filter((file) => made[file].refused === undefined))("%s is read, too", (file) => {
  const model = expectAnswers(file, made[file]);
  expect(model.environment).toBe("");
  expect(model.activation).toBe(file.startsWith("tanh") ? "tanh" : "relu");
});

// files from before 1.6, checkpoints with much beside the network, modules and TorchScript, which say their activation
test.each(Object.keys(torch))("%s of PyTorch or Stable-Baselines3 answers as the library does", (file) => {
  const model = expectAnswers(file, torch[file], undefined, 8e-7);
  expect(model.activation).toBe(torch[file].activation);
});

test("what a file or its library says of the activation", () => {
  const { map } = torch["sb3_ppo.zip"];
  const activation = (file: string, given?: Activation) =>
    importModel(read(file), { activation: given, map }).activation;
  expect(activation("sb3_ppo.zip")).toBe("tanh");
  expect(activation("sb3_ppo.zip", "relu")).toBe("relu"); // only a default is overruled
  expect(activation("sb3_a2c.zip", "tanh")).toBe("relu"); // the archive names it
  expect(importModel(read("module_tanh.pt"), { activation: "relu" }).activation).toBe("tanh");
});

test("a map takes a part of what is not read as a whole", () => {
  const q2: LayerMap = [
    ["q2.0.weight", "q2.0.bias"],
    ["q2.2.weight", "q2.2.bias"],
  ];
  for (const file of ["refuse_twins.pt", "refuse_two_state_dicts.pt"]) {
    expect(importModel(read(file), { map: q2 }).widths).toEqual([4, 16, 4]);
  }
});

test("text of Python 2 is read in a file from before 1.6", () => {
  const file = read("legacy_state_dict.pt").toString("latin1");
  const older = Buffer.from(file.replace(/X(.)\0\0\0(?=[\w.]+)/gs, "U$1"), "latin1");
  expect(older.length).toBeLessThan(file.length - 40);
  expect([...importModel(older).parameters]).toEqual([...importModel(read("legacy_state_dict.pt")).parameters]);
});

test("qstill's own files are read as loadModel does", () => {
  const widths = [4, 3, 2];
  const parameters = Float32Array.from({ length: parameterCount(widths) }, (_, i) => Math.sin(i));
  const file = saveModel({ environment: "CartPole-v1", widths, activation: "tanh", parameters });
  const model = importModel(file);
  expect(model).toMatchObject({ environment: "CartPole-v1", widths, activation: "tanh" });
  expect([...model.parameters]).toEqual([...parameters]);
  expect(importModel(file, { activation: "relu" }).activation).toBe("tanh"); // the file knows better
  expect(() => importModel(file, { environment: "MountainCar-v0" })).toThrow(
    "the model has 4 inputs and 2 outputs, but MountainCar-v0 has 2 features and 3 actions",
  );
});

test("a byte offset into a larger buffer changes nothing", () => {
  const file = read("small_deflated.pt");
  const larger = new Uint8Array(file.length + 13).fill(255);
  larger.set(file, 7);
  const model = importModel(larger.subarray(7, 7 + file.length));
  expect([...model.parameters]).toEqual([...importModel(file).parameters]);
});

test.each<[string, string]>([
  ["stable_baselines3.sac.policies", 'the archive\'s policy is "sac", an actor of continuous actions'],
  ["sb3_contrib.qrdqn.policies", "the archive is a QR-DQN whose settings do not say its number of quantiles"],
])("an archive with a policy of %s says what it holds", (module, message) => {
  const policy = unzipSync(read("tanh_sb3.zip"))["policy.pth"];
  const archive = (kind: string) => {
    const data = JSON.stringify({ policy_class: { __module__: kind } });
    return zipSync({ data: new TextEncoder().encode(data), "policy.pth": policy });
  };
  expect(() => importModel(archive(module))).toThrow(message);
  expect(importModel(archive("stable_baselines3.dqn.policies")).widths).toEqual([3, 4, 2]);
});

const refusals: Record<string, string> = {
  "refuse_a2c_multi.zip": 'the actor\'s actions are "MultiDiscrete": only those that choose from a list',
  "refuse_dueling_uneven.pt": "the dueling network has 1 layers for its value and 2 for its advantages",
  "refuse_ppo_continuous.zip": 'the actor\'s actions are "Box": only those that choose from a list of actions are read',
  "refuse_recurrent.zip": 'the actor has "lstm_actor.weight_ih_l0" before its layers, which is not read',
  "refuse_sac.zip": 'the archive\'s policy is "sac", an actor of continuous actions: DQN, QR-DQN and actors that',
  "refuse_td3.zip": 'the archive\'s policy is "td3", an actor of continuous actions',
  "refuse_bomb.zip":
    'entry "policy.pth" of the zip archive unpacks to 30000000 bytes: no archive may unpack to over 100',
  "refuse_conv.onnx": 'node "y" (Conv) is of a kind that is not read',
  "refuse_call.pt":
    'the pickle asks for "__main__.Colour", which is not allowed: only tensors are read (save model.state_dict()',
  "refuse_call_module.pt": 'the file is a whole "torch.nn.modules.container.Sequential"; if you trust it, torch.save(',
  "refuse_export.pt2":
    'a program of torch.export, which is not read: torch.save(torch.export.load("model.pt2").state_dict',
  "refuse_frozen.pt":
    "the TorchScript archive holds no tensor by name: save the module as it is before torch.jit.freeze",
  "refuse_no_activation.pt": "its modules are Linear, Linear: one activation between each two linear layers",
  "refuse_sigmoid_module.pt": 'module "1" is Sigmoid, which is not read',
  "refuse_twins.pt": 'the file holds 2 networks, "q1" (4-16-4), "q2" (4-16-4); a name or a map can say which tensors',
  "refuse_two_state_dicts.pt":
    'the file holds 2 networks, "q1" (4-16-4), "q2" (4-16-4); a name or a map can say which tensors',
  "refuse_evil.pt": 'the pickle asks for "posix.system", which is not allowed',
  "refuse_header_length.safetensors": "a header of 4611686018427387904 bytes, at most 2 expected",
  "refuse_last_activation.onnx": "the ONNX graph ends in an activation",
  "refuse_mismatched.safetensors":
    'the layers do not chain in any order of their names: "0.weight" (8, 4), "2.weight" (2, 9)',
  "refuse_mixed.onnx": 'node "other" (Tanh) is not the same activation as before',
  "refuse_nan.safetensors": 'tensor "0.weight" has a NaN at 0, not a finite number',
  "refuse_overlap.safetensors": 'tensor "0.bias" overlaps the tensor before it',
  "refuse_sigmoid.onnx": 'node "squash" (Sigmoid) is of a kind that is not read',
  "refuse_skip.onnx": 'node "skip" (Add) adds to something that is not the output of a linear layer',
  "refuse_two_linear.onnx": 'node "second" (MatMul) follows a linear layer without an activation between them',
};

test.each(readdirSync(folder).filter((name) => name.startsWith("refuse_")))("%s ends in one line", (file) => {
  let message = "";
  try {
    importModel(read(file));
  } catch (error) {
    expect((error as Error).constructor).toBe(Error);
    message = (error as Error).message;
  }
  expect(message).toMatch(/^.{10,300}$/);
  expect(message).toContain(refusals[file]);
});

test.each<[string, Uint8Array, string]>([
  ["nothing", new Uint8Array(0), "not a model's file: safetensors, PyTorch, Stable-Baselines3 and ONNX are read"],
  ["text", new TextEncoder().encode("<html>"), "begins with 3c 68 74 6d 6c 3e"],
  ["the beginning of an old PyTorch file", Uint8Array.of(0x80, 2, 0x8a, 10), "the pickle is damaged: it ends too soon"],
  ["another pickle", Uint8Array.of(0x80, 2, 0x4b, 1, 0x2e), "the file is a pickle that torch.save did not write"],
  ["the beginning of a zip", read("small_deflated.pt").subarray(0, 500), "has no directory: the file is cut off"],
])("%s is no model", (_, bytes, message) => {
  expect(() => importModel(bytes)).toThrow(message);
});

test("what does not fit the environment says both sizes", () => {
  expect(() => importModel(read("cartpole_torch.onnx"), { environment: "Acrobot-v1" })).toThrow(
    "the model has 4 inputs and 2 outputs, but Acrobot-v1 has 6 features and 3 actions",
  );
});

test("an activation that the core has not is refused", () => {
  const elu = { activation: "elu" as Activation };
  expect(() => importModel(read("cleanrl_relu.safetensors"), elu)).toThrow(
    'activation is "elu": "relu" or "tanh" is allowed',
  );
});
