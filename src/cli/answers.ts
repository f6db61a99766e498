// How an exported file of each format is run: observations go in, Q-values and actions come out.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { modelHash } from "../export/description.js";
import { testInt8 } from "../export/int8.js";
import { argmax } from "../model/argmax.js";
import { fromLittleEndian, littleEndian } from "../model/bytes.js";
import { Model } from "../model/model.js";
import { readAnyModel, readBytes } from "./files.js";

/** Observations (count, size), row-major, for a network with `size` features and `actionCount` actions. */
export interface Questions {
  readonly observations: Float32Array;
  readonly count: number;
  readonly size: number;
  readonly actionCount: number;
}

/** What a file answers to these observations. */
export interface Answers {
  /** (count, actionCount), row-major */
  readonly qValues: Float32Array;
  /** One action for each state. */
  readonly actions: ArrayLike<number>;
  /** The hash of the model that the file says it was made from, if it says so. */
  readonly hash?: string;
  /** If the file has examples: whether it gives the same answers to them as where it was made. */
  readonly selfTest?: boolean;
}

export interface Format {
  /** @throws Error in one line for a file that is not such an export, or that cannot be run */
  readonly run: (path: string, questions: Questions) => Answers | Promise<Answers>;
  /** The largest allowed difference of a Q-value, as a share of the largest Q-value. 0: every bit must be the same. */
  readonly allowed: number;
}

/** One line for each format, by the ending of its files. */
export const formats: Readonly<Record<string, Format>> = {
  ".int8.safetensors": { run: runSafetensors, allowed: Number.POSITIVE_INFINITY }, // another network: judge the agreement
  ".safetensors": { run: runSafetensors, allowed: 0 },
  ".mjs": { run: runModule, allowed: 0 },
  ".wasm": { run: runWasm, allowed: 0 },
  ".h": { run: runC, allowed: 0 },
  ".onnx": { run: runOnnx, allowed: 1e-5 },
};

function runSafetensors(path: string, questions: Questions): Answers {
  const model = readAnyModel(path);
  checkSizes(model.widths, questions);
  return {
    qValues: model.qValuesOfMany(questions.observations),
    actions: each(questions, (observation) => model.act(observation)),
    hash: model instanceof Model ? modelHash(model) : model.original,
    selfTest: model instanceof Model ? undefined : testInt8(readBytes(path)),
  };
}

async function runModule(path: string, questions: Questions): Promise<Answers> {
  readBytes(path); // for its error
  const { act, qValues, widths, hash, selfTest } = await import(pathToFileURL(path).href);
  if (typeof act !== "function" || typeof qValues !== "function" || !Array.isArray(widths)) {
    throw new Error("the module has no act(), qValues() and widths: it is not one that qstill export wrote");
  }
  checkSizes(widths, questions);
  const values = new Float32Array(questions.count * questions.actionCount);
  const actions = each(questions, (observation, row) => {
    values.set(qValues(observation), row * questions.actionCount);
    return act(observation);
  });
  return { qValues: values, actions, hash, selfTest: selfTest?.() };
}

interface WasmExports extends Record<string, unknown> {
  memory: WebAssembly.Memory;
  observation(): number;
  q(): number;
  act(): number;
  forward(): void;
  selfTest(): number;
}

function runWasm(path: string, questions: Questions): Answers {
  const module = new WebAssembly.Module(Uint8Array.from(readBytes(path)));
  const [section] = WebAssembly.Module.customSections(module, "qstill");
  if (section === undefined)
    throw new Error('the module has no section "qstill": it is not one that qstill export wrote');
  const { widths, hash } = JSON.parse(new TextDecoder().decode(section));
  checkSizes(widths, questions);
  const exported = new WebAssembly.Instance(module).exports as WasmExports;
  const selfTest = exported.selfTest() === 1; // before the first observation, because it writes its own
  const from = new Float32Array(exported.memory.buffer, exported.observation(), questions.size);
  const to = new Float32Array(exported.memory.buffer, exported.q(), questions.actionCount);
  const qValues = new Float32Array(questions.count * questions.actionCount);
  const actions = each(questions, (observation, row) => {
    from.set(observation);
    exported.forward();
    qValues.set(to, row * questions.actionCount);
    return exported.act();
  });
  return { qValues, actions, hash, selfTest };
}

/** Compiles the header into a program that reads observations and writes the Q-values and the action of each. */
function runC(path: string, questions: Questions): Answers {
  const header = new TextDecoder().decode(readBytes(path));
  const prefix = /^static inline void (\w+)_q_values\(const float \*/m.exec(header)?.[1];
  if (prefix === undefined) throw new Error("the header has no …_q_values: it is not one that qstill export wrote");
  const upper = prefix.toUpperCase();
  const sizes = ["OBSERVATION_SIZE", "ACTION_COUNT"].map((name) => Number(macro(header, `${upper}_${name}`)));
  checkSizes(sizes, questions);
  const { count, size, actionCount, observations } = questions;
  const place = mkdtempSync(join(tmpdir(), "qstill-verify-"));
  try {
    const program = join(place, "program");
    writeFileSync(join(place, "program.c"), programSource(resolve(path), prefix, size, actionCount));
    finished("cc", ["-std=c99", "-O2", "-ffp-contract=off", "-o", program, join(place, "program.c")]);
    const output = finished(program, [], littleEndian(observations));
    const row = 4 * (actionCount + 1);
    if (output.length !== 4 + count * row)
      throw new Error(`the compiled header wrote ${output.length} bytes, ${4 + count * row} expected`);
    const qValues = new Float32Array(count * actionCount);
    const actions = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const answer = fromLittleEndian(output.subarray(4 + i * row, 4 + (i + 1) * row));
      qValues.set(answer.subarray(0, actionCount), i * actionCount);
      actions[i] = answer[actionCount];
    }
    const hash = macro(header, `${upper}_HASH`)?.replaceAll('"', "");
    return { qValues, actions, hash, selfTest: fromLittleEndian(output.subarray(0, 4))[0] === 1 };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** All numbers go through the pipes as floats, in little-endian order as on every machine that Node runs on. */
function programSource(header: string, prefix: string, size: number, actionCount: number): string {
  return `#include <stdio.h>
#define ${prefix.toUpperCase()}_SELF_TEST
#include ${JSON.stringify(header)}
int main(void)
{
  float observation[${size}], answer[${actionCount + 1}];
  answer[0] = (float)${prefix}_self_test();
  fwrite(answer, sizeof(float), 1, stdout);
  while (fread(observation, sizeof(float), ${size}, stdin) == ${size}) {
    ${prefix}_q_values(observation, answer);
    answer[${actionCount}] = (float)${prefix}_act(observation);
    fwrite(answer, sizeof(float), ${actionCount + 1}, stdout);
  }
  return 0;
}
`;
}

function macro(header: string, name: string): string | undefined {
  return new RegExp(`^#define ${name} (.*)$`, "m").exec(header)?.[1];
}

/** What a program writes. @throws Error if it cannot be run, or if its exit status is not 0 */
function finished(program: string, args: readonly string[], input?: Uint8Array): Buffer {
  const { error, status, stdout, stderr } = spawnSync(program, args, { input, maxBuffer: 2 ** 30, timeout: 60_000 });
  if (error !== undefined && "code" in error && error.code === "ENOENT") {
    throw new Error(`a C compiler is needed, but ${program} was not found`);
  }
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ended with status ${status}: ${stderr.toString().split("\n")[0]}`);
  return stdout;
}

async function runOnnx(path: string, questions: Questions): Promise<Answers> {
  const bytes = readBytes(path);
  const { InferenceSession, Tensor } = onnxRuntime();
  const session = await InferenceSession.create(bytes);
  const { observations, count, size, actionCount } = questions;
  const inputs = { observation: new Tensor("float32", observations, [count, size]) };
  const { q_values } = await session.run(inputs);
  return { qValues: q_values.data, actions: greedy(q_values.data, actionCount) };
}

/** The user's own onnxruntime, from the folder that the command runs in. */
function onnxRuntime() {
  try {
    return createRequire(resolve("package.json"))("onnxruntime-node");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new Error("onnxruntime is needed, but it is not installed here: npm install onnxruntime-node");
  }
}

/** The greedy action of each state. */
function greedy(qValues: Float32Array, actionCount: number): number[] {
  return Array.from({ length: qValues.length / actionCount }, (_, row) =>
    argmax(qValues.subarray(row * actionCount, (row + 1) * actionCount)),
  );
}

/** The results of a function, one for each observation. */
function each(
  { observations, count, size }: Questions,
  answer: (observation: Float32Array, row: number) => number,
): number[] {
  return Array.from({ length: count }, (_, row) => answer(observations.subarray(row * size, (row + 1) * size), row));
}

function checkSizes(widths: readonly number[], { size, actionCount }: Questions): void {
  const outputs = widths[widths.length - 1];
  if (widths[0] === size && outputs === actionCount) return;
  throw new Error(
    `it takes ${widths[0]} features and has ${outputs} actions, but the model has ${size} and ${actionCount}`,
  );
}
