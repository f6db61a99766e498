// A model as one C99 header that computes the core's very bits, for a microcontroller or any other program.
import { checkParameters, checkWidths, layerPlaces } from "../model/layout.js";
import type { ModelData } from "../model/model.js";
import { shortestDecimal } from "./decimal.js";
import type { Description } from "./description.js";

export interface ExportCOptions {
  /** What every name in the header begins with, an identifier (default: the environment's id, `cartpole_v1`). */
  readonly prefix?: string;
}

/**
 * The text of a C99 header, which is C++, too: `<prefix>_act(observation)`, `<prefix>_q_values(observation, q)` and, where
 * `<PREFIX>_SELF_TEST` is defined before it is included, `<prefix>_self_test()`; its sizes, names and hash as macros, which
 * take no memory. It needs no heap and no library.
 * @throws Error for widths that no network has, where the parameters do not fit them, where a number is not finite, and for
 * a prefix that is no identifier
 */
export function exportC(model: ModelData, description: Description, { prefix }: ExportCOptions = {}): string {
  const { widths, activation = "relu", parameters } = model;
  checkWidths(widths);
  checkParameters(widths, parameters);
  const p = prefix === undefined ? prefixOf(model.environment) : checkPrefix(prefix);
  const isDeep = widths.length > 2;
  const between = isDeep ? ` with ${activation === "tanh" ? "tanh" : "ReLU"}` : "";
  return `/*
 * A Q-network ${widths.join("-")}${between}, made by qstill: C99, or C++; no heap, no library.
 *
 * ${p}_act(observation): the greedy action, an index into ${p.toUpperCase()}_ACTION_NAMES
 * ${p}_q_values(observation, q): one Q-value an action
 * ${p}_self_test(), only where ${p.toUpperCase()}_SELF_TEST is defined before this file is included: 1 where the
 * examples get the very Q-values here that they had where this was made, else 0
 *
 * Constants: ${4 * parameters.length} bytes. Variables: none. Stack: ${4 * stackFloats(widths)} bytes of activations and some words.
 * Each product and each sum is rounded to float, in a fixed order: the same bits on every device, given IEEE 754 numbers
 * that no option of the compiler relaxes.
 */
${frame(p, model, description, floatSource(p, model))}`;
}

function floatSource(p: string, { widths, activation, parameters }: ModelData): string {
  const rows: string[] = [];
  for (const { inputs, outputs, weight, bias } of layerPlaces(widths)) {
    for (let o = 0; o < outputs; o++) {
      const row = [parameters[bias + o]];
      for (let k = 0; k < inputs; k++) row.push(parameters[weight + k * outputs + o]);
      rows.push(lines(row.map(float)));
    }
  }
  return `#include <float.h>

#if defined FLT_EVAL_METHOD && FLT_EVAL_METHOD != 0
#error "float and double must be computed as such: choose SSE instead of x87 (-mfpmath=sse)"
#endif
#if defined __FAST_MATH__
#error "-ffast-math changes the results: compile without it"
#endif
${activation === "tanh" && widths.length > 2 ? `#if DBL_MANT_DIG != 53\n#error "tanh needs a double of 64 bits"\n#endif\n` : ""}
/* GCC would turn a product and a sum into one instruction that rounds once, unless told -ffp-contract=off. */
#if defined __GNUC__ && !defined __clang__ && defined __FP_FAST_FMAF
#pragma GCC push_options
#pragma GCC optimize("fp-contract=off")
#endif

/* For each layer, for each of its outputs: the bias, then the weights. */
static const float ${p}_parameters[${parameters.length}] = {
${rows.join("\n")}
};

/* y = W x + b, from w on, (outputs, 1 + inputs); returns where the next layer begins. */
static inline const float *${p}_dense(const float *w, const float *x, int inputs, float *y, int outputs)
{
  for (int o = 0; o < outputs; o++) {
    float sum = *w++;
    for (int k = 0; k < inputs; k++) {
      const float product = x[k] * *w++;
      sum += product;
    }
    y[o] = sum;
  }
  return w;
}
${activationSource(p, widths, activation)}
/* One Q-value an action, from ${widths[0]} features to ${widths[widths.length - 1]} values. */
static inline void ${p}_q_values(const float *observation, float *q)
{
${layersSource(p, widths)}}

#if defined __GNUC__ && !defined __clang__ && defined __FP_FAST_FMAF
#pragma GCC pop_options
#endif
`;
}

function activationSource(p: string, widths: readonly number[], activation: ModelData["activation"]): string {
  if (widths.length === 2) return "";
  if (activation !== "tanh") {
    return `
static inline void ${p}_activate(float *y, int count)
{
  for (int o = 0; o < count; o++) {
    if (y[o] <= 0.0f) y[o] = 0.0f; /* not a number stays */
  }
}
`;
  }
  return `
/* tanh: u = e^r - 1 for r = 2x/2^8, then eight times e^2r - 1 = u (u + 2), and tanh x = u/(u + 2). */
static inline void ${p}_activate(float *y, int count)
{
  for (int o = 0; o < count; o++) {
    const double x = (double)y[o];
    const double r = (x < -10.0 ? -10.0 : x > 10.0 ? 10.0 : x) / 128.0;
    double u = r * (1.0 / 24.0);
    u = u + 1.0 / 6.0;
    u = r * u;
    u = u + 0.5;
    u = r * u;
    u = u + 1.0;
    u = r * u;
    for (int doubling = 0; doubling < 8; doubling++) u = u * (u + 2.0);
    y[o] = (float)(u / (u + 2.0));
  }
}
`;
}

/** The calls, layer by layer, from one array of activations to the other. */
function layersSource(p: string, widths: readonly number[]): string {
  const layers = widths.length - 1;
  const [odd, even] = hiddenSizes(widths);
  let source = "";
  if (layers > 1) source += `  float odd[${odd}];\n`;
  if (layers > 2) source += `  float even[${even}];\n`;
  source += layers > 1 ? `  const float *w = ${p}_parameters;\n` : "";
  for (let layer = 1, from = "observation"; layer <= layers; layer++) {
    const isLast = layer === layers;
    const to = isLast ? "q" : layer % 2 === 1 ? "odd" : "even";
    const call = `${p}_dense(${layers > 1 ? "w" : `${p}_parameters`}, ${from}, ${widths[layer - 1]}, ${to}, ${widths[layer]});\n`;
    source += isLast ? `  ${call}` : `  w = ${call}  ${p}_activate(${to}, ${widths[layer]});\n`;
    from = to;
  }
  return source;
}

/** The sizes of two arrays that hold the activations of the first, third, … hidden layer, and of the second, fourth, … */
function hiddenSizes(widths: readonly number[]): [number, number] {
  const hidden = widths.slice(1, -1);
  const largest = (parity: number) => Math.max(0, ...hidden.filter((_, layer) => layer % 2 === parity));
  return [largest(0), largest(1)];
}

/** Activations and, in `act`, Q-values. */
function stackFloats(widths: readonly number[]): number {
  const [odd, even] = hiddenSizes(widths);
  return odd + even + widths[widths.length - 1];
}

/** The header's guard, its macros, the network, and what every network has: the greedy action and the self test. */
function frame(p: string, { environment, widths }: ModelData, description: Description, network: string): string {
  const upper = p.toUpperCase();
  const { featureNames, actionNames, hash, examples } = description;
  const inputs = widths[0];
  const actionCount = widths[widths.length - 1];
  return `#ifndef QSTILL_${upper}_H
#define QSTILL_${upper}_H

#define ${upper}_ENVIRONMENT ${text(environment)}
#define ${upper}_OBSERVATION_SIZE ${inputs}
#define ${upper}_ACTION_COUNT ${actionCount}
#define ${upper}_FEATURE_NAMES ${names(featureNames)}
#define ${upper}_ACTION_NAMES ${names(actionNames)}
/* SHA-256 of the widths, the activation and the parameters */
#define ${upper}_HASH ${text(hash)}

${network}
/* The greedy action: the first of the largest Q-values. */
static inline int ${p}_act(const float *observation)
{
  float q[${actionCount}];
  int best = 0;
  ${p}_q_values(observation, q);
  for (int action = 1; action < ${actionCount}; action++) {
    if (q[action] > q[best]) best = action;
  }
  return best;
}

#ifdef ${upper}_SELF_TEST
static const float ${p}_example_observations[${examples.observations.length}] = {
${lines(Array.from(examples.observations, float))}
};
static const float ${p}_example_q_values[${examples.qValues.length}] = {
${lines(Array.from(examples.qValues, float))}
};
static const int ${p}_example_actions[${examples.actions.length}] = { ${examples.actions.join(", ")} };

/* 1 where every example gets its very Q-values and its action, else 0. */
static inline int ${p}_self_test(void)
{
  const float *observation = ${p}_example_observations;
  const float *expected = ${p}_example_q_values;
  for (int example = 0; example < ${examples.actions.length}; example++) {
    float q[${actionCount}];
    ${p}_q_values(observation, q);
    for (int action = 0; action < ${actionCount}; action++) {
      if (!(q[action] == *expected++)) return 0;
    }
    if (${p}_act(observation) != ${p}_example_actions[example]) return 0;
    observation += ${inputs};
  }
  return 1;
}
#endif

#endif
`;
}

/** The id of an environment as an identifier: `MinAtar/Breakout-v1` gives `minatar_breakout_v1`. */
function prefixOf(environment: string): string {
  const words = environment.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const prefix = words.join("_");
  return /^[a-z]/.test(prefix) ? prefix : ["qstill", ...words].join("_");
}

function checkPrefix(prefix: string): string {
  if (/^[A-Za-z][A-Za-z0-9_]*$/.test(prefix)) return prefix;
  throw new Error(`prefix ${JSON.stringify(prefix)}: a letter, then letters, digits and underscores are allowed`);
}

/** A finite f32 as a literal. */
function float(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} is among the numbers: C writes finite ones only`);
  const decimal = shortestDecimal(value);
  return `${decimal}${/[.e]/.test(decimal) ? "" : ".0"}f`;
}

/** A string literal that any compiler reads: other bytes of UTF-8 than letters and the like as octal escapes. */
function text(value: string): string {
  let literal = "";
  for (const byte of new TextEncoder().encode(value)) {
    const character = String.fromCharCode(byte);
    literal += /[ !#-&(->@-[\]-~]/.test(character) ? character : `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return `"${literal}"`;
}

/** An initialiser of an array of strings, over as many lines as it takes. */
function names(values: readonly string[]): string {
  return `{ \\\n${lines(values.map(text)).replaceAll("\n", " \\\n")} }`;
}

/** Items with commas, in lines of at most 100 characters where the items are shorter. */
function lines(items: readonly string[]): string {
  const all: string[] = [];
  let line = "";
  for (const item of items) {
    if (line !== "" && line.length + item.length > 97) {
      all.push(line);
      line = "";
    }
    line += line === "" ? `  ${item},` : ` ${item},`;
  }
  return [...all, line].join("\n");
}
