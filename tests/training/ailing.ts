// Facts of trainings that go wrong, one for each sign, and of similar ones that do not.
import type { Evaluated, Facts, signs } from "../../src/training/signs.js";

/** A training half-way that goes well. */
export const healthy: Facts = {
  env: { id: "shop", maxEpisodeSteps: 200, featureNames: ["stock", "price"], actionNames: ["wait", "buy", "sell"] },
  ...{ gamma: 0.9, nStep: 5, plannedSteps: 20_000, envSteps: 10_000 },
  seen: {
    steps: 10_000,
    inner: { lowest: 0, highest: 1 },
    final: { lowest: 0, highest: 5 },
    returns: { lowest: 3, highest: 60 },
    ...{ ended: 100, endedSteps: 9950, longestEnded: 150 },
    random: { count: 10, mean: 8, squares: 90 },
  },
  ...{ open: 50, evaluationSteps: 2000, longestEvaluated: 160, presetShare: false },
  baseline: { random: 8, constant: { action: 1, mean: 12 } },
  random: { count: 10, mean: 8, squares: 90 },
  repeats: true,
  evaluations: [evaluated(5000, { mean: 20 }), evaluated(10_000)],
  kept: { episodes: 20, mean: 30, std: 4 },
  constantFeatures: () => [],
  outlier: undefined,
};

export function evaluated(envSteps: number, changes: Partial<Evaluated> = {}): Evaluated {
  return { envSteps, episodes: 20, mean: 30, std: 4, onlyAction: null, largestQValue: 20, ...changes };
}

type Changes = Partial<Facts>;

const seen = (changes: Partial<Facts["seen"]>) => ({ ...healthy.seen, ...changes });
const unlimited = { ...healthy.env, maxEpisodeSteps: 10_000 };
const zeros = { lowest: 0, highest: 0 };
const paidAtEnd = { inner: zeros, final: { lowest: 0, highest: 1 } };
const always = (onlyAction: number, envSteps: number) => evaluated(envSteps, { onlyAction });
const curve = (...means: number[]) =>
  means.map((mean, i) => evaluated(((i + 1) * healthy.plannedSteps) / means.length, { mean }));
const nothingLearned = {
  evaluations: [evaluated(5000, { mean: 8 }), evaluated(10_000, { mean: 8.5 })],
  kept: { episodes: 20, mean: 8.5, std: 4 },
};

/** For each sign what changes to facts that show it, and what to facts that nearly do. */
export const ailing: Record<keyof typeof signs, { shows: Changes[]; not: Changes[] }> = {
  unseeded: { shows: [{ repeats: false }], not: [{ repeats: true }] },
  endlessEpisode: {
    shows: [
      { env: unlimited, open: 5000 },
      { env: unlimited, longestEvaluated: 5000 },
      { env: unlimited, open: 2000, seen: seen({ ended: 0, endedSteps: 0, longestEnded: 0 }) },
    ],
    not: [
      { open: 5000 }, // a time limit that is chosen
      { env: unlimited, open: 1000, seen: seen({ longestEnded: 60 }) }, // not long
      { env: unlimited, open: 2000, seen: seen({ longestEnded: 250 }) }, // others were as long
    ],
  },
  costlyEvaluation: {
    shows: [{ evaluationSteps: 10_001 }],
    not: [{ evaluationSteps: 10_000 }, { evaluationSteps: 10_001, presetShare: true }],
  },
  equalRewards: {
    shows: [
      { seen: seen({ inner: zeros, final: zeros, returns: zeros }) },
      {
        seen: seen({
          inner: { lowest: -1, highest: -1 },
          final: { lowest: -1, highest: -1 },
          returns: { lowest: -200, highest: -200 },
        }),
      },
      {
        seen: seen({
          inner: zeros,
          final: { lowest: null, highest: null },
          returns: { lowest: null, highest: null },
          ended: 0,
        }),
      },
    ],
    not: [
      // a reward for each step: returns differ
      {
        seen: seen({
          inner: { lowest: 1, highest: 1 },
          final: { lowest: 1, highest: 1 },
          returns: { lowest: 9, highest: 30 },
        }),
      },
      { seen: seen({ inner: zeros, final: { lowest: 0, highest: 1 }, returns: { lowest: 0, highest: 1 } }) },
      { seen: seen({ inner: zeros, final: zeros, returns: zeros, ended: 3 }) }, // too few episodes
    ],
  },
  lateReward: {
    shows: [{ seen: seen(paidAtEnd) }],
    not: [
      { seen: seen({ ...paidAtEnd, inner: { lowest: 0, highest: 0.1 } }) },
      { seen: seen({ ...paidAtEnd, inner: { lowest: -1, highest: -1 } }) }, // each step costs
      { seen: seen({ ...paidAtEnd, final: zeros }) }, // nothing was ever paid
      { seen: seen({ ...paidAtEnd, endedSteps: 900 }) }, // short
      { seen: seen(paidAtEnd), nStep: 50 },
    ],
  },
  farOutside: { shows: [{ outlier: { feature: 1, value: 1e6, envSteps: 9000 } }], not: [{ outlier: undefined }] },
  largeQValues: {
    shows: [
      { evaluations: [evaluated(10_000, { largestQValue: 101 })] }, // rewards to 5, for 10 steps in effect
      { evaluations: [evaluated(10_000, { largestQValue: 2001 })], gamma: 1 },
    ],
    not: [
      { evaluations: [evaluated(10_000, { largestQValue: 99 })] },
      { evaluations: [evaluated(10_000, { largestQValue: 1999 })], gamma: 1 },
      { evaluations: [evaluated(10_000, { largestQValue: 2001 })], seen: seen({ inner: zeros, final: zeros }) },
      { evaluations: [] },
    ],
  },
  constantFeature: { shows: [{ constantFeatures: () => [0] }], not: [{ constantFeatures: () => [] }] },
  oneAction: {
    shows: [
      { evaluations: [always(2, 10_000), always(2, 11_000)] },
      { evaluations: [always(2, 20_000)] }, // the only one
    ],
    not: [
      { evaluations: [always(2, 9000), always(2, 10_000)] }, // one alone is late
      { evaluations: [always(1, 10_000), always(2, 11_000)] },
      { evaluations: [always(2, 10_000), evaluated(20_000)] },
    ],
  },
  noBetterThanRandom: {
    shows: [
      nothingLearned,
      // no noise at all
      {
        random: { count: 10, mean: -200, squares: 0 },
        evaluations: [evaluated(10_000, { mean: -200, std: 0 })],
        kept: { episodes: 20, mean: -200, std: 0 },
      },
    ],
    not: [
      { ...nothingLearned, kept: { episodes: 20, mean: 30, std: 4 } }, // an earlier network is better
      { ...nothingLearned, random: { count: 3, mean: 8, squares: 20 } }, // nobody knows what random play returns
      { ...nothingLearned, evaluations: [evaluated(10_000, { mean: 8, episodes: 3 })] },
      // better by more than the error of both
      { evaluations: [evaluated(10_000, { mean: 12 })], kept: { episodes: 20, mean: 12, std: 4 } },
    ],
  },
  stillRising: {
    shows: [{ evaluations: curve(0, 1, 3, 2, 10, 12, 11, 13, 20, 23, 22, 24) }],
    not: [
      { evaluations: curve(0, 1, 3, 2, 20, 25, 21, 24, 22, 23, 24, 23) },
      { evaluations: curve(0, 1, 3, 2, 10, 40, 15, 22, 20, 43, 12, 24) }, // noise
      { evaluations: curve(0, 1, 3, 2, 10, 12, 11, 13, 20, 20, 20, 20) }, // not any more
      { evaluations: curve(0, 10, 20) }, // too few
      {
        evaluations: curve(0, 1, 3, 2, 10, 12, 11, 13, 20, 23, 22, 24),
        baseline: { random: -200, constant: null }, // hardly, above random play
      },
      { evaluations: curve(-900, 1, 3, 2, 10, 12, 11, 13, 20, 23, 22, 24) }, // hardly, after all that was gained
    ],
  },
};
