// What a network's outputs are: Q-values of actions, or logits of a policy that chooses among them.
import { ConfigError } from "../core/config-error.js";

/**
 * Q-values are in the unit of the return. The softmax of logits is a policy: their differences mean something, their
 * level does not.
 */
export type Outputs = "qValues" | "logits";

export const outputsNames: readonly Outputs[] = ["qValues", "logits"];

/** A network that answers many states at once. */
export interface Answering {
  /** What its outputs are; Q-values if it does not say. */
  readonly outputs?: Outputs;
  /** The outputs for many states, whatever they are: (count, observationSize) → (count, actionCount). */
  outputsOfMany?(observations: Float32Array): Float32Array;
  /** The Q-values of many states: (count, observationSize) → (count, actionCount). */
  qValuesOfMany(observations: Float32Array): Float32Array;
}

/** A network's outputs for many states, whatever they are: (count, observationSize) → (count, actionCount). */
export function answersOf(network: Answering, observations: Float32Array): Float32Array {
  return network.outputsOfMany?.(observations) ?? network.qValuesOfMany(observations);
}

/** @throws Error if a model that is asked for Q-values has none */
export function needQValues({ outputs }: { readonly outputs: Outputs }): void {
  if (outputs !== "qValues") throw new Error(`the model's outputs are ${outputs}, not Q-values: outputsOf gives them`);
}

/** @throws ConfigError unless a model's outputs are what is needed @param name what a message calls the model */
export function checkOutputs(name: string, { outputs = "qValues" }: Pick<Answering, "outputs">, needed: Outputs): void {
  if (outputs !== needed) throw new ConfigError(`the outputs of ${name} are ${outputs}: ${needed} are needed`);
}
