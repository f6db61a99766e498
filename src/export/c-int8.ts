// The arithmetic of a quantised model in C: whole numbers between the observation and the last sums.
import type { QuantizedData } from "../model/quantized.js";
import { activationArrays, floats, integers, type NetworkSource } from "./c-source.js";

/** @param p the prefix of all names */
export function int8Network(
  p: string,
  { widths, observationScale, layers, qValueScale }: QuantizedData,
): NetworkSource {
  const inputs = widths[0];
  const hidden = layers.slice(0, -1);
  const last = layers[hidden.length];
  const lastInputs = widths[hidden.length];
  const arrays = activationArrays("int16_t", widths.slice(0, -1));
  const weights = layers.flatMap((layer) => [...layer.weights]);
  const units = hidden.flatMap(({ biases, multipliers }) =>
    Array.from(biases, (bias, o) => [bias, multipliers[o]]).flat(),
  );
  let calls = "";
  let weight = 0;
  let unit = 0;
  for (const [l, { biases, biasShift, shift }] of hidden.entries()) {
    const place = `${p}_weights + ${weight}, ${p}_units + ${2 * unit}, ${biasShift}, ${shift}`;
    calls += `  ${p}_layer(${place}, ${arrays.name(l)}, ${widths[l]}, ${arrays.name(l + 1)}, ${widths[l + 1]});\n`;
    weight += layers[l].weights.length;
    unit += biases.length;
  }
  const source = `
/* What a feature is multiplied with, and the last sums. */
static const float ${p}_observation_scale[${inputs}] = {
${floats(observationScale)}
};
static const float ${p}_q_value_scale[${qValueScale.length}] = {
${floats(qValueScale)}
};

/* For each layer, for each of its outputs: the weights. */
static const int8_t ${p}_weights[${weights.length}] = {
${layers.map((layer, l) => rows(layer.weights, widths[l])).join("\n")}
};
${
  units.length > 0
    ? `
/* For each hidden unit: its bias, and what its sum is multiplied with. */
static const int16_t ${p}_units[${units.length}] = {
${integers(units)}
};
`
    : ""
}
static const int32_t ${p}_biases[${last.biases.length}] = {
${integers(last.biases)}
};

static inline int32_t ${p}_sum(int32_t sum, const int8_t *w, const int16_t *x, int inputs)
{
  for (int i = 0; i < inputs; i++) sum += (int32_t)w[i] * x[i];
  return sum;
}
${hidden.length > 0 ? layerSource(p) : ""}
/* One Q-value an action, from ${inputs} features to ${qValueScale.length} values. */
static inline void ${p}_q_values(const float *observation, float *q)
{
${arrays.declarations}  for (int i = 0; i < ${inputs}; i++) {
    const float scaled = observation[i] * ${p}_observation_scale[i];
    if (scaled >= 32767.0f) even[i] = 32767;
    else if (scaled > -32767.0f) even[i] = (int16_t)scaled;
    else even[i] = scaled <= -32767.0f ? -32767 : 0; /* 0 for what is not a number */
  }
${calls}  for (int action = 0; action < ${qValueScale.length}; action++) {
    const int8_t *w = ${p}_weights + ${weight} + ${lastInputs} * action;
    q[action] = (float)${p}_sum(${p}_biases[action], w, ${arrays.name(hidden.length)}, ${lastInputs}) * ${p}_q_value_scale[action];
  }
}
`;
  return {
    source,
    constants: weights.length + 2 * units.length + 4 * (last.biases.length + qValueScale.length + inputs),
    activations: 2 * arrays.length,
  };
}

const layerSource = (p: string) => `
/* Activations of a hidden layer, from 0 to 32767: (sum multiplier + 2^(shift - 1)) >> shift. */
static inline void ${p}_layer(const int8_t *w, const int16_t *unit, int bias_shift, int shift, const int16_t *x, int inputs, int16_t *y, int outputs)
{
  for (int o = 0; o < outputs; o++) {
    const int32_t sum = ${p}_sum((int32_t)unit[0] * ((int32_t)1 << bias_shift), w, x, inputs);
    const uint64_t product = sum > 0 ? (uint64_t)sum * (uint16_t)unit[1] : 0;
    const uint64_t activation = (product + ((uint64_t)1 << (shift - 1))) >> shift;
    y[o] = activation < 32767 ? (int16_t)activation : 32767;
    w += inputs;
    unit += 2;
  }
}
`;

/** (outputs, inputs) numbers; each row starts on a new line. */
function rows(values: Int8Array, inputs: number): string {
  const all: string[] = [];
  for (let at = 0; at < values.length; at += inputs) all.push(integers(values.subarray(at, at + inputs)));
  return all.join("\n");
}
