// How the runs of two cells compare, as Agarwal et al. 2021 ask ("Deep Reinforcement Learning at the Edge of the Statistical Precipice").
import { Pcg64 } from "../env/random.js";
import { purposes } from "../env/seeds.js";
import { bootstrapResamples, intervalOf, mean, middle } from "../evaluate/statistics.js";

/** The scores of a cell's runs: a list for each environment, which is a stratum. No list is empty. */
export type Strata = readonly (readonly number[])[];

/** A 95 % interval: from, to. */
export type Interval = readonly [number, number];

/**
 * The mean of the middle half: a quarter of the values, rounded down to whole ones, is left out at either end, as
 * `scipy.stats.trim_mean(values, 0.25)` does. So of 10 values it is the mean of the middle 6, of 3 that of all.
 */
export function interquartileMean(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.subarray(cut, sorted.length - cut));
}

/**
 * The 95 % percentile interval of a statistic by the stratified bootstrap: in each of 2,000 resamples every stratum of
 * every cell is drawn anew from itself, with replacement. The draws depend on nothing but the strata's sizes.
 */
export function bootstrapInterval(
  cells: readonly Strata[],
  statistic: (...cells: readonly Strata[]) => number,
): Interval {
  const random = new Pcg64([0, purposes.bootstrap, 0]);
  return intervalOf(() => statistic(...cells.map((strata) => resample(strata, random))));
}

/** A point of a performance profile: the share of runs whose score is above the threshold, and its 95 % band. */
export interface ProfilePoint {
  readonly threshold: number;
  readonly share: number;
  readonly band: Interval;
}

/** The performance profile: the share of runs above each threshold, each environment counting the same (equation 3). */
export function performanceProfile(strata: Strata, thresholds: readonly number[]): ProfilePoint[] {
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
 * P(X > Y): how likely a run of X is better than one of Y, the mean over environments of the share of pairs in which it
 * is, a tie counting half (the Mann–Whitney statistic).
 * @param x as many strata as y, environment by environment
 */
export function probabilityOfImprovement(x: Strata, y: Strata): number {
  return mean(
    x.map((values, environment) => {
      const others = y[environment];
      let wins = 0;
      for (const value of values) for (const other of others) wins += value > other ? 1 : value === other ? 0.5 : 0;
      return wins / (values.length * others.length);
    }),
  );
}

function resample(strata: Strata, random: Pcg64): Strata {
  return strata.map((values) => values.map(() => values[random.integers(0, values.length)]));
}
