// The arithmetic of a model in C: float, with exactly the core's bits.
import { layerPlaces } from "../model/layout.js";
import type { ModelData } from "../model/model.js";
import { activationArrays, floats, type NetworkSource } from "./c-source.js";

/** @param p the prefix of all names */
export function floatNetwork(p: string, { widths, activation, parameters }: ModelData): NetworkSource {
  const rows: string[] = [];
  for (const { inputs, outputs, weight, bias } of layerPlaces(widths)) {
    for (let o = 0; o < outputs; o++) {
      const weights = Array.from({ length: inputs }, (_, k) => parameters[weight + k * outputs + o]);
      rows.push(floats([parameters[bias + o], ...weights]));
    }
  }
  const hidden = widths.slice(1, -1);
  const arrays = activationArrays("float", hidden);
  const isTanh = activation === "tanh" && hidden.length > 0;
  let calls = "";
  let from = "observation";
  for (const [l, width] of hidden.entries()) {
    const to = arrays.name(l);
    calls += `  w = ${p}_dense(w, ${from}, ${widths[l]}, ${to}, ${width});\n  ${p}_activate(${to}, ${width});\n`;
    from = to;
  }
  const source = `${isTanh ? doubleGuard : ""}
/* GCC would turn a product and a sum into one instruction that rounds once, unless told -ffp-contract=off. */
#if defined __GNUC__ && !defined __clang__ && defined __FP_FAST_FMAF
#pragma GCC push_options
#pragma GCC optimize("fp-contract=off")
#ifdef __ARM_FEATURE_MVE /* its vectors take the smallest numbers as 0 */
#pragma GCC optimize("no-tree-vectorize")
#endif
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
${hidden.length > 0 ? (isTanh ? tanhSource(p) : reluSource(p)) : ""}
/* One Q-value an action, from ${widths[0]} features to ${widths[widths.length - 1]} values. */
static inline void ${p}_q_values(const float *observation, float *q)
{
${arrays.declarations}  const float *w = ${p}_parameters;
${calls}  ${p}_dense(w, ${from}, ${widths[hidden.length]}, q, ${widths[hidden.length + 1]});
}

#if defined __GNUC__ && !defined __clang__ && defined __FP_FAST_FMAF
#pragma GCC pop_options
#endif
`;
  return { source, constants: 4 * parameters.length, activations: 4 * arrays.length };
}

const doubleGuard = `
#if DBL_MANT_DIG != 53
#error "tanh needs a double of 64 bits"
#endif
`;

const reluSource = (p: string) => `
static inline void ${p}_activate(float *y, int count)
{
  for (int o = 0; o < count; o++) {
    if (y[o] <= 0.0f) y[o] = 0.0f; /* not a number stays */
  }
}
`;

// the core's tanh_row, one value at a time
const tanhSource = (p: string) => `
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
