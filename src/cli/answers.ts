// How an exported file of each format is run: observations and masks go in, Q-values and actions come out.
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
  /** (count, actionCount), row-major: which actions are allowed, 1 or 0, where a mask is given beside the observation. */
  readonly masks: Uint8Array;
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
  /** The same with each state's mask. Undefined if the file was made before exports took masks. */
  readonly maskedActions?: ArrayLike<number>;
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
    qValues: model.outputsOfMany(questions.observations),
    actions: each(questions, (observation) => model.act(observation)),
    maskedActions: each(questions, (observation, _, mask) => model.act(observation, mask)),
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
  const takesMask = act.length > 1;
  const maskedActions = takesMask ? each(questions, (observation, _, mask) => act(observation, mask)) : undefined;
  return { qValues: values, actions, maskedActions, hash, selfTest: selfTest?.() };
}

interface WasmExports extends Record<string, unknown> {
  memory: WebAssembly.Memory;
  observation(): number;
  q(): number;
  mask?(): number;
  act(): number;
  actMasked?(): number;
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
  return { qValues, actions, maskedActions: maskedActionsOf(exported, from, questions), hash, selfTest };
}

function maskedActionsOf(exported: WasmExports, from: Float32Array, questions: Questions): number[] | undefined {
  const { memory, mask: address, actMasked } = exported;
  if (address === undefined || actMasked === undefined) return undefined;
  const to = new Uint8Array(memory.buffer, address(), questions.actionCount);
  return each(questions, (observation, _, mask) => {
    from.set(observation);
    to.set(mask);
    return actMasked();
  });
}

/**
 * Compiles the header into a program that reads observations with masks, and writes of each the Q-values, the action,
 * and the action with the mask.
 */
function runC(path: string, questions: Questions): Answers {
  const header = new TextDecoder().decode(readBytes(path));
  const prefix = /^static inline void (\w+)_q_values\(const float \*/m.exec(header)?.[1];
  if (prefix === undefined) throw new Error("the header has no …_q_values: it is not one that qstill export wrote");
  const upper = prefix.toUpperCase();
  const sizes = ["OBSERVATION_SIZE", "ACTION_COUNT"].map((name) => Number(macro(header, `${upper}_${name}`)));
  checkSizes(sizes, questions);
  const { count, actionCount } = questions;
  const takesMask = new RegExp(`^static inline int ${prefix}_act_masked\\(`, "m").test(header);
  const place = mkdtempSync(join(tmpdir(), "qstill-verify-"));
  try {
    const program = join(place, "program");
    writeFileSync(join(place, "program.c"), programSource(resolve(path), prefix, takesMask, questions));
    finished("cc", ["-std=c99", "-O2", "-ffp-contract=off", "-o", program, join(place, "program.c")]);
    const output = finished(program, [], littleEndian(rowsOf(questions)));
    const row = 4 * (actionCount + 2);
    if (output.length !== 4 + count * row)
      throw new Error(`the compiled header wrote ${output.length} bytes, ${4 + count * row} expected`);
    const qValues = new Float32Array(count * actionCount);
    const actions = new Float32Array(count);
    const maskedActions = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const answer = fromLittleEndian(output.subarray(4 + i * row, 4 + (i + 1) * row));
      qValues.set(answer.subarray(0, actionCount), i * actionCount);
      actions[i] = answer[actionCount];
      maskedActions[i] = answer[actionCount + 1];
    }
    const hash = macro(header, `${upper}_HASH`)?.replaceAll('"', "");
    const selfTest = fromLittleEndian(output.subarray(0, 4))[0] === 1;
    return { qValues, actions, maskedActions: takesMask ? maskedActions : undefined, hash, selfTest };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Each observation, and its mask behind it. */
function rowsOf({ observations, masks, count, size, actionCount }: Questions): Float32Array {
  const rows = new Float32Array(count * (size + actionCount));
  for (let i = 0; i < count; i++) {
    const at = i * (size + actionCount);
    rows.set(observations.subarray(i * size, (i + 1) * size), at);
    rows.set(masks.subarray(i * actionCount, (i + 1) * actionCount), at + size);
  }
  return rows;
}

/** All numbers go through the pipes as floats, in little-endian order as on every machine that Node runs on. */
function programSource(header: string, prefix: string, takesMask: boolean, { size, actionCount }: Questions): string {
  return `#include <stdint.h>
#include <stdio.h>
#define ${prefix.toUpperCase()}_SELF_TEST
#include ${JSON.stringify(header)}
int main(void)
{
  float observation[${size + actionCount}], answer[${actionCount + 2}];
  uint8_t mask[${actionCount}];
  answer[0] = (float)${prefix}_self_test();
  fwrite(answer, sizeof(float), 1, stdout);
  while (fread(observation, sizeof(float), ${size + actionCount}, stdin) == ${size + actionCount}) {
    for (int i = 0; i < ${actionCount}; i++) mask[i] = (uint8_t)observation[${size} + i];
    ${prefix}_q_values(observation, answer);
    answer[${actionCount}] = (float)${prefix}_act(observation);
    answer[${actionCount + 1}] = ${takesMask ? `(float)${prefix}_act_masked(observation, mask)` : "(float)mask[0]"};
    fwrite(answer, sizeof(float), ${actionCount + 2}, stdout);
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
  const { observations, count, size } = questions;
  const inputs = { observation: new Tensor("float32", observations, [count, size]) };
  const { q_values } = await session.run(inputs);
  const qValues: Float32Array = q_values.data;
  return {
    qValues,
    actions: greedy(qValues, questions, () => undefined),
    maskedActions: greedy(qValues, questions, (mask) => mask),
  };
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

/** The greedy action of each state, with what is made of its mask. */
function greedy(
  qValues: Float32Array,
  questions: Questions,
  used: (mask: Uint8Array) => Uint8Array | undefined,
): number[] {
  const { actionCount } = questions;
  return each(questions, (_, row, mask) =>
    argmax(qValues.subarray(row * actionCount, (row + 1) * actionCount), used(mask)),
  );
}

/** The results of a function, one for each observation and its mask. */
function each(
  { observations, masks, count, size, actionCount }: Questions,
  answer: (observation: Float32Array, row: number, mask: Uint8Array) => number,
): number[] {
  return Array.from({ length: count }, (_, row) =>
    answer(
      observations.subarray(row * size, (row + 1) * size),
      row,
      masks.subarray(row * actionCount, (row + 1) * actionCount),
    ),
  );
}

function checkSizes(widths: readonly number[], { size, actionCount }: Questions): void {
  const outputs = widths[widths.length - 1];
  if (widths[0] === size && outputs === actionCount) return;
  throw new Error(
    `it takes ${widths[0]} features and has ${outputs} actions, but the model has ${size} and ${actionCount}`,
  );
}
