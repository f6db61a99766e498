// What an export says about itself: names, examples with which its target can test itself, and a hash.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { needObject } from "../core/needed.js";
import { numbered } from "../env/custom.js";
import type { AnyEnv, EnvSource } from "../env/env.js";
import { environmentIds, resolveAnyEnv } from "../env/registry.js";
import { checkFit } from "../evaluate/checks.js";
import { littleEndian } from "../model/bytes.js";
import { checkModel } from "../model/layout.js";
import type { Model, ModelData } from "../model/model.js";
import type { QuantizedModel } from "../model/quantized.js";
import { randomStates, visitedStates } from "./states.js";

/** What an export says about itself, besides its parameters. */
export interface Description {
  /** One name for each feature of the observation, in order. */
  readonly featureNames: readonly string[];
  /** One name for each action, in order. */
  readonly actionNames: readonly string[];
  /** For the self-test on the target: states that the model visits, and its answers. */
  readonly examples: {
    /** (count, observationSize), row-major */
    readonly observations: Float32Array;
    /** (count, actionCount), row-major */
    readonly qValues: Float32Array;
    /** One greedy action for each state. */
    readonly actions: readonly number[];
  };
  /** {@link modelHash}. For a quantised model it is the original's hash, or empty if that is not known. */
  readonly hash: string;
}

/** Options of {@link describe}. */
export interface DescribeOptions {
  /** Where the model acts (default: the environment with the model's id, if one is registered). */
  readonly env?: EnvSource;
}

const exampleCount = 4;
/** The examples are spread evenly over this many states of play: CartPole's longest episode. */
const statesPlayed = 500;

/**
 * Describes a model for its exports. The model plays in its environment, and a few of the states that it visits become
 * the examples. If it answers later, the examples are random, from −1 to 1; without an environment the names are numbers, too.
 * @throws UnknownEnvironmentError if `env` is an id that is not registered; ConfigError if the model's inputs and
 * outputs are not as many as the environment's features and actions
 */
export function describe(model: Model | QuantizedModel, options: DescribeOptions = {}): Description {
  needObject("model", model, "a model", "outputsOfMany", "act");
  needObject("options", options);
  const { env: source } = options;
  const env = environmentOf(model, source);
  const size = model.widths[0];
  const actionCount = model.widths[model.widths.length - 1];
  const states = (env && visitedStates(env, [model], 0, statesPlayed)) ?? randomStates(size, 0, statesPlayed);
  const observations = new Float32Array(exampleCount * size);
  for (let example = 0; example < exampleCount; example++) {
    const from = Math.floor((example * statesPlayed) / exampleCount) * size;
    observations.set(states.subarray(from, from + size), example * size);
  }
  return {
    featureNames: env?.featureNames ?? numbered("feature", size),
    actionNames: env?.actionNames ?? numbered("action", actionCount),
    examples: {
      observations,
      qValues: model.outputsOfMany(observations),
      actions: Array.from({ length: exampleCount }, (_, example) =>
        model.act(observations.subarray(example * size, (example + 1) * size)),
      ),
    },
    hash: "layers" in model ? (model.original ?? "") : modelHash(model),
  };
}

function environmentOf(model: Model | QuantizedModel, source: EnvSource | undefined): AnyEnv | undefined {
  const known = source ?? (environmentIds().includes(model.environment) ? model.environment : undefined);
  if (known === undefined) return undefined;
  const env = resolveAnyEnv(known);
  checkFit("model", model, env);
  return env;
}

/**
 * The SHA-256, in hexadecimal, by which an export names the model that it was made from. It covers the widths and the
 * activation as text, "4-16-2 relu" and a newline, and then the parameters as little-endian f32.
 */
export function modelHash(model: ModelData): string {
  checkModel(model);
  const { widths, activation = "relu", parameters } = model;
  const hash = sha256.create();
  hash.update(utf8ToBytes(`${widths.join("-")} ${activation}\n`));
  hash.update(littleEndian(parameters));
  return bytesToHex(hash.digest());
}
