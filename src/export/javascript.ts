// A model as the source of one JavaScript module that needs nothing else and computes exactly the core's bits.

import { littleEndian, toBase64 } from "../model/bytes.js";
import { checkModel } from "../model/layout.js";
import type { ModelData } from "../model/model.js";
import { shortestDecimal } from "./decimal.js";
import { checkDescription } from "./described.js";
import type { Description } from "./description.js";

/**
 * The source of an ES module that exports `act(observation, mask)`, `qValues(observation)`, `environment` and `widths`.
 * The mask may be left out; it is a list of length actionCount, 1 for an allowed action and 0 for a forbidden one. With
 * a description the module also exports `featureNames`, `actionNames`, `hash`, and `selfTest()`, which is true if every
 * example gets exactly its Q-values and its action. It runs in browsers, workers and Node, under any content security
 * policy. `act` allocates nothing. In the source, `dense` is y = x W + b: W is at index `weight` of `numbers`, b behind
 * it. {@link moduleTypes} declares the exports.
 * @throws Error for widths that no network can have, and for parameters that do not fit them or are not finite
 */
export function exportModule(model: ModelData, description?: Description): string {
  checkModel(model);
  if (description !== undefined) checkDescription(description);
  const { environment, widths, activation, parameters } = model;
  const { examples } = description ?? {};
  return `// A Q-network made by qstill: each product and sum is rounded to f32, in order.
export const environment = ${text(environment)};
export const widths = Object.freeze([${widths.join(", ")}]);
${description ? namesSource(description) : ""}${numbersSource(examples ? [parameters, examples.observations, examples.qValues] : [parameters])}
const layers = widths.map((width) => new Float32Array(width));
const q = layers[layers.length - 1];
const { fround } = Math;

function forward(observation) {
  const inputs = layers[0];
  if (observation.length !== inputs.length) {
    throw new RangeError(\`an observation of length \${observation.length} was given: \${inputs.length} numbers are needed\`);
  }
  for (let i = 0; i < inputs.length; i++) inputs[i] = observation[i];
  for (let layer = 1, weight = 0; layer < layers.length; layer++) {
    weight = dense(layers[layer - 1], weight, layers[layer]);
    if (layers[layer] !== q) activate(layers[layer]);
  }
}

function dense(x, weight, y) {
  const rows = x.length;
  const columns = y.length;
  const bias = weight + rows * columns;
  let o = 0;
  for (; o + 3 < columns; o += 4) {
    let s0 = numbers[bias + o];
    let s1 = numbers[bias + o + 1];
    let s2 = numbers[bias + o + 2];
    let s3 = numbers[bias + o + 3];
    for (let k = 0, w = weight + o; k < rows; k++, w += columns) {
      s0 = fround(s0 + fround(x[k] * numbers[w]));
      s1 = fround(s1 + fround(x[k] * numbers[w + 1]));
      s2 = fround(s2 + fround(x[k] * numbers[w + 2]));
      s3 = fround(s3 + fround(x[k] * numbers[w + 3]));
    }
    y[o] = s0;
    y[o + 1] = s1;
    y[o + 2] = s2;
    y[o + 3] = s3;
  }
  for (; o < columns; o++) {
    let s = numbers[bias + o];
    for (let k = 0, w = weight + o; k < rows; k++, w += columns) s = fround(s + fround(x[k] * numbers[w]));
    y[o] = s;
  }
  return bias + columns;
}

function activate(y) {
  for (let o = 0; o < y.length; o++) ${activation === "tanh" ? tanhSource : reluSource}
}

/** The first of the largest Q-values where the mask is not 0. */
export function act(observation, mask) {
  forward(observation);
  let best = -1;
  for (let o = 0; o < q.length; o++) if ((!mask || mask[o]) && (best < 0 || q[o] > q[best])) best = o;
  if (best < 0 || (mask || q).length !== q.length) {
    throw new RangeError(\`a mask of \${mask} was given: \${q.length} numbers are needed, not all 0\`);
  }
  return best;
}

/** One Q-value an action, in a new Float32Array. */
export function qValues(observation) {
  forward(observation);
  return q.slice();
}
${description ? selfTestSource(parameters.length, description) : ""}`;
}

/** The type declarations of a module that {@link exportModule} wrote with a description. */
export const moduleTypes = `// What a Q-network made by qstill exports.

/** The id of the environment that it acts in. */
export declare const environment: string;
/** Observation size, hidden widths, action count. */
export declare const widths: readonly number[];
/** One name a feature of the observation, in order. */
export declare const featureNames: readonly string[];
/** One name an action, in order. */
export declare const actionNames: readonly string[];
/** SHA-256 of the widths, the activation and the parameters. */
export declare const hash: string;
/**
 * The greedy action, an index into actionNames: the first of the largest Q-values.
 * @param mask 1 for an allowed action, 0 for a forbidden one; without it all are allowed
 * @throws RangeError for an observation or a mask of another length, and for a mask of zeros
 */
export declare function act(observation: ArrayLike<number>, mask?: ArrayLike<number>): number;
/** One Q-value an action, in a new array. @throws RangeError for an observation of another length */
export declare function qValues(observation: ArrayLike<number>): Float32Array;
/** Whether states that the network visits get the very Q-values and actions here that they had where it was made. */
export declare function selfTest(): boolean;
`;

// NaN stays
const reluSource = "if (y[o] <= 0) y[o] = 0;";

// the core's: u = e^r - 1 for r = 2x/2⁸, then eight times e^2r − 1 = u·(u + 2)
const tanhSource = `{
    const r = Math.max(-10, Math.min(10, y[o])) / 128;
    let u = r * (1 + r * (0.5 + r * (1 / 6 + r * (1 / 24))));
    for (let i = 0; i < 8; i++) u *= u + 2;
    y[o] = u / (u + 2);
  }`;

function namesSource({ featureNames, actionNames, hash }: Description): string {
  return `export const featureNames = ${text(featureNames)};
export const actionNames = ${text(actionNames)};
export const hash = ${text(hash)};
`;
}

/** @param from the index in the numbers at which the examples' observations begin; their Q-values follow */
function selfTestSource(from: number, { examples: { observations, actions } }: Description): string {
  return `
/** Whether the examples have the same Q-values and actions here. */
export function selfTest() {
  const size = widths[0];
  return ${JSON.stringify(actions)}.every((action, example) => {
    const at = ${from} + example * size;
    const first = ${from + observations.length} + example * q.length;
    return act(numbers.subarray(at, at + size)) === action && q.every((value, i) => Object.is(value, numbers[first + i]));
  });
}
`;
}

/** A value as a literal that cannot end a script element. */
function text(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** f32 values, one list after another, as number literals, or as base64 of little-endian f32 if that is shorter. */
function numbersSource(lists: readonly Float32Array[]): string {
  const values = new Float32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    values.set(list, at);
    at += list.length;
  }
  const base64 = `const bytes = new DataView(Uint8Array.from(atob("${toBase64(littleEndian(values))}"), (c) => c.charCodeAt(0)).buffer);
const numbers = Float32Array.from({ length: ${values.length} }, (_, i) => bytes.getFloat32(4 * i, true));`;

  let literals = "const numbers = new Float32Array([";
  for (const value of values) {
    literals += `${literal(value)},`;
    if (literals.length > base64.length) return base64;
  }
  return `${literals}]);`;
}

/** The text without the 0 before a point. */
function literal(value: number): string {
  return shortestDecimal(value).replace(/^(-?)0\./, "$1.");
}
