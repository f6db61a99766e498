// Comparing the runs of two cells as Agarwal et al. 2021 recommend ("Deep Reinforcement Learning at the Edge of the
// Statistical Precipice").
import { need, needFunction, needNumbers } from "../core/needed.js";
import { Pcg64 } from "../env/random.js";
import { purposes } from "../env/seeds.js";
import { bootstrapResamples, intervalOf, mean, middle } from "../evaluate/statistics.js";

/** The scores of a cell's runs: one list for each environment, which is a stratum. No list is empty. */
export type Strata = readonly (readonly number[])[];

/** A 95 % interval: from, to. */
export type Interval = readonly [number, number];

/**
 * The interquartile mean, the mean of the middle half. A quarter of the values, rounded down to a whole number, is
 * left out at each end, as `scipy.stats.trim_mean(values, 0.25)` does. Of 10 values it is the mean of the middle 6; of
 * 3 values, the mean of all.
 */
export function interquartileMean(values: readonly number[]): number {
  needNumbers("values", values);
  need(values.length > 0, "values", values, "a list of at least one number");
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.subarray(cut, sorted.length - cut));
}

/**
 * The 95 % percentile interval of a statistic by the stratified bootstrap. In each of 2,000 resamples every stratum of
 * every cell is resampled on its own, with replacement. The draws depend only on the sizes of the strata.
 */
export function bootstrapInterval(
  cells: readonly Strata[],
  statistic: (...cells: readonly Strata[]) => number,
): Interval {
  need(Array.isArray(cells), "cells", cells, "a list of strata");
  for (const strata of cells) checkStrata("cells", strata);
  needFunction("statistic", statistic);
  const random = new Pcg64([0, purposes.bootstrap, 0]);
  return intervalOf(() => statistic(...cells.map((strata) => resample(strata, random))));
}

/** A point of a performance profile: the share of runs whose score is above the threshold, and its 95 % band. */
export interface ProfilePoint {
  readonly threshold: number;
  readonly share: number;
  readonly band: Interval;
}

/**
 * The performance profile: the share of runs above each threshold. Each environment has the same weight (equation 3).
 */
export function performanceProfile(strata: Strata, thresholds: readonly number[]): ProfilePoint[] {
  checkStrata("strata", strata);
  needNumbers("thresholds", thresholds);
  const random = new Pcg64([0, purposes.bootstrap, 0]);
  const shares = thresholds.map(() => new Float64Array(bootstrapResamples));
  for (let i = 0; i < bootstrapResamples; i++) {
    const drawn = resample(strata, random);
    for (const [at, threshold] of thresholds.entries()) shares[at][i] = shareAbove(drawn, threshold);
  }
  return thresholds.map((threshold, at) => ({
    threshold,
    share: shareAbove(strata, threshold),
    band: middle(shares[at]),
  }));
}

function shareAbove(strata: Strata, threshold: number): number {
  return mean(strata.map((values) => values.filter((value) => value > threshold).length / values.length));
}

/**
 * P(X > Y): how likely a run of X is better than a run of Y. In each environment this is the share of pairs in which
 * it is better, where a tie counts half (the Mann–Whitney statistic). The result is the mean over environments.
 * @param x has as many strata as y; they are compared environment by environment
 */
export function probabilityOfImprovement(x: Strata, y: Strata): number {
  checkStrata("x", x);
  checkStrata("y", y);
  need(y.length === x.length, "y", y, `a list of as many strata as x has, ${x.length},`);
  return mean(
    x.map((values, environment) => {
      const others = y[environment];
      let wins = 0;
      for (const value of values) for (const other of others) wins += value > other ? 1 : value === other ? 0.5 : 0;
      return wins / (values.length * others.length);
    }),
  );
}

/** @throws TypeError for anything but lists of numbers, none of them empty */
function checkStrata(name: string, strata: unknown): void {
  const isStratum = (values: unknown) => Array.isArray(values) && values.length > 0;
  const holds = Array.isArray(strata) && strata.length > 0 && strata.every(isStratum);
  need(holds, name, strata, "strata, one list of numbers for each environment,");
}

function resample(strata: Strata, random: Pcg64): Strata {
  return strata.map((values) => values.map(() => values[random.integers(0, values.length)]));
}
