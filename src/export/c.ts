// A model as one C99 header that computes exactly the core's bits, for a microcontroller or any other program.

import { needObject } from "../core/needed.js";
import { checkModel } from "../model/layout.js";
import type { ModelData } from "../model/model.js";
import type { QuantizedModel } from "../model/quantized.js";
import { floatNetwork } from "./c-float.js";
import { int8Network } from "./c-int8.js";
import { checkIdentifier, floats, identifier, integers, text, texts } from "./c-source.js";
import { checkDescription } from "./described.js";
import type { Description } from "./description.js";

/** Options of {@link exportC}. */
export interface ExportCOptions {
  /** The prefix of every name in the header, an identifier (default: made from the environment's id, `cartpole_v1`). */
  readonly prefix?: string;
}

/**
 * The text of a C99 header, which C++ reads, too. It declares `<prefix>_act(observation)`,
 * `<prefix>_act_masked(observation, mask)` and `<prefix>_q_values(observation, q)`, and also `<prefix>_self_test()` if `<PREFIX>_SELF_TEST` is defined before the
 * header is included. Its sizes, names and hash are macros, which take no memory. It needs no heap and no library. A
 * model computes in float with the core's bits; a quantised model computes in whole numbers.
 * @throws Error for widths that no network can have, for parameters that do not fit them, for numbers that are not
 * finite, and for a prefix that is not an identifier
 */
export function exportC(
  model: ModelData | QuantizedModel,
  description: Description,
  options: ExportCOptions = {},
): string {
  needObject("model", model, "a model");
  if (!("layers" in model)) checkModel(model);
  checkDescription(description);
  needObject("options", options);
  const { prefix } = options;
  const { environment, widths, activation } = model;
  const p = prefix === undefined ? identifier(environment) : checkIdentifier(prefix);
  const { source, constants, activations } = networkSource(p, model);
  const between = widths.length > 2 ? ` with ${activation === "tanh" ? "tanh" : "ReLU"}` : "";
  const bits = "layers" in model ? ", weights of 8 bits" : "";
  const upper = p.toUpperCase();
  return `/*
 * A Q-network ${widths.join("-")}${between}${bits}, made by qstill: C99, or C++; no heap, no library.
 *
 * ${p}_act(observation): the greedy action, an index into ${upper}_ACTION_NAMES
 * ${p}_act_masked(observation, mask): the same among the actions whose byte of the mask is not 0
 * ${p}_q_values(observation, q): one Q-value an action
 * ${p}_self_test(), only where ${upper}_SELF_TEST is defined before this file is included: 1 where the
 * examples get the very Q-values here that they had where this was made, else 0
 *
 * Constants: ${constants} bytes. Variables: none. Stack: ${activations + 4 * widths[widths.length - 1]} bytes of activations and Q-values, and some words.
 * The bits of the Q-values are the same on every device, given IEEE 754 numbers that no option of the compiler relaxes.
 */
${frame(p, model, description, source)}`;
}

function networkSource(p: string, model: ModelData | QuantizedModel) {
  if ("layers" in model) return int8Network(p, model);
  return floatNetwork(p, model);
}

/** The header's guard, its macros, the network, and the parts that every network has: greedy action and self-test. */
function frame(
  p: string,
  { environment, widths }: Pick<ModelData, "environment" | "widths">,
  description: Description,
  network: string,
): string {
  const upper = p.toUpperCase();
  const { featureNames, actionNames, hash, examples } = description;
  const inputs = widths[0];
  const actionCount = widths[widths.length - 1];
  return `#ifndef QSTILL_${upper}_H
#define QSTILL_${upper}_H

#define ${upper}_ENVIRONMENT ${text(environment)}
#define ${upper}_OBSERVATION_SIZE ${inputs}
#define ${upper}_ACTION_COUNT ${actionCount}
#define ${upper}_FEATURE_NAMES ${texts(featureNames)}
#define ${upper}_ACTION_NAMES ${texts(actionNames)}
/* SHA-256 of the widths, the activation and the parameters in f32 */
#define ${upper}_HASH ${text(hash)}

#include <float.h>
#include <stdint.h>

/* 16 where there are numbers of 16 bits, too: float and double are computed as such. */
#if defined FLT_EVAL_METHOD && FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error "float and double must be computed as such: choose SSE instead of x87 (-mfpmath=sse)"
#endif
#if defined __FAST_MATH__
#error "-ffast-math changes the results: compile without it"
#endif
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

/* The first of the largest Q-values of the actions whose byte of the mask, which has ${actionCount}, is not 0; -1 if all are. */
static inline int ${p}_act_masked(const float *observation, const uint8_t *mask)
{
  float q[${actionCount}];
  int best = -1;
  ${p}_q_values(observation, q);
  for (int action = 0; action < ${actionCount}; action++) {
    if (mask[action] != 0 && (best < 0 || q[action] > q[best])) best = action;
  }
  return best;
}

#ifdef ${upper}_SELF_TEST
static const float ${p}_example_observations[${examples.observations.length}] = {
${floats(examples.observations)}
};
static const float ${p}_example_q_values[${examples.qValues.length}] = {
${floats(examples.qValues)}
};
static const int ${p}_example_actions[${examples.actions.length}] = {
${integers(examples.actions)}
};

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
