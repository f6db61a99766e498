// Sums, means, deviations and bootstrap intervals of returns.
import { Pcg64 } from "../env/random.js";
import { purposes } from "../env/seeds.js";

/** The number of resamples in a bootstrap. */
export const bootstrapResamples = 2000;

export function sum(values: ArrayLike<number>): number {
  let all = 0;
  for (let i = 0; i < values.length; i++) all += values[i];
  return all;
}

export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}

/** The standard deviation of exactly these values (divided by their number, as NumPy's `std` does). */
export function standardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values));
}

/** The mean squared distance from the mean. */
export function variance(values: ArrayLike<number>): number {
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - centre) * (values[i] - centre);
  return squares / values.length;
}

/**
 * The 95 % percentile bootstrap interval of the mean (Efron & Tibshirani 1993, chapter 13), from 2,000 resamples. The
 * draws depend only on the seed.
 */
export function meanInterval(values: ArrayLike<number>, seed: number): [number, number] {
  const random = new Pcg64([seed, purposes.bootstrap, values.length]);
  return intervalOf(() => {
    let drawn = 0;
    for (let i = 0; i < values.length; i++) drawn += values[random.integers(0, values.length)];
    return drawn / values.length;
  });
}

/** The 95 % percentile interval of a statistic. @param ofResample the statistic of the next resample */
export function intervalOf(ofResample: () => number): [number, number] {
  return middle(Float64Array.from({ length: bootstrapResamples }, ofResample));
}

/** From the 2.5 % quantile to the 97.5 % quantile. The values are sorted in place. */
export function middle(values: Float64Array): [number, number] {
  values.sort();
  return [quantile(values, 0.025), quantile(values, 0.975)];
}

/** The quantile of sorted values; between neighbours it is linear. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
