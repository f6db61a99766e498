// The numbers of an event, under the names by which TensorBoard shows them.
import type { TrainingEvent } from "../training/events.js";
import type { Scalar } from "./records.js";

/** What an event measured, and at which step. */
export interface Measured {
  readonly step: number;
  readonly scalars: readonly Scalar[];
}

/**
 * The numbers of an event. A teacher's step counts environment steps, a student's updates, because a student may be made
 * without a step of the environment. So may a teacher, from a log.
 */
export function scalarsOf(event: TrainingEvent): Measured {
  const network = event.kind === "attempt" ? "student" : event.network;
  const scalars = Object.entries(numbersOf(event))
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ({ tag: `${network}/${name}`, value: value as number }));
  return { step: network === "teacher" && event.envSteps > 0 ? event.envSteps : event.updates, scalars };
}

function numbersOf(event: TrainingEvent): Record<string, number | null> {
  switch (event.kind) {
    case "progress":
      return event.evaluated === undefined ? { loss: event.loss } : {}; // there nothing was learned since the last one
    case "evaluation":
      return { return: event.mean, return_std: event.std, return_min: event.min };
    case "agreement":
      return { action_agreement: event.actionAgreement, q_mse: event.qMse, q_r2: event.qR2 };
    case "attempt":
      return { return_ratio: event.returnRatio };
    case "episode":
      return { episode_return: event.reward };
    case "notice":
      return {};
  }
}
