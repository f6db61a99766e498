// A model as one WebAssembly module that needs nothing else and computes exactly the core's bits.

import { inferenceTemplate } from "../core/inference.js";
import { littleEndian } from "../model/bytes.js";
import { checkModel } from "../model/layout.js";
import type { ModelData } from "../model/model.js";
import { counted, joined, utf8, varint } from "./bytes.js";
import { checkDescription } from "./described.js";
import type { Description } from "./description.js";

/** Sections of a module and their numbers (WebAssembly Core Specification 1.0, 5.5.2). */
const sections = { custom: 0, memory: 5, data: 11 };
const preambleBytes = 8;
const headerBytes = 32;
const pageBytes = 65_536;

/**
 * The bytes of a module without imports. It exports `memory`; `observation()`, `q()` and `mask()`, the addresses of the
 * observation, f32 (observationSize), of the Q-values, f32 (actionCount), and of the mask, u8 (actionCount);
 * `forward()`, which computes the Q-values; `act()`, which computes them and returns the greedy action; `actMasked()`,
 * which returns that of the actions whose byte of the mask is not 0, or −1 if all are; and `selfTest()`, which is 1 if
 * every example gets exactly its Q-values and its action. Its custom section "qstill" holds the environment, the widths, the activation
 * and the description as JSON. There the examples are the address where they lie in memory: for each its observation,
 * Q-values and action (u32).
 * @throws Error for widths that no network can have, and for parameters that do not fit them or are not finite
 */
export function exportWasm(model: ModelData, description: Description): Uint8Array<ArrayBuffer> {
  checkModel(model);
  checkDescription(description);
  const { environment, widths, activation = "relu", parameters } = model;
  const { featureNames, actionNames, hash, examples } = description;
  const exampleCount = examples.actions.length;
  const layers = widths.length - 1;

  // as in assembly/inference.ts: the header, then the data to which it holds the addresses
  const widthsAt = headerBytes;
  const parametersAt = widthsAt + 4 * widths.length;
  const examplesAt = parametersAt + 4 * parameters.length;
  const activationsAt = examplesAt + 4 * exampleCount * (widths[0] + widths[layers] + 1);
  const end = activationsAt + 4 * widths.reduce((sum, width) => sum + width);
  const qAt = end - 4 * widths[layers]; // the mask follows
  const tanh = Number(activation === "tanh");
  const header = [layers, tanh, widthsAt, parametersAt, activationsAt, qAt, examplesAt, exampleCount];
  const data = joined(words([...header, ...widths]), littleEndian(parameters), exampleBytes(widths, description));

  const about = { environment, widths, activation, featureNames, actionNames, hash };
  const json = JSON.stringify({ ...about, examples: { count: exampleCount, address: examplesAt } });
  return joined(
    templateWith(Math.ceil((end + widths[layers]) / pageBytes), data),
    section(sections.custom, joined(counted(utf8("qstill")), utf8(json))),
  );
}

/**
 * The template with a memory of this many pages that begins with these data. The template's own data are tables of
 * functions that it does not use; the compiler leaves them there.
 */
function templateWith(pages: number, data: Uint8Array): Uint8Array {
  const template = inferenceTemplate();
  const parts: Uint8Array[] = [template.subarray(0, preambleBytes)];
  for (let at = preambleBytes; at < template.length; ) {
    const id = template[at];
    const [length, from] = readVarint(template, at + 1);
    const whole = template.subarray(at, from + length);
    at = from + length;
    if (id === sections.memory)
      parts.push(section(id, joined([1, 0], varint(pages)))); // one memory, of at least this many pages
    else if (id !== sections.data) parts.push(whole);
  }
  parts.push(section(sections.data, joined([1, 0, 0x41, 0, 0x0b], counted(data)))); // one segment, at i32.const 0
  return joined(...parts);
}

function section(id: number, content: Uint8Array): Uint8Array {
  return joined([id], counted(content));
}

/** Reads a number. @returns the number, and where the bytes after it begin */
function readVarint(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}

/** For each example its observation, its Q-values and its action. */
function exampleBytes(widths: readonly number[], { examples }: Description): Uint8Array {
  const { observations, qValues, actions } = examples;
  const inputs = widths[0];
  const outputs = widths[widths.length - 1];
  const parts = actions.flatMap((action, example) => [
    littleEndian(observations.subarray(example * inputs, (example + 1) * inputs)),
    littleEndian(qValues.subarray(example * outputs, (example + 1) * outputs)),
    words([action]),
  ]);
  return joined(...parts);
}

/** Whole numbers as little-endian u32. */
function words(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return new Uint8Array(view.buffer);
}
