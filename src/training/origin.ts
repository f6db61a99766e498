// How a network began, as settings and records say it: with which environment's options, and with which weights.
import { knownEnv } from "../env/registry.js";
import { fingerprint } from "./fingerprint.js";

export interface Origin {
  /** The options of its environment as JSON; absent if it has none. */
  readonly envOptions?: string;
  /** A fingerprint of the parameters that it began with; absent if they were random. */
  readonly from?: string;
}

/**
 * @param environment the environment's id
 * @param from the model whose parameters it begins with
 */
export function originOf(environment: string, from?: { readonly parameters: Float32Array }): Origin {
  const options = knownEnv(environment)?.options;
  return {
    ...(options && { envOptions: JSON.stringify(options) }),
    ...(from && { from: fingerprint(from) }),
  };
}
