// How certain it is that a student keeps a share of its teacher's return: a one-sided bootstrap over paired episodes.
import { Pcg64 } from "../env/random.js";
import { purposes } from "../env/seeds.js";
import { returnRatio } from "./compare.js";
import { mean } from "./statistics.js";

/** Returns on the same episodes, in order: each index is one reset seed. */
export interface PairedReturns {
  readonly teacher: Float64Array;
  readonly student: Float64Array;
  readonly random: Float64Array;
}

export interface RatioBound {
  readonly returnRatio: number | null;
  /** With 95 % confidence the ratio is at least this; null if resamples leave it without a meaning. */
  readonly lowerBound: number | null;
}

const resamples = 2000;
const level = 0.05;

/**
 * The lower end of the one-sided 95 % percentile interval of `returnRatio` (Efron & Tibshirani 1993, chapter 13): the
 * 5 % quantile, an order statistic, of 2,000 resamples. Each draw takes an episode with all three of its returns: the
 * teacher's, the student's and the random policy's. So an episode that is easy for all of them adds no doubt. A
 * resample in which the teacher is no better than random counts as the lowest ratio.
 * @param seed the draws depend on it alone
 */
export function ratioBound({ teacher, student, random }: PairedReturns, seed: number): RatioBound {
  const count = teacher.length;
  const draws = new Pcg64([seed, purposes.bootstrap, count]);
  const ratios = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let teacherSum = 0;
    let studentSum = 0;
    let randomSum = 0;
    for (let i = 0; i < count; i++) {
      const episode = draws.integers(0, count);
      teacherSum += teacher[episode];
      studentSum += student[episode];
      randomSum += random[episode];
    }
    ratios[resample] = returnRatio(studentSum, teacherSum, randomSum) ?? -Infinity;
  }
  ratios.sort();
  const bound = ratios[Math.ceil(level * resamples) - 1];
  return {
    returnRatio: returnRatio(mean(student), mean(teacher), mean(random)),
    lowerBound: bound === -Infinity ? null : bound,
  };
}
