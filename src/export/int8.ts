// A model with weights of 8 bits, as a safetensors file: calibrated on states that it visits.
import { resolveEnv } from "../env/registry.js";
import { checkFit } from "../evaluate/checks.js";
import type { Model } from "../model/model.js";
import { type QuantizeOptions, quantize } from "../model/quantize.js";
import type { QuantizedModel } from "../model/quantized.js";
import { saveQuantized } from "../model/quantized-files.js";
import { modelHash } from "./description.js";
import { visitedStates } from "./states.js";

/** Four episodes of CartPole-v1. More states of play change the scales by little. */
const calibrationStates = 2000;

/**
 * Quantises a model for the states that it visits in its environment.
 * @param largestWeight {@link QuantizeOptions}
 * @throws UnknownEnvironmentError where its environment is not registered; ConfigError where it does not fit it
 */
export function quantizeByPlay(model: Model, largestWeight?: number): QuantizedModel {
  const env = resolveEnv(model.environment);
  checkFit("model", model, env);
  return quantize(model, visitedStates(env, [model], 0, calibrationStates), {
    original: modelHash(model),
    largestWeight,
  });
}

/** The bytes of `student.int8.safetensors`. @throws as {@link quantizeByPlay} */
export function exportInt8(model: Model): Uint8Array<ArrayBuffer> {
  return saveQuantized(quantizeByPlay(model));
}
