// What a student can learn from: a teacher's answers, and what distinguishes one teacher from another.
import { ConfigError } from "../core/config-error.js";
import { described, need, needObject } from "../core/needed.js";
import type { EnvSource } from "../env/env.js";
import type { Policy } from "../evaluate/returns.js";
import type { Training } from "../model/model.js";
import { type Answering, answersOf } from "../model/outputs.js";

/** What a student can learn from: any model, and so also a {@link Teacher}. */
export interface Labeller extends Policy, Answering {
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
}

/** @throws TypeError for anything that cannot act and give Q-values */
export function checkLabeller(teacher: Labeller): void {
  needObject("teacher", teacher, "a model, which has act and qValuesOfMany,", "act", "qValuesOfMany");
}

/** What a student can learn from where states are given: anything that gives Q-values. */
export interface StatesLabeller extends Answering, Pick<Labeller, "widths" | "parameters"> {
  /** The id of its environment, if it has one. It may be unknown here. */
  readonly environment?: string;
  readonly env?: Labeller["env"];
}

/** @throws TypeError for anything that cannot give Q-values */
export function checkStatesLabeller(teacher: StatesLabeller): void {
  needObject("teacher", teacher, "a model, which has widths and qValuesOfMany,", "qValuesOfMany");
  const { widths } = teacher;
  const holds = Array.isArray(widths) && widths.length >= 2 && widths.every((width) => width >= 1);
  need(holds, "the teacher's widths", widths, "a list of its observation size, hidden widths and action count");
}

/**
 * The teacher's answers to some states: Q-values, or logits.
 * @param rows the states' numbers, for an error
 * @throws ConfigError unless they are one finite number for each action
 */
export function labelled(
  teacher: StatesLabeller,
  observations: Float32Array,
  rows: Uint32Array,
  actionCount: number,
): Float32Array {
  const labels = answersOf(teacher, observations);
  if (labels?.length !== rows.length * actionCount) {
    throw new ConfigError(
      `the teacher's ${teacher.outputsOfMany ? "outputsOfMany" : "qValuesOfMany"} gave ${labels?.length ?? "no"} numbers for ${rows.length} states: ${actionCount} for each state are needed`,
    );
  }
  for (let i = 0; i < labels.length; i++) {
    if (Number.isFinite(labels[i])) continue;
    const where = `action ${i % actionCount} in state ${rows[Math.floor(i / actionCount)]}`;
    throw new ConfigError(
      `the teacher's ${teacher.outputs === "logits" ? "logit" : "Q-value"} of ${where} is ${described(labels[i])}: a finite number is needed`,
    );
  }
  return labels;
}
