// The loss of a student, written as a sum of parts: "mse", "kl", "mse+0.5*cross-entropy".
import type { LossWeights } from "../core/distiller.js";

/** The parts a loss can have; the formulas are in assembly/losses.ts. */
export const lossNames = ["mse", "huber", "cross-entropy", "nll", "kl", "td"] as const;

export type LossName = (typeof lossNames)[number];

/** The weight of each part of a loss, or undefined for a text that is no loss. */
export function parseLoss(text: string): LossWeights | undefined {
  const weights = { mse: 0, huber: 0, "cross-entropy": 0, nll: 0, kl: 0, td: 0 };
  for (const term of text.split("+")) {
    const parts = term.split("*").map((part) => part.trim());
    const name = parts.pop() as LossName;
    const weight = parts.length === 0 ? 1 : Number(parts[0]);
    const allowed = parts.length < 2 && lossNames.includes(name) && weights[name] === 0;
    if (!allowed || parts[0] === "" || !(weight > 0 && weight <= 1e6)) return undefined;
    weights[name] = weight;
  }
  return weights;
}

/** Whether a loss pulls the student's outputs towards the teacher's Q-values, so that their accuracy means something. */
export function fitsQValues(loss: string): boolean {
  const weights = parseLoss(loss);
  return weights !== undefined && weights.mse + weights.huber + weights.td > 0;
}
