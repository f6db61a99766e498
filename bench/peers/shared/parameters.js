// A network's parameters: one flat array, for each layer W (in × out, row-major), then b (out).

/** Where each layer lies in the flat array: its weights from `weights` on, its biases from `biases` on. */
export function layersOf(widths) {
  let at = 0;
  return widths.slice(1).map((outputs, layer) => {
    const inputs = widths[layer];
    const weights = at;
    const biases = weights + inputs * outputs;
    at = biases + outputs;
    return { inputs, outputs, weights, biases };
  });
}

/** The flat array in parts: W (in, out) and b (out) of the first layer, of the second, … */
export function tensorsOf(widths, parameters) {
  return layersOf(widths).flatMap(({ inputs, outputs, weights, biases }) => [
    { values: parameters.slice(weights, biases), shape: [inputs, outputs] },
    { values: parameters.slice(biases, biases + outputs), shape: [outputs] },
  ]);
}

/** Fresh parameters, uniform in ±1/√inputs of each layer, drawn and rounded as qstill's core does. */
export function initialParameters(widths, random) {
  return Float32Array.from(
    layersOf(widths).flatMap(({ inputs, outputs }) => {
      const bound = Math.fround(1 / Math.fround(Math.sqrt(inputs)));
      return [...random.floats((inputs + 1) * outputs, bound)];
    }),
  );
}
