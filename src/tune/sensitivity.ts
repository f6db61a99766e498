// How much it costs to use one configuration everywhere: the sensitivity of Adkins, Bowling & White 2024.
import { ConfigError } from "../core/config-error.js";
import { need, needObject } from "../core/needed.js";
import { mean } from "../evaluate/statistics.js";
import { type EffectiveDimension, effectiveDimension, normalised } from "./importance.js";
import type { Tuned } from "./tune.js";

/** What tuning for each environment is worth, beside one configuration for all. Scores are normalised: from 0 to 1. */
export interface Sensitivity {
  readonly environments: readonly string[];
  /** The trials that were the same in all of them. */
  readonly trials: number;
  /** The mean over environments of the best trial's score in each. */
  readonly tuned: number;
  /** The mean score of the trial that is best over all, and its number. */
  readonly common: number;
  readonly commonTrial: number;
  /** The mean score of the default configuration. */
  readonly default: number;
  /** `tuned` − `common`. */
  readonly sensitivity: number;
  /** The fewest options that must be tuned for each environment. */
  readonly effective: EffectiveDimension;
}

/**
 * Compares searches of the same seed in several environments, by their first rungs.
 * @throws ConfigError for searches that have no trials in common
 */
export function sensitivity(searches: readonly Tuned[]): Sensitivity {
  need(Array.isArray(searches) && searches.length > 0, "searches", searches, "a list of what tune() gives");
  for (const search of searches) needObject("searches", search, "a list of what tune() gives");
  const [first] = searches;
  const differs = searches.find(
    ({ seed, options }) => seed !== first.seed || String(options) !== String(first.options),
  );
  if (differs !== undefined) {
    throw new ConfigError(
      `the search in ${differs.env} has the seed ${differs.seed} and the options ${differs.options.join(", ")}: as in ${first.env} is allowed, ${first.seed} and ${first.options.join(", ")}`,
    );
  }
  // where a value is one environment's default, the trial may have been drawn again there
  const count = Math.min(...searches.map(({ trials }) => trials.length));
  const alike = Array.from({ length: count }, (_, trial) => trial).filter((trial) =>
    searches.every(({ trials }) => agree(first.options, trials[trial].changes, first.trials[trial].changes)),
  );
  const common = searches.map(({ trials }) => alike.map((trial) => trials[trial]));
  const scores = common.map(normalised);
  const means = alike.map((_, i) => mean(scores.map((each) => each[i])));
  const best = means.indexOf(Math.max(...means));
  const tuned = mean(scores.map((each) => Math.max(...each)));
  return {
    environments: searches.map(({ env }) => env),
    trials: alike.length,
    tuned,
    common: means[best],
    commonTrial: alike[best],
    default: means[0],
    sensitivity: tuned - means[best],
    effective: effectiveDimension(common, first.options),
  };
}

/** Whether none of these options has two values. One that is missing has its default. */
function agree(
  options: readonly string[],
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): boolean {
  const inBoth = options.filter((option) => Object.hasOwn(a, option) && Object.hasOwn(b, option));
  return inBoth.every((option) => String(a[option]) === String(b[option]));
}
