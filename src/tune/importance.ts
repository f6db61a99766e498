// What each option is worth, judged by the trials of the first rung: all of them were trained for the same time.
import { Pcg64 } from "../env/random.js";
import { purposes } from "../env/seeds.js";
import { intervalOf, mean, quantile } from "../evaluate/statistics.js";
import type { Score } from "./halving.js";
import { type Dimension, groupOf } from "./space.js";
import type { Trial } from "./trials.js";

/** A 95 % interval: from, to. */
export type Interval = readonly [number, number];

/** The trials in which an option has a value, or a value in a range. */
export interface ValueGroup {
  readonly label: string;
  readonly trials: number;
  /** Their mean place among all trials, from 0, the worst, to 1, the best. */
  readonly place: number;
}

/** How much one option decides. */
export interface OptionImportance {
  readonly option: string;
  /**
   * The share of the variance of the trials' ranks that this option alone explains, less what chance would explain: ε²
   * (Kelley 1935). Below 0 if it is less than chance would.
   */
  readonly share: number;
  /** A bootstrap over trials. */
  readonly interval: Interval;
  /** How often shuffled ranks explain at least as much. */
  readonly chance: number;
  readonly values: readonly ValueGroup[];
}

/** How much each option decides, and how far that can be believed. */
export interface Importance {
  /** The number of trials, and the length of their trainings. */
  readonly trials: number;
  readonly envSteps: number;
  /** From the one that decides most. */
  readonly options: readonly OptionImportance[];
  /**
   * Spearman's correlation between the scores of the same trials with one training seed and with another, the mean over
   * pairs of seeds. Near 0, the ranks are mostly luck, and so is everything here.
   */
  readonly repeatability: { readonly value: number; readonly interval: Interval };
  /** How many options it takes to get what tuning all of them gives. */
  readonly effective: EffectiveDimension;
}

/** The effective dimension (Adkins, Bowling & White 2024), of the trials that there are. */
export interface EffectiveDimension {
  /** The fewest options that must be tuned, the others being left at their defaults. */
  readonly options: readonly string[];
  /** The number of options that were tried. */
  readonly of: number;
}

/** With fewer trials nothing is said. */
const leastTrials = 10;
const shuffles = 2000;
/** The share of what tuning everything gives that a few options must give, too (Adkins et al. 2024, section 4). */
const enough = 0.95;

/** @returns null if there are too few trials to say anything */
export function importanceOf(space: readonly Dimension[], trials: readonly Trial[], seed: number): Importance | null {
  if (trials.length < leastTrials) return null;
  const [{ envSteps }] = trials[0].rungs;
  const scores = trials.map(({ rungs }) => rungs[0].score);
  const ranks = ranksOf(scores);
  const options = space.map((dimension, i) => {
    const random = new Pcg64([seed, purposes.bootstrap, i]);
    return optionImportance(dimension, trials, scores, ranks, random);
  });
  return {
    trials: trials.length,
    envSteps,
    options: options.sort((a, b) => b.share - a.share),
    repeatability: repeatability(trials, new Pcg64([seed, purposes.bootstrap, space.length])),
    effective: effectiveDimension(
      [trials],
      space.map(({ option }) => option),
    ),
  };
}

function optionImportance(
  dimension: Dimension,
  trials: readonly Trial[],
  scores: readonly Score[],
  ranks: Float64Array,
  random: Pcg64,
): OptionImportance {
  const groups = trials.map(({ config }) => groupOf(dimension, config[dimension.option]));
  const labels = groups.map(({ label }) => label);
  const share = explained(labels, ranks);
  const interval = intervalOf(() => {
    const drawn = trials.map(() => random.integers(0, trials.length));
    return explained(
      drawn.map((i) => labels[i]),
      ranksOf(drawn.map((i) => scores[i])),
    );
  });
  let as = 1; // as it is, which is one way to shuffle
  for (let i = 0; i < shuffles; i++) {
    const order = random.permutation(trials.length);
    if (
      explained(
        labels,
        Float64Array.from(order, (at) => ranks[at]),
      ) >= share
    )
      as++;
  }
  const values = [...new Map(groups.map((group) => [group.label, group])).values()]
    .sort((a, b) => a.order - b.order)
    .map(({ label }) => {
      const within = ranks.filter((_, i) => labels[i] === label);
      return { label, trials: within.length, place: (mean(within) - 0.5) / trials.length };
    });
  return { option: dimension.option, share, interval, chance: as / (shuffles + 1), values };
}

/** The ranks of scores, from 1 for the worst; equal ones share theirs. A training that diverged is worse than any. */
export function ranksOf(scores: readonly Score[]): Float64Array {
  const values = scores.map((score) => score ?? -Infinity);
  const order = [...values.keys()].sort((a, b) => (values[a] === values[b] ? a - b : values[a] < values[b] ? -1 : 1));
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let at = from; at < to; at++) ranks[order[at]] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
}

/** ε²: the share of the variance that lies between groups, less what would lie there by chance. */
export function explained(labels: readonly string[], values: ArrayLike<number>): number {
  const groups = new Map<string, { count: number; sum: number }>();
  const centre = mean(values);
  let total = 0;
  for (const [i, label] of labels.entries()) {
    const group = groups.get(label) ?? { count: 0, sum: 0 };
    const distance = values[i] - centre;
    groups.set(label, { count: group.count + 1, sum: group.sum + distance });
    total += distance * distance;
  }
  const free = labels.length - groups.size;
  if (total === 0 || free === 0) return 0;
  let between = 0;
  for (const { count, sum } of groups.values()) between += (sum * sum) / count;
  return 1 - ((1 - between / total) * (labels.length - 1)) / free;
}

function repeatability(trials: readonly Trial[], random: Pcg64): Importance["repeatability"] {
  const bySeed = trials[0].rungs[0].scores.map((_, i) => trials.map(({ rungs }) => rungs[0].scores[i]));
  const pairs = bySeed.flatMap((first, i) => bySeed.slice(i + 1).map((second) => [first, second] as const));
  const over = (drawn: readonly number[]) =>
    mean(
      pairs.map((pair) => correlation(...(pair.map((each) => ranksOf(drawn.map((i) => each[i]))) as [never, never]))),
    );
  const all = [...trials.keys()];
  const interval = intervalOf(() => over(all.map(() => random.integers(0, trials.length))));
  return { value: over(all), interval };
}

function correlation(a: Float64Array, b: Float64Array): number {
  const [centreA, centreB] = [mean(a), mean(b)];
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] - centreA, b[i] - centreB];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return squareA === 0 || squareB === 0 ? 0 : product / Math.sqrt(squareA * squareB);
}

/**
 * The fewest options that must be tuned, each environment for itself, to get 95 % of what tuning all of them gives, as
 * the mean of the normalised scores over environments (Adkins et al. 2024). There, every other option has its best
 * common value; here it has its default. Of the sets of options of one size the best one counts.
 * @param environments the same trials in each
 */
export function effectiveDimension(
  environments: readonly (readonly Trial[])[],
  options: readonly string[],
): EffectiveDimension {
  const scores = environments.map(normalised);
  const changed = environments.map((trials) => trials.map(({ changes }) => bitsOf(changes, options)));
  /** What tuning these options gives: trials that change no other one. */
  const worth = (subset: number) =>
    mean(scores.map((each, e) => Math.max(...each.filter((_, i) => (changed[e][i] & ~subset) === 0))));
  const subsets = Array.from({ length: 2 ** options.length }, (_, subset) => subset);
  const all = worth(subsets.length - 1);
  const sorted = subsets
    .map((subset) => ({ subset, size: sizeOf(subset), worth: worth(subset) }))
    .sort((a, b) => a.size - b.size || b.worth - a.worth || a.subset - b.subset);
  const found = sorted.find((each) => each.worth >= enough * all) as (typeof sorted)[number];
  return { options: options.filter((_, i) => (found.subset >> i) & 1), of: options.length };
}

/** The scores of the first rung: 0 at their 5 % quantile, 1 at their 95 % quantile (Adkins et al. 2024), cut off there. */
export function normalised(trials: readonly Trial[]): number[] {
  const finite = trials.flatMap(({ rungs }) => rungs[0].score ?? []);
  const sorted = Float64Array.from(finite).sort();
  if (sorted.length === 0) return trials.map(() => 0);
  const [low, high] = [quantile(sorted, 0.05), quantile(sorted, 0.95)];
  return trials.map(({ rungs: [{ score }] }) => {
    if (score === null || high === low) return 0;
    return Math.min(1, Math.max(0, (score - low) / (high - low)));
  });
}

function bitsOf(changes: object, options: readonly string[]): number {
  return options.reduce((bits, option, i) => bits + (Object.hasOwn(changes, option) ? 2 ** i : 0), 0);
}

function sizeOf(subset: number): number {
  return subset === 0 ? 0 : (subset & 1) + sizeOf(subset >> 1);
}
