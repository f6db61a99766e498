// What a student can learn from: a teacher's answers, and what distinguishes one teacher from another.
import { needObject } from "../core/needed.js";
import type { EnvSource } from "../env/env.js";
import type { Policy } from "../evaluate/returns.js";
import type { Training } from "../model/model.js";

/** What a student can learn from: any model, and so also a {@link Teacher}. */
export interface Labeller extends Policy {
  readonly environment: string;
  readonly widths: readonly number[];
  /**
   * They identify the teacher when work goes on from a checkpoint. Without them another teacher would not be noticed.
   */
  readonly parameters?: Float32Array;
  /** The training of the network, if it had one. Its discount is used for td's targets. */
  readonly training?: Pick<Training, "config">;
  /** The environment that it was trained in; by default the one with that id. */
  readonly env?: EnvSource;
  /** The replay memory's observations, (rows, observationSize), for `states: "replay"`. */
  readonly observations?: Float32Array | Uint8Array;
  /**
   * Which actions were allowed there, (rows, actionCount): 1 for each allowed action, 0 for each forbidden one. Without
   * it all were.
   */
  readonly masks?: Uint8Array;
  /** The Q-values of many states: (count, observationSize) → (count, actionCount). */
  qValuesOfMany(observations: Float32Array): Float32Array;
}

/** @throws TypeError for anything that cannot act and give Q-values */
export function checkLabeller(teacher: Labeller): void {
  needObject("teacher", teacher, "a model, which has act and qValuesOfMany,", "act", "qValuesOfMany");
}
