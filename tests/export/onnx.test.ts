// The ONNX export: the Q-values that onnxruntime computes are the core's within 1e-5.
import { expect, test } from "vitest";
import { describe } from "../../src/export/description.js";
import { exportOnnx } from "../../src/export/onnx.js";
import { parameterCount } from "../../src/model/layout.js";
import { Model, type ModelData } from "../../src/model/model.js";
import { onnxRuntime } from "../onnx/onnxruntime.js";
import { ordinary } from "./networks.js";

const widthsTried = [
  [4, 2],
  [1, 1],
  [4, 16, 2],
  [3, 5, 7, 3],
  [6, 4, 8, 12, 1],
  [8, 65, 63, 4],
  [130, 200, 9],
];

test.for(widthsTried.flatMap((widths) => (["relu", "tanh"] as const).map((activation) => ({ widths, activation }))))(
  "onnxruntime answers as the core does: $widths, $activation",
  async ({ widths, activation }, { skip }) => {
    const { InferenceSession, Tensor } = onnxRuntime(skip);
    const model = new Model({ environment: "x", widths, activation, parameters: ordinary(parameterCount(widths), 1) });
    const session = await InferenceSession.create(exportOnnx(model, describe(model)));
    expect([session.inputNames, session.outputNames]).toEqual([["observation"], ["q_values"]]);
    for (const count of [1, 37]) {
      const observations = ordinary(count * widths[0], count);
      const tensor = new Tensor("float32", observations, [count, widths[0]]);
      const { q_values: answered } = await session.run({ observation: tensor });
      const expected = model.qValuesOfMany(observations);
      expect(answered.dims).toEqual([count, widths[widths.length - 1]]);
      // relative to the largest of all: a Q-value close to 0 is a difference of larger numbers
      const largest = Math.max(...expected.map(Math.abs));
      for (const [i, value] of expected.entries()) {
        expect(Math.abs(answered.data[i] - value)).toBeLessThanOrEqual(1e-5 * largest);
      }
    }
    await session.release();
  },
);

test("carries its description as text", () => {
  const data: ModelData = { environment: "CartPole-v1", widths: [4, 16, 2], parameters: ordinary(114, 0) };
  const description = describe(new Model(data));
  const text = new TextDecoder().decode(exportOnnx(data, description));
  expect(text).toContain(`hash\x12\x40${description.hash}`);
  for (const part of ["CartPole-v1", "4-16-2", "relu", ...description.featureNames, "push left", "push right"]) {
    expect(text).toContain(part);
  }
  const [json] = /\{"observations".*\]\}/.exec(text) ?? [];
  const { observations, qValues, actions } = description.examples;
  expect(JSON.parse(String(json))).toEqual({
    observations: [0, 1, 2, 3].map((i) => [...observations.subarray(4 * i, 4 * i + 4)]),
    qValues: [0, 1, 2, 3].map((i) => [...qValues.subarray(2 * i, 2 * i + 2)]),
    actions,
  });
});

test("refuses parameters that do not fit the widths", () => {
  const data: ModelData = { environment: "x", widths: [4, 2], parameters: new Float32Array(10) };
  const description = describe(new Model(data));
  expect(() => exportOnnx({ ...data, parameters: new Float32Array(9) }, description)).toThrow(
    "a model of widths 4-2 has 10 parameters, but 9 were given",
  );
});
