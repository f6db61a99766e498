// A model as the source of one JavaScript module that needs nothing and computes the core's very bits.
import { littleEndian } from "../model/bytes.js";
import { checkParameters, checkWidths } from "../model/layout.js";
import type { ModelData } from "../model/model.js";

/**
 * The source of an ES module that exports `act(observation)`, `qValues(observation)`, `environment` and `widths`. It runs
 * in browsers, workers and Node, under any content security policy, and `act` allocates nothing.
 * @throws Error for widths that no network has, and where the parameters do not fit them or are not finite;
 * for a model with tanh.
 */
export function exportModule(model: ModelData): string {
  const { environment, widths, activation, parameters } = model;
  if (activation === "tanh") throw new Error("a model with tanh cannot be written as JavaScript yet");
  checkWidths(widths);
  checkParameters(widths, parameters);
  return `// A Q-network made by qstill. Each product and each sum is rounded to f32, in a fixed order.
export const environment = ${JSON.stringify(environment).replaceAll("<", "\\u003c")};
export const widths = Object.freeze([${widths.join(", ")}]);
${parametersSource(parameters)}
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
    if (layers[layer] !== q) relu(layers[layer]);
  }
}

// y = x W + b, four outputs at a time: W is (x.length, y.length) at index weight of the parameters, b follows it.
function dense(x, weight, y) {
  const rows = x.length;
  const columns = y.length;
  const bias = weight + rows * columns;
  let o = 0;
  for (; o + 3 < columns; o += 4) {
    let s0 = parameters[bias + o];
    let s1 = parameters[bias + o + 1];
    let s2 = parameters[bias + o + 2];
    let s3 = parameters[bias + o + 3];
    for (let k = 0, w = weight + o; k < rows; k++, w += columns) {
      s0 = fround(s0 + fround(x[k] * parameters[w]));
      s1 = fround(s1 + fround(x[k] * parameters[w + 1]));
      s2 = fround(s2 + fround(x[k] * parameters[w + 2]));
      s3 = fround(s3 + fround(x[k] * parameters[w + 3]));
    }
    y[o] = s0;
    y[o + 1] = s1;
    y[o + 2] = s2;
    y[o + 3] = s3;
  }
  for (; o < columns; o++) {
    let s = parameters[bias + o];
    for (let k = 0, w = weight + o; k < rows; k++, w += columns) s = fround(s + fround(x[k] * parameters[w]));
    y[o] = s;
  }
  return bias + columns;
}

// Keeps NaN, as the core does.
function relu(y) {
  for (let o = 0; o < y.length; o++) if (y[o] <= 0) y[o] = 0;
}

/** The greedy action: the first of the largest Q-values. */
export function act(observation) {
  forward(observation);
  let best = 0;
  for (let action = 1; action < q.length; action++) if (q[action] > q[best]) best = action;
  return best;
}

/** One Q-value an action, in a new Float32Array. */
export function qValues(observation) {
  forward(observation);
  return q.slice();
}
`;
}

/** The parameters as number literals, or as base64 of little-endian f32 where that is shorter. */
function parametersSource(parameters: Float32Array): string {
  const base64 = `const bytes = new DataView(Uint8Array.from(atob("${toBase64(littleEndian(parameters))}"), (c) => c.charCodeAt(0)).buffer);
const parameters = Float32Array.from({ length: ${parameters.length} }, (_, i) => bytes.getFloat32(4 * i, true));`;

  let literals = "const parameters = new Float32Array([";
  for (const value of parameters) {
    literals += `${literal(value)},`;
    if (literals.length > base64.length) return base64;
  }
  return `${literals}]);`;
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The shortest decimal that rounds to this f32. */
function literal(value: number): string {
  if (Object.is(value, -0)) return "-0";
  let decimal = value;
  for (let digits = 1; digits <= 9; digits++) {
    decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) break;
  }
  return String(decimal).replace(/^(-?)0\./, "$1.");
}
