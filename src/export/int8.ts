// A model with 8-bit weights, as a safetensors file. It is calibrated on states that the model visits.

import { ConfigError } from "../core/config-error.js";
import { resolveAnyEnv } from "../env/registry.js";
import { checkFit } from "../evaluate/checks.js";
import { bytesOf } from "../model/bytes.js";
import { checkModel } from "../model/layout.js";
import type { Model } from "../model/model.js";
import { type QuantizeOptions, quantize } from "../model/quantize.js";
import type { QuantizedModel } from "../model/quantized.js";
import { loadQuantized, saveQuantized } from "../model/quantized-files.js";
import { readSafetensors } from "../model/safetensors.js";
import { describe, modelHash } from "./description.js";
import { visitedStates } from "./states.js";

/** Four episodes of CartPole-v1. More states change the scales only a little. */
const calibrationStates = 2000;

/**
 * Quantises a model, calibrated on the states that it visits in its environment.
 * @param largestWeight {@link QuantizeOptions}
 * @throws UnknownEnvironmentError if its environment is not registered; ConfigError if the model does not fit it, or if
 * it answers later
 */
export function quantizeByPlay(model: Model, largestWeight?: number): QuantizedModel {
  checkModel(model);
  const env = resolveAnyEnv(model.environment);
  checkFit("model", model, env);
  const states = visitedStates(env, [model], 0, calibrationStates);
  if (states === undefined)
    throw new ConfigError(`${env.id} answers with a promise: the scales come from play that needs answers at once`);
  return quantize(model, states, {
    original: modelHash(model),
    largestWeight,
  });
}

/**
 * The bytes of `student.int8.safetensors`. Its metadata hold, as JSON, the names of features and actions, and examples
 * as in {@link Description}.
 * @throws as {@link quantizeByPlay}
 */
export function exportInt8(model: Model): Uint8Array<ArrayBuffer> {
  const quantized = quantizeByPlay(model);
  const { featureNames, actionNames, examples } = describe(quantized);
  const { observations, qValues, actions } = examples;
  return saveQuantized(quantized, {
    featureNames: JSON.stringify(featureNames),
    actionNames: JSON.stringify(actionNames),
    examples: JSON.stringify({ observations: [...observations], qValues: [...qValues], actions }),
  });
}

/**
 * Whether the examples of a quantised model's file get exactly the Q-values and actions that they had where the file
 * was made; undefined if it has no examples.
 * @throws Error in one line for a file that is not a sound quantised model
 */
export function testInt8(bytes: Uint8Array | ArrayBuffer): boolean | undefined {
  const model = loadQuantized(bytes);
  const { examples } = readSafetensors(bytesOf(bytes)).metadata;
  if (examples === undefined) return undefined;
  const given: Record<string, unknown> = JSON.parse(examples) ?? {};
  const [observations, qValues, actions] = [given.observations, given.qValues, given.actions];
  if (!isNumbers(observations) || !isNumbers(qValues) || !isNumbers(actions)) return false;
  const size = model.widths[0];
  if (actions.length === 0 || observations.length !== actions.length * size) return false;
  const rows = Float32Array.from(observations);
  const answers = model.outputsOfMany(rows);
  return (
    qValues.length === answers.length &&
    answers.every((value, i) => value === qValues[i]) &&
    actions.every((action, row) => model.act(rows.subarray(row * size, (row + 1) * size)) === action)
  );
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === "number");
}
