// The loss of a student, written as a sum of parts: "mse", "kl", "mse+0.5*cross-entropy".

import { type LossName, type LossWeights, lossNames, partsThat } from "../core/losses.js";
import { need } from "../core/needed.js";

/** The weight of each part of a loss; undefined for a text that is not a loss. */
export function parseLoss(text: string): LossWeights | undefined {
  const weights: Partial<Record<LossName, number>> = {};
  for (const term of text.split("+")) {
    const parts = term.split("*").map((part) => part.trim());
    const name = parts.pop() as LossName;
    const weight = parts.length === 0 ? 1 : Number(parts[0]);
    const allowed = parts.length < 2 && lossNames.includes(name) && weights[name] === undefined;
    if (!allowed || !(weight > 0 && weight <= 1e6)) return undefined;
    weights[name] = weight;
  }
  return weights;
}

/**
 * Whether a loss pulls the student's outputs towards the teacher's Q-values. Only then does their accuracy mean
 * something.
 */
export function fitsQValues(loss: string): boolean {
  const weights = typeof loss === "string" ? parseLoss(loss) : undefined;
  need(weights !== undefined, "loss", loss, `one of ${lossNames.join(", ")}, or a weighted sum of them,`);
  return partsThat("fitsQValues", weights ?? {}).length > 0;
}

/** The first part of a loss that needs transitions: what was done in a state and what followed. */
export function transitionsPart(loss: string): LossName | undefined {
  return partsThat("needsTransitions", parseLoss(loss) ?? {})[0];
}
