// qstill verify: every export of a model passes beside it, and what is not its export does not.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { type Answers, formats } from "../../src/cli/answers.js";
import { makeEnv } from "../../src/env/registry.js";
import { randomPolicy } from "../../src/evaluate/returns.js";
import { exportC } from "../../src/export/c.js";
import { describe as describeModel } from "../../src/export/description.js";
import { exportInt8 } from "../../src/export/int8.js";
import { exportModule } from "../../src/export/javascript.js";
import { exportOnnx } from "../../src/export/onnx.js";
import { visitedStates } from "../../src/export/states.js";
import { exportWasm } from "../../src/export/wasm.js";
import { saveModel } from "../../src/model/files.js";
import { Model } from "../../src/model/model.js";
import { MissingEngineError } from "../engines/launch.js";
import { orSkip } from "../engines/skip.js";
import { ordinary } from "../export/networks.js";
import { onnxRuntime } from "../onnx/onnxruntime.js";

const tests = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = mkdtempSync(join(tmpdir(), "qstill-verify-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

const model = new Model({ environment: "CartPole-v1", widths: [4, 16, 2], parameters: ordinary(114, 1) });
const other = new Model({ ...model, parameters: ordinary(114, 2) });
const description = describeModel(model);
const exported: Record<string, string | Uint8Array> = {
  "student.mjs": exportModule(model, description),
  "student.wasm": exportWasm(model, description),
  "student.h": exportC(model, description),
  "student.onnx": exportOnnx(model, description),
  "student.int8.safetensors": exportInt8(model),
  "student.safetensors": saveModel(model),
  "other.safetensors": saveModel(other),
};
for (const [name, content] of Object.entries(exported)) writeFileSync(at(name), content);

/** In the folder of onnxruntime. */
function verify(...args: string[]) {
  const main = join(tests, "..", "dist", "cli", "main.js");
  const options = { cwd: join(tests, "onnx"), encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "verify", ...args], options);
  return { status, stdout, stderr };
}

const observations = visitedStates(makeEnv("CartPole-v1"), [model, randomPolicy(2, 0)], 0, 1000) as Float32Array;
/** The first action alone, the second alone, and both, in turn. */
const masks = Uint8Array.from({ length: 2000 }, (_, i) => [1, 0, 0, 1, 1, 1][i % 6]);
const maskOf = (row: number) => masks.subarray(2 * row, 2 * row + 2);
const questions = { observations, masks, count: 1000, size: 4, actionCount: 2 };
/** What a file of the folder answers. @throws MissingEngineError if it needs a C compiler, and there is none */
async function answers(name: string): Promise<Answers> {
  try {
    return await formats[name.slice(name.indexOf("."))].run(at(name), questions);
  } catch (error) {
    if (!/C compiler is needed/.test((error as Error).message)) throw error;
    throw new MissingEngineError("no C compiler found: apt-get install gcc");
  }
}

/** The message of an error that is not about a missing compiler. */
function asRefusal(error: Error): string {
  if (error instanceof MissingEngineError) throw error;
  return error.message;
}

it.for(["student.mjs", "student.wasm", "student.h"])(
  "%s answers to the bit, tests itself and names its model",
  async (name, { skip }) => {
    const { qValues, actions, maskedActions, hash, selfTest } = await orSkip(skip, () => answers(name));
    expect(qValues).toEqual(model.qValuesOfMany(observations));
    expect(Array.from(actions)).toEqual(
      Array.from({ length: 1000 }, (_, i) => model.act(observations.subarray(4 * i, 4 * i + 4))),
    );
    expect(Array.from(maskedActions ?? [])).toEqual(
      Array.from({ length: 1000 }, (_, i) => model.act(observations.subarray(4 * i, 4 * i + 4), maskOf(i))),
    );
    expect({ hash, selfTest }).toEqual({ hash: description.hash, selfTest: true });
  },
);

it("weights of 8 bits answer nearly", async () => {
  const { qValues, hash, selfTest } = await answers("student.int8.safetensors");
  expect(selfTest).toBe(true);
  expect(qValues).not.toEqual(model.qValuesOfMany(observations));
  expect(hash).toBe(description.hash);
});

it.for([
  ["empty.mjs", "export const act = 1;", "it is not one that qstill export wrote"],
  ["bare.wasm", (exported["student.wasm"] as Uint8Array).subarray(0, 8), 'the module has no section "qstill"'],
  ["cut.wasm", (exported["student.wasm"] as Uint8Array).subarray(0, 700), "WebAssembly.Module()"],
  ["empty.h", "", "the header has no …_q_values"],
  ["broken.h", `${exported["student.h"]};}`, "cc ended with status 1"],
  ["sizes.h", String(exported["student.h"]).replace("SIZE 4", "SIZE 5"), "it takes 5 features and has 2 actions"],
] as [string, string | Uint8Array, string][])("%s is refused", async ([name, content, expected], { skip }) => {
  writeFileSync(at(name), content);
  const refused = await orSkip(skip, () => answers(name).catch(asRefusal));
  expect(refused).toContain(expected);
});

it("a module passes: status 0, one JSON object", () => {
  const { status, stdout, stderr } = verify(at("student.mjs"), "--json");
  expect([status, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toEqual({
    file: at("student.mjs"),
    model: at("student.safetensors"),
    env: "CartPole-v1",
    states: 10_000,
    agreement: 1,
    maskedAgreement: 1,
    largestDifference: 0,
    relativeDifference: 0,
    allowedDifference: 0,
    sameHash: true,
    selfTest: true,
    passed: true,
  });
});

it("ONNX passes nearly, and it says how nearly", ({ skip }) => {
  onnxRuntime(skip);
  const { status, stdout, stderr } = verify(at("student.onnx"));
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout.replaceAll("\n", " ")).toMatch(
    /the same action in [\d.]+ %, (exactly the same Q-values|.* \S+e-[78] of the largest)/,
  );
});

/** What exports were before they took masks, and what would be wrong with a mask. */
const unmasked: [string, string][] = [
  [
    "js.mjs",
    String(exported["student.mjs"]).replace("act(observation, mask) {\n", "act(observation) {\n  const mask = 0;\n"),
  ],
  ["c.h", String(exported["student.h"]).replaceAll("_act_masked", "_act_of")],
];

it.for(unmasked)("an export that takes no mask passes, and it says so: %s", async ([name, source], { skip }) => {
  writeFileSync(at(name), source);
  const { maskedActions, selfTest } = await orSkip(skip, () => answers(name));
  expect({ maskedActions, selfTest }).toEqual({ maskedActions: undefined, selfTest: true });
  const { status, stdout } = verify(at(name), "--model", at("student.safetensors"));
  expect(status).toBe(0);
  expect(stdout.replaceAll("\n", " ")).toContain("it takes no mask of allowed actions, exactly the same Q-values");
});

it("an export that errs only with a mask does not pass", () => {
  const source = String(exported["student.mjs"]).replace(
    "q[o] > q[best])) best = o",
    "(mask || q[o] > q[best]))) best = o",
  );
  expect(source).not.toBe(exported["student.mjs"]);
  writeFileSync(at("last.mjs"), source);
  const { status, stdout, stderr } = verify(at("last.mjs"), "--model", at("student.safetensors"), "--json");
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ agreement: 1, largestDifference: 0, selfTest: true, passed: false });
  expect(JSON.parse(stdout).maskedAgreement).toBeLessThan(1);
  expect(stderr).toMatch(/last.mjs differs from \S+: with a mask it takes the same action in [\d.]+ % of states\n$/);
});

it("another model's export does not pass: status 1, one line that says why", () => {
  const { status, stdout, stderr } = verify(at("student.wasm"), "--model", at("other.safetensors"), "--json");
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ sameHash: false, selfTest: true, passed: false });
  expect(stderr).toMatch(
    /^\S+student.wasm differs from \S+other.safetensors: it was made from another model: its hash differs; a Q-value differs by [\d.]+; it takes the same action in [\d.]+ % of states; with a mask it takes the same action in [\d.]+ % of states\n$/,
  );
});

it.each([
  [
    "student.txt",
    "is not named like an export: the ending .int8.safetensors, .safetensors, .mjs, .wasm, .h or .onnx is allowed",
  ],
  ["student.safetensors", "give --model, the model to compare it with"],
])("a call with %s is wrong: status 2, one line", (name, expected) => {
  const { status, stdout, stderr } = verify(at(name));
  expect([status, stdout, stderr]).toEqual([2, "", `${at(name)}${name.endsWith("txt") ? " " : ": "}${expected}\n`]);
});
