// How a report and the command line name what a search found.
import { figure } from "../experiments/table.js";
import type { Score } from "./halving.js";
import type { Importance } from "./importance.js";
import type { Trial } from "./trials.js";

/** An option in which two trials differ. */
export interface Difference {
  readonly option: string;
  readonly before: string;
  readonly after: string;
}

/** The options in which a trial differs from the default, and both values. */
export function differences({ config: before }: Trial, { changes }: Trial): Difference[] {
  return Object.entries(changes).map(([option, value]) => ({
    option,
    before: String(before[option as keyof typeof before]),
    after: String(value),
  }));
}

/** Options and their values in one line. */
export function changesOf(changes: object): string {
  return Object.entries(changes)
    .map(([option, value]) => `${option} ${value}`)
    .join(" · ");
}

/** The scores of each training seed. */
export function seedsOf(scores: readonly Score[]): string {
  return scores.map((score) => (score === null ? "diverged" : figure(score))).join(" · ");
}

/**
 * The options that surely matter: chance would explain as much with a probability of at most 5 %, all options looked at
 * together (Bonferroni).
 */
export function sureOf({ options }: Importance): string[] {
  return options.filter(({ chance }) => chance * options.length <= 0.05).map(({ option }) => option);
}
