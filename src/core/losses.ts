// The losses that pull a student to its teacher: their names, what each needs, and how the core is told of a sum of
// losses.
import { core } from "./instance.js";

/** What is known of a loss besides its formula, which is in assembly/losses.ts. */
interface Loss {
  readonly name: string;
  /**
   * Whether it pulls the student's outputs towards the teacher's Q-values. Only then does their accuracy mean
   * something.
   */
  readonly fitsQValues: boolean;
  /** Whether it needs transitions: the actions that were taken and what followed. */
  readonly needsTransitions: boolean;
}

/** Every loss, in the order of `LOSSES` in assembly/losses.ts: its place here is its number there. */
const losses = [
  { name: "mse", fitsQValues: true, needsTransitions: false },
  { name: "huber", fitsQValues: true, needsTransitions: false },
  { name: "cross-entropy", fitsQValues: false, needsTransitions: false },
  { name: "nll", fitsQValues: false, needsTransitions: false },
  { name: "kl", fitsQValues: false, needsTransitions: false },
  { name: "td", fitsQValues: true, needsTransitions: true },
] as const satisfies readonly Loss[];

/** A loss's name. */
export type LossName = (typeof losses)[number]["name"];

/** The name of every loss. */
export const lossNames: readonly LossName[] = losses.map(({ name }) => name);

/** A weighted sum of losses. A loss that is left out has weight 0. */
export type LossWeights = Readonly<Partial<Record<LossName, number>>>;

/** The losses in a sum that have this property. */
export function partsThat(what: "fitsQValues" | "needsTransitions", weights: LossWeights): readonly LossName[] {
  return losses.filter((loss) => loss[what] && (weights[loss.name] ?? 0) > 0).map(({ name }) => name);
}

/**
 * Tells the core which losses an update is made of.
 * @param comparison the core's handle of the loss: `distiller_loss` or `guide_loss`
 * @param temperature the temperature of the softmax in cross-entropy and kl
 * @param huberDelta the error from which huber is linear
 */
export function setLoss(comparison: number, weights: LossWeights, temperature: number, huberDelta = 1): void {
  const { loss_weight, loss_options } = core();
  for (const [number, name] of lossNames.entries()) loss_weight(comparison, number, weights[name] ?? 0);
  loss_options(comparison, temperature, huberDelta, Number(partsThat("needsTransitions", weights).length > 0));
}
