// Actors, quantile networks and dueling networks of other libraries: their own answers, and what is not read.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { importModel } from "../../src/import/import-model.js";
import type { LayerMap } from "../../src/import/state-dict.js";
import type { Activation, Outputs } from "../../src/model/model.js";
import { fileOf } from "./counted.js";

interface Expected {
  readonly activation: Activation;
  readonly outputs?: Outputs;
  readonly name?: string;
  readonly given?: { readonly activation?: Activation; readonly outputs?: Outputs };
  readonly vecNormalize?: string;
  readonly observations: number[][];
  readonly qValues: number[][];
}

const read = (name: string) => readFileSync(new URL(`../foreign/${name}`, import.meta.url));
const expected: Record<string, Expected> = JSON.parse(read("policies.json").toString());

const modelOf = (file: string) => {
  const { name, given, vecNormalize } = expected[file];
  return importModel(read(file), {
    name,
    ...given,
    vecNormalize: vecNormalize === undefined ? undefined : read(vecNormalize),
  });
};

/** The largest difference from what the library answers, as a share of each answer. */
function difference(file: string): number {
  const { observations, qValues } = expected[file];
  const model = modelOf(file);
  return Math.max(
    ...observations.flatMap((observation, row) =>
      Array.from(model.outputsOf(observation), (value, action) => {
        const wanted = qValues[row][action];
        return Math.abs(value - wanted) / Math.abs(wanted);
      }),
    ),
  );
}

test.each(Object.keys(expected))("%s answers as its library does", (file) => {
  expect(difference(file)).toBeLessThan(5e-6);
  const { activation, outputs = "qValues", qValues } = expected[file];
  const model = modelOf(file);
  expect(model).toMatchObject({ activation, outputs });
  expect(model.widths.at(-1)).toBe(qValues[0].length);
});

test("without its normalisation a policy answers otherwise", () => {
  const file = "sb3_ppo_normalised.zip";
  const [observation] = expected[file].observations;
  expect([...importModel(read(file)).outputsOf(observation)]).not.toEqual([...modelOf(file).outputsOf(observation)]);
});

test("what VecNormalize saved must be about as many features", () => {
  const options = { vecNormalize: read("sb3_ppo_normalised.pkl") };
  expect(() => importModel(read("sb3_dqn_cartpole.zip"), options)).toThrow(
    `"mean" of VecNormalize's obs_rms has shape (3): (4) is needed`,
  );
  expect(() => importModel(read("sb3_ppo.zip"), { vecNormalize: new Uint8Array(3) })).toThrow("the pickle");
  expect(() => importModel(read("sb3_ppo.zip"), { vecNormalize: read("legacy_state_dict.pt") })).toThrow(
    "the file is not what VecNormalize.save() of Stable-Baselines3 writes: it has no obs_rms",
  );
});

test("a map over an actor-critic gives logits, and that library's activation", () => {
  const map: LayerMap = [
    ["mlp_extractor.policy_net.0.weight", "mlp_extractor.policy_net.0.bias"],
    ["mlp_extractor.policy_net.2.weight", "mlp_extractor.policy_net.2.bias"],
    ["action_net.weight", "action_net.bias"],
  ];
  expect(importModel(read("sb3_ppo.zip"), { map })).toMatchObject({ outputs: "logits", activation: "tanh" });
});

test("two networks are refused with their names, of which one can be given", () => {
  expect(() => importModel(read("actor_critic.pt"))).toThrow(
    'the file holds 2 networks, "critic" (3-5-1), "actor" (3-5-2); a name or a map can say which',
  );
});

test("a name picks one network by how its tensors' names begin or end", () => {
  expect(importModel(read("refuse_twins.pt"), { name: "q2" }).widths).toEqual([4, 16, 4]);
  expect(() => importModel(read("refuse_twins.pt"), { name: "q" })).toThrow(
    'no tensor\'s name begins or ends with "q": it has "q1.0.weight"',
  );
});

test("a dueling head is told by its names: value and advantage, behind a trunk", () => {
  const trunk = { "fc1.weight": [2, 1] };
  const widths = (more: Record<string, number[]>) => importModel(fileOf({ ...trunk, ...more })).widths;
  expect(widths({ "fc_adv.weight": [3, 2], "fc_val.weight": [1, 2] })).toEqual([1, 2, 3]);
  expect(widths({ "A.weight": [3, 2], "V.weight": [1, 2] })).toEqual([1, 2, 3]);
  // the value's stream does not end in one output: no dueling network
  expect(() => widths({ "fc_adv.weight": [3, 2], "fc_val.weight": [2, 2] })).toThrow("the layers do not chain");
  // W: trunk 1, 2; advantages 3, 4 | 5, 6 | 7, 8; value 9, 10. V + A − mean A for x = 1
  const model = importModel(fileOf({ ...trunk, "adv.weight": [3, 2], "val.weight": [1, 2] }));
  const advantages = [3 + 8, 5 + 12, 7 + 16];
  expect([...model.qValues([1])]).toEqual(advantages.map((each) => 9 + 20 + each - 17));
});

test("what is no option of an import is refused in one line", () => {
  const file = read("sb3_ppo.zip");
  expect(() => importModel(file, { outputs: "values" as Outputs })).toThrow(
    'outputs is "values": "qValues" or "logits" is allowed',
  );
  expect(() => importModel(file, { name: "" })).toThrow('name is ""');
  expect(() => importModel(file, { vecNormalize: "file" as never })).toThrow("vecNormalize is");
});
