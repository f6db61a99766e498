// Any function as a teacher: observations in, Q-values out, whatever computes them.
import { need, needFunction, needObject } from "../core/needed.js";
import type { EnvSource } from "../env/env.js";
import { resolveEnv } from "../env/registry.js";
import { argmax } from "../model/argmax.js";
import { checkMask } from "../model/observations.js";

/** What is known of a function without an environment. */
export interface FunctionSizes {
  readonly observationSize: number;
  readonly actionCount: number;
}

/** The teacher that is made from a function: it acts, and a student can be distilled from it. */
export interface FunctionModel {
  /** The id of the environment that it acts in, and what makes this environment; both are empty if it has none. */
  readonly environment: string;
  readonly env: EnvSource;
  /** Observation size and action count. */
  readonly widths: readonly number[];
  /**
   * The greedy action: the first of the largest Q-values, with a mask of those of the allowed actions.
   * @param mask shape (actionCount): 1 for an allowed action, 0 for a forbidden one; all are allowed if it is undefined
   */
  act(observation: ArrayLike<number>, mask?: ArrayLike<number>): number;
  /** One Q-value for each action, shape (actionCount), in a new array. */
  qValues(observation: ArrayLike<number>): Float32Array;
  /** The Q-values of many observations: (count, observationSize) → (count, actionCount), in a new array. */
  qValuesOfMany(observations: Float32Array): Float32Array;
}

/**
 * Makes a teacher from a function that gives one Q-value for each action: a network that another library runs, a
 * table, or a rule. The function is asked for one observation at a time, and must always give the same answer to the
 * same observation.
 * @param options where it acts; or, for a student from states alone, only the numbers of features and actions
 * @throws as `makeEnv` does for an id that is not registered; TypeError for sizes that are not allowed; its methods throw
 * RangeError if the function does not give one finite number for each action
 */
export function fromFunction(
  qValues: (observation: Float32Array) => ArrayLike<number>,
  options: { readonly environment: EnvSource } | FunctionSizes,
): FunctionModel {
  needFunction("qValues", qValues, "a function from observations to Q-values");
  needObject("options", options, "an object with environment");
  const { environment, id, observationSize, actionCount } = placeOf(options);

  function answer(observation: ArrayLike<number>): Float32Array {
    const values = Float32Array.from(qValues(Float32Array.from(observation)));
    if (values.length !== actionCount || !values.every(Number.isFinite)) {
      const given = `[${values.subarray(0, 8).join(", ")}${values.length > 8 ? ", …" : ""}]`;
      throw new RangeError(
        `the function gave ${given}: ${actionCount} finite Q-values are needed, one for each action`,
      );
    }
    return values;
  }

  return {
    environment: id,
    env: environment,
    widths: [observationSize, actionCount],
    qValues: answer,
    act(observation, mask) {
      if (mask !== undefined) checkMask(mask, actionCount);
      return argmax(answer(observation), mask);
    },
    qValuesOfMany(observations) {
      const all = new Float32Array((observations.length / observationSize) * actionCount);
      for (let row = 0; row * observationSize < observations.length; row++) {
        const observation = observations.subarray(row * observationSize, (row + 1) * observationSize);
        all.set(answer(observation), row * actionCount);
      }
      return all;
    },
  };
}

function placeOf(
  options: { readonly environment: EnvSource } | FunctionSizes,
): FunctionSizes & { environment: EnvSource; id: string } {
  if (!("environment" in options) && "observationSize" in options) {
    const { observationSize, actionCount } = options;
    for (const [name, size] of Object.entries({ observationSize, actionCount })) {
      need(Number.isInteger(size) && size >= 1, name, size, "a whole number from 1 on");
    }
    return { environment: "", id: "", observationSize, actionCount };
  }
  const { environment } = options as { readonly environment: EnvSource };
  const { id, observationSize, actionCount } = resolveEnv(environment, "environment");
  return { environment, id, observationSize, actionCount };
}
