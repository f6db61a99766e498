// The signs that a training goes wrong: what was seen, and the notice that says so. Each is a function of the facts alone.
import type { Notice } from "../core/notice.js";
import { mean, variance } from "../evaluate/statistics.js";
import type { Baseline } from "../model/model.js";
import { fewestEpisodes } from "./budget.js";
import type { Moments, Seen, Span } from "./experience.js";

/** What a training has come to. */
export interface Facts {
  readonly env: {
    readonly id: string;
    readonly maxEpisodeSteps: number;
    readonly featureNames: readonly string[];
    readonly actionNames: readonly string[];
  };
  readonly gamma: number;
  readonly nStep: number;
  /** The steps that are planned, and those that were taken. */
  readonly plannedSteps: number;
  readonly envSteps: number;
  readonly seen: Seen;
  /** The steps so far of the longest episode that has not ended. */
  readonly open: number;
  /** The steps of evaluations, and the longest episode in them. */
  readonly evaluationSteps: number;
  readonly longestEvaluated: number;
  /** Whether the share of evaluations is the environment's preset. */
  readonly presetShare: boolean;
  readonly baseline: Baseline;
  /** The returns of random play. */
  readonly random: Moments;
  /** Whether the environment gave the same observations for the same seed, as far as anybody knows. */
  readonly repeats: boolean;
  /** The evaluations so far. */
  readonly evaluations: readonly Evaluated[];
  /** How the best network did; undefined before the first evaluation. */
  readonly kept: Returns | undefined;
  /** The features that have one value in the whole replay memory. */
  readonly constantFeatures: () => readonly number[];
  /** The first value that was far outside what was seen before. */
  readonly outlier: { readonly feature: number; readonly value: number; readonly envSteps: number } | undefined;
}

/** Returns of some episodes. */
export interface Returns {
  readonly episodes: number;
  readonly mean: number;
  readonly std: number;
}

/** An evaluation. */
export interface Evaluated extends Returns {
  readonly envSteps: number;
  /** The action that the network took at every step; null if it took several. */
  readonly onlyAction: number | null;
  /** Its largest |Q-value| at some observations of the replay memory. */
  readonly largestQValue: number;
}

/** A sign, and when it is looked for. */
export interface Sign {
  /** From this share of the planned steps on. */
  readonly from: number;
  /** Whether it is looked for only once. */
  readonly once?: true;
  /** The notice; undefined while nothing is wrong. */
  readonly seen: (facts: Facts) => Notice | undefined;
}

/** So many of the latest evaluations are taken together. */
const latest = 5;
/** A time limit of so many steps is none: it is the one that environments without a limit have. */
const noLimit = 10_000;
/** An episode of fewer steps is not endless. */
const longSteps = 500;
/** The names that a message lists. */
const mostNamed = 5;

/** Every sign. Each is told once. */
export const signs = {
  unseeded: { from: 0, seen: unseeded },
  endlessEpisode: { from: 0, seen: endlessEpisode },
  costlyEvaluation: { from: 0.25, seen: costlyEvaluation },
  equalRewards: { from: 0.25, seen: equalRewards },
  lateReward: { from: 0.25, once: true, seen: lateReward },
  farOutside: { from: 0.25, seen: farOutside },
  largeQValues: { from: 0.25, seen: largeQValues },
  constantFeature: { from: 0.5, once: true, seen: constantFeature },
  oneAction: { from: 0.5, seen: oneAction },
  noBetterThanRandom: { from: 0.5, seen: noBetterThanRandom },
  stillRising: { from: 1, once: true, seen: stillRising },
} satisfies Record<string, Sign>;

/** The same seed gives other observations. */
export function unseeded({ env: { id }, repeats }: Facts): Notice | undefined {
  if (repeats) return undefined;
  return {
    code: "unseeded",
    message: `${id} gives other observations for the same seed and actions`,
    remedy: "draw everything random from the seed that reset gets, or say repeatable: false",
    values: { id },
  };
}

/** An episode goes on and on, where no time limit would end it. */
export function endlessEpisode({ env, plannedSteps, seen, open, longestEvaluated }: Facts): Notice | undefined {
  const steps = Math.max(open, longestEvaluated);
  const isLong = steps > Math.max(longSteps, Math.min(plannedSteps, 10 * noLimit) / 20);
  const hasLimit = env.maxEpisodeSteps < Math.min(noLimit, plannedSteps / 5);
  const { longestEnded } = seen;
  if (!isLong || hasLimit || steps < 10 * longestEnded) return undefined;
  const others =
    longestEnded === 0 ? "none has ended so far" : `the longest that ended in training has ${longestEnded}`;
  return {
    code: "endless-episode",
    message: `an episode of ${env.id} has ${steps} steps and has not ended by itself: ${others}`,
    remedy: "set maxEpisodeSteps, and let an episode terminate where nothing more can happen",
    values: { id: env.id, steps, longestEnded },
  };
}

/** Evaluations take more steps than training, and nobody chose that with care. */
export function costlyEvaluation({ envSteps, evaluationSteps, presetShare }: Facts): Notice | undefined {
  if (presetShare || evaluationSteps <= envSteps) return undefined;
  const percent = Math.round((100 * evaluationSteps) / (envSteps + evaluationSteps));
  return {
    code: "costly-evaluation",
    message: `evaluations take ${percent} % of all steps: ${evaluationSteps}, beside ${envSteps} of training`,
    remedy:
      "give a smaller evaluationShare, fewer evaluationEpisodes, shorter episodes (maxEpisodeSteps) or more envSteps",
    values: { percent, evaluationSteps, envSteps },
  };
}

/** No action has made a difference: all rewards and all returns are the same. */
export function equalRewards({ envSteps, seen }: Facts): Notice | undefined {
  const { lowest, highest } = bothOf(seen.inner, seen.final);
  const isFirst = seen.ended > 0 && seen.ended < fewestEpisodes;
  if (lowest === null || lowest !== highest || seen.returns.lowest !== seen.returns.highest || isFirst)
    return undefined;
  return {
    code: "equal-rewards",
    message: `each of ${envSteps} steps gave the reward ${lowest}, and no episode another return: there is nothing to learn from`,
    remedy: "try a longer explorationFraction, or give a reward on the way to the goal",
    values: { envSteps, reward: lowest },
  };
}

/** Long episodes are paid at their end. */
export function lateReward({ nStep, seen }: Facts): Notice | undefined {
  const { inner, final, ended } = seen;
  const length = Math.round(seen.endedSteps / Math.max(1, ended));
  const paidAtEnd = inner.lowest === 0 && inner.highest === 0 && (final.lowest !== 0 || final.highest !== 0);
  if (!paidAtEnd || length < Math.max(20, 4 * nStep)) return undefined;
  const steps = Math.min(length, 100);
  return {
    code: "late-reward",
    message: `reward comes only at the end of episodes, which have ${length} steps, and nStep is ${nStep}`,
    remedy: `try nStep ${steps}, or give a part of the reward on the way`,
    values: { length, nStep, steps },
  };
}

/** A value comes late that is far from all before. */
export function farOutside({ env, outlier }: Facts): Notice | undefined {
  if (outlier === undefined) return undefined;
  const { feature, envSteps } = outlier;
  const name = env.featureNames[feature];
  const value = rounded(outlier.value);
  return {
    code: "far-outside",
    message: `after ${envSteps} steps the feature ${quoted(name)} is ${value}, far outside what was seen before`,
    remedy: "none if it grows as the policy gets better; else find where it comes from, and clip it or leave it out",
    values: { envSteps, feature: name, value },
  };
}

/** Q-values are larger than any return can be. */
export function largeQValues({ env, gamma, seen, open, evaluations }: Facts): Notice | undefined {
  const { lowest, highest } = bothOf(seen.inner, seen.final);
  const reward = Math.max(Math.abs(lowest ?? 0), Math.abs(highest ?? 0));
  const steps = gamma < 1 ? 1 / (1 - gamma) : Math.max(seen.longestEnded, open, env.maxEpisodeSteps);
  const largest = evaluations.at(-1)?.largestQValue ?? 0;
  if (reward === 0 || !(largest > 2 * reward * steps)) return undefined;
  const [value, most] = [largest, reward * steps].map(rounded);
  return {
    code: "large-q-values",
    message: `Q-values reach ${value}, but with gamma ${gamma} and the rewards that were seen no return is beyond ${most}`,
    remedy: "training diverges: try a smaller learningRate, a smaller tau, or a smaller gamma",
    values: { value, gamma, most },
  };
}

/** A feature says nothing. */
export function constantFeature({ env, constantFeatures }: Facts): Notice | undefined {
  const features = constantFeatures();
  if (features.length === 0) return undefined;
  const named = features.slice(0, mostNamed).map((feature) => quoted(env.featureNames[feature]));
  const others = features.length - named.length;
  const names = named.join(", ") + (others > 0 ? ` and ${others} more` : "");
  return {
    code: "constant-feature",
    message: `features that never change: ${names}`,
    remedy: "see whether the environment sets them; what is always the same can be left out",
    values: { names, count: features.length },
  };
}

/** The network takes one action, whatever it sees: in two evaluations in a row, or in the only one. */
export function oneAction({ env, plannedSteps, baseline: { constant }, evaluations }: Facts): Notice | undefined {
  const late = evaluations.filter(({ envSteps }) => envSteps >= plannedSteps / 2).slice(-2);
  const action = late.at(-1)?.onlyAction ?? null;
  const enough = late.length === 2 || late.at(-1)?.envSteps === plannedSteps;
  if (action === null || !enough || late.some(({ onlyAction }) => onlyAction !== action)) return undefined;
  const name = env.actionNames[action];
  const best =
    constant === null || constant.action === action
      ? ""
      : `; always ${quoted(env.actionNames[constant.action])} returns ${rounded(constant.mean)}`;
  const value = rounded(late.at(-1)?.mean ?? 0);
  return {
    code: "one-action",
    message: `the network takes the action ${quoted(name)} at every step of its evaluations, which return ${value}${best}`,
    remedy:
      "none if no policy is better; else explore longer (explorationFraction), and see whether observations say what matters",
    values: { action: name, value, ...(constant !== null && { best: constant.mean }) },
  };
}

/** The latest networks return no more than random play, and the best one no more beyond the noise of both. */
export function noBetterThanRandom({ envSteps, random, evaluations, kept }: Facts): Notice | undefined {
  const recent = evaluations.slice(-latest).filter(({ episodes }) => episodes >= fewestEpisodes);
  if (random.count < fewestEpisodes || recent.length === 0 || kept === undefined) return undefined;
  const ofRandom = random.squares / (random.count - 1) / random.count;
  const errors = mean(recent.map(squaredError));
  const now = mean(recent.map((each) => each.mean));
  if (now > random.mean + Math.sqrt(ofRandom + errors) / 2) return undefined;
  if (kept.mean > random.mean + 2 * Math.sqrt(ofRandom + squaredError(kept))) return undefined;
  const [value, error, ofChance, chanceError] = [now, Math.sqrt(errors), random.mean, Math.sqrt(ofRandom)].map(rounded);
  return {
    code: "no-better-than-random",
    message: `after ${envSteps} steps evaluations return ${value} ± ${error}, random play ${ofChance} ± ${chanceError}`,
    remedy:
      "see “When it does not learn” in docs/train.md: the environment, the time, exploration, nStep and gamma, in this order",
    values: { envSteps, value, error, random: ofChance, randomError: chanceError },
  };
}

/** At the end, the last third of the evaluations is clearly better than the third before, and its own end than its start. */
export function stillRising({ env, plannedSteps, baseline, evaluations }: Facts): Notice | undefined {
  const means = evaluations.map((each) => each.mean);
  const third = Math.floor(means.length / 3);
  if (third < fewestEpisodes) return undefined;
  const [before, after] = [means.slice(-2 * third, -third), means.slice(-third)];
  const rise = mean(after) - mean(before);
  const error = Math.sqrt((variance(before) + variance(after)) / (third - 1));
  const gained = mean(after) - Math.min(baseline.random ?? Number.POSITIVE_INFINITY, ...means);
  const half = Math.ceil(third / 2);
  const risesAtEnd = mean(after.slice(-half)) > mean(after.slice(0, half));
  if (!(rise > 3 * error && rise > gained / 10 && risesAtEnd)) return undefined;
  const [from, to] = [mean(before), mean(after)].map(rounded);
  return {
    code: "still-rising",
    message: `returns in ${env.id} still rise at the end: from ${from} in the middle third of the evaluations to ${to} in the last`,
    remedy: `give it more envSteps than ${plannedSteps}`,
    values: { id: env.id, from, to, plannedSteps },
  };
}

function squaredError({ std, episodes }: Returns): number {
  return (std * std) / Math.max(1, episodes - 1);
}

function bothOf(one: Span, other: Span): Span {
  if (one.lowest === null || one.highest === null) return other;
  if (other.lowest === null || other.highest === null) return one;
  return { lowest: Math.min(one.lowest, other.lowest), highest: Math.max(one.highest, other.highest) };
}

/** With as many digits as are useful in a message. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function quoted(name: string): string {
  return `“${name}”`;
}
