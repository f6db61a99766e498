// What a student can learn from: a teacher's answers, and what tells one teacher from another.
import type { EnvSource } from "../env/env.js";
import { SeedSequence } from "../env/seed-sequence.js";
import type { Policy } from "../evaluate/returns.js";
import type { Training } from "../model/model.js";

/** What a student can learn from: a model, which a {@link Teacher} is, too. */
export interface Labeller extends Policy {
  readonly environment: string;
  readonly widths: readonly number[];
  /** Tell a teacher from another when a checkpoint goes on; without them no difference is noticed. */
  readonly parameters?: Float32Array;
  /** Of a network from a training: the discount in its configuration is td's. */
  readonly training?: Pick<Training, "config">;
  /** Where it was trained; by default the environment of that id. */
  readonly env?: EnvSource;
  /** The replay memory's observations, (rows, observationSize), for `states: "replay"`. */
  readonly observations?: Float32Array | Uint8Array;
  /** (count, observationSize) → (count, actionCount) */
  qValuesOfMany(observations: Float32Array): Float32Array;
}

const fingerprintBlock = 4096;

/** 128 bits that tell a teacher's parameters from others; SHA-256 would need crypto.subtle, which not every page has. */
export function fingerprint({ parameters }: Labeller): string | null {
  if (parameters === undefined) return null;
  const bits = new Uint32Array(parameters.buffer, parameters.byteOffset, parameters.length);
  let words: Uint32Array = new Uint32Array(4);
  for (let at = 0; at < bits.length; at += fingerprintBlock) {
    words = new SeedSequence([...words, ...bits.subarray(at, at + fingerprintBlock)]).generateState(4);
  }
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}
