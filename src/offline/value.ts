// What a policy would have returned, from a log of what another one did: an estimate with its interval.
import { ConfigError } from "../core/config-error.js";
import { needListeners, needObject, needSignal } from "../core/needed.js";
import type { Notice } from "../core/notice.js";
import { inTurns, type Steps, stepper, stoppable, within } from "../env/pauses.js";
import { Pcg64 } from "../env/random.js";
import { purposes } from "../env/seeds.js";
import { checkedSeed, checkFit, type Sized, shown } from "../evaluate/checks.js";
import type { EvaluationProgress } from "../evaluate/evaluate.js";
import type { Policy } from "../evaluate/returns.js";
import { mean, quantile } from "../evaluate/statistics.js";
import { CorrectedValue } from "./corrected-value.js";
import type { Corrected } from "./doubly-robust.js";
import { droppedSteps, inEpisodes, type LoggedEpisodes } from "./episodes.js";
import { type Choices, FittedValue, type Resample, type Target } from "./fitted-value.js";
import type { LoggedSteps } from "./steps.js";

/** The number of resamples of the episodes, each with a fit of its own. */
const resamples = 50;

/** A log with more steps than this is represented by some of its episodes, with about so many, or it would take minutes. */
const mostSteps = 30_000;

/** A longer horizon takes too long. */
const longestHorizon = 100_000;

/**
 * Where nothing was cut, so many of the longest episodes. What ends an episode may not be seen in its states. The fit then
 * takes its end for chance, which makes some episodes longer than any.
 */
const uncut = 4;

/** With less than so many episodes behind it, an estimate is not to be trusted. */
const fewEpisodes = 10;

/** With less agreement, the policy soon is in states that the log has never seen. */
const enoughAgreement = 0.7;

/** How a return is estimated. */
export type ValueMethod = "fittedQ" | "doublyRobust";

/** Options of {@link estimateReturn}. */
export interface EstimateOptions {
  /** By default `"doublyRobust"` if the log has propensities, otherwise `"fittedQ"`. */
  readonly method?: ValueMethod;
  /** What a reward one step later counts, above 0, up to 1; by default 1. */
  readonly gamma?: number;
  /**
   * The number of steps after which an episode is cut; by default that of the log's longest episode, and four times as many
   * if every logged episode terminated.
   */
  readonly horizon?: number;
  /** The seed of the resampling; 0 by default. */
  readonly seed?: number;
  /** Stops the work: the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called with plain data while the work runs. */
  readonly onEvent?: (event: EvaluationProgress) => void;
}

/** What a policy would return, as far as a log can tell. */
export interface EstimatedReturn {
  readonly method: ValueMethod;
  readonly gamma: number;
  readonly horizon: number;
  /** The estimated mean return of an episode. */
  readonly mean: number;
  /** 95 % bootstrap interval of the mean: how much it depends on which episodes happened to be logged. */
  readonly ci95: readonly [number, number];
  /**
   * The mean return of all logged episodes, with the same `gamma` and `horizon`. Rows that were left out (see the notice
   * "dropped-steps") do not count.
   */
  readonly logged: number;
  /** How many episodes, and steps, were used. */
  readonly episodes: number;
  readonly steps: number;
  /** The share of the steps at which the policy would have done the same. */
  readonly agreement: number;
  /**
   * How many logged episodes would tell as much if each told the same (Kish 1965): few if the estimate rests on few
   * episodes. It is that of the fit, with doublyRobust, too.
   */
  readonly effectiveEpisodes: number;
  /**
   * With doublyRobust: the number of first steps that are corrected, because at least 10 effective episodes did in all of
   * them what the policy would have done.
   */
  readonly correctedSteps: number;
  /** What to know before the estimate is trusted. */
  readonly notices: readonly Notice[];
}

/**
 * Estimates the mean return of a policy that takes one action in each state, from a log of what others did: the sum of
 * an episode's rewards, from the log's first states on, for at most `horizon` steps, each weighted by gamma^t.
 *
 * Fitted Q evaluation (Le, Voloshin & Yue 2019, algorithm 3), once for each step of the horizon. Two things keep its
 * errors small. A step's target follows the log for as long as the log does what the policy would do (tree backup,
 * Precup, Sutton & Singh 2000, with λ = 1), and Q is a line through the nearest steps. With propensities the rest is
 * corrected: weighted doubly robust (Thomas & Brunskill 2016, equation 12; Jiang & Li 2016), where a step is never
 * judged by its own episode.
 *
 * The interval is a bootstrap over whole episodes, each resample with a fit of its own (Hao et al. 2021, "Bootstrapping
 * Fitted Q-Evaluation"): symmetric, the estimate ± what 95 % of the resamples keep within (Hall 1988, "On symmetric
 * bootstrap confidence intervals") and the bias that they show, wider for few episodes. It ends where no return can be.
 * It knows nothing of states that the policy would reach and the log did not.
 * @param policy a model, or an object whose `act(observation, mask)` gives an action
 * @throws what {@link inEpisodes} throws; ConfigError for a log of one episode, an option that is not allowed, a model of
 * other sizes, and `doublyRobust` without propensities; RangeError for an action that the log cannot have; the signal's
 * reason if the signal asks to stop
 */
export async function estimateReturn(
  policy: Policy & Sized,
  data: LoggedSteps,
  options: EstimateOptions = {},
): Promise<EstimatedReturn> {
  needObject("policy", policy, "a model, or an object with act,", "act");
  needObject("options", options);
  const { signal, onEvent = () => {} } = options;
  needSignal(signal);
  needListeners({ onEvent });
  signal?.throwIfAborted();
  const steps = estimate(policy, withActionsOf(policy, data, inEpisodes(data)), options);
  return inTurns(steps, stoppable(signal), (share) => onEvent({ kind: "progress", share }));
}

function* estimate(
  policy: Policy & Sized,
  whole: LoggedEpisodes,
  {
    method = whole.propensities ? "doublyRobust" : "fittedQ",
    gamma = 1,
    horizon = usualHorizon(whole),
    ...rest
  }: EstimateOptions,
): Steps<EstimatedReturn> {
  const seed = checkedSeed(rest.seed === undefined ? 0 : rest.seed);
  checkOptions(whole, { method, gamma, horizon });
  checkSizes(policy, whole);
  const random = new Pcg64([seed, purposes.bootstrap, whole.steps]);
  const log = sampled(whole, random);
  const parts = resamples + 6;
  const choices = yield* within(choicesOf(policy, log), 0, 1 / parts);
  const episodes = log.starts.length - 1;
  const target = { gamma, horizon };
  const fitted = new FittedValue(log, choices, target);
  yield* within(fitted.lookUp(), 1 / parts, 2 / parts);
  const corrected = method === "doublyRobust" ? new CorrectedValue(log, choices, target, fitted) : undefined;
  if (corrected) yield* within(corrected.lookUp(), 2 / parts, 3 / parts);
  const work = (resample: Resample): Steps<Corrected> =>
    corrected ? corrected.estimate(resample, fewEpisodes) : withoutCorrection(fitted.mean(resample));

  const all = new Uint32Array(episodes).fill(1);
  const worst = yield* within(work({ counts: all, hopeful: false }), 3 / parts, 4 / parts);
  const best = yield* within(work({ counts: all, hopeful: true }), 4 / parts, 5 / parts);
  const shares = yield* within(fitted.shares(), 5 / parts, 6 / parts);
  const [least, most] = possible(log, target);
  const inside = (value: number) => Math.max(least, Math.min(most, value));
  const estimated = inside((worst.mean + best.mean) / 2);
  const means = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    const counts = new Uint32Array(episodes);
    for (let drawn = 0; drawn < episodes; drawn++) counts[random.integers(0, episodes)]++;
    const part = work({ counts, hopeful: i % 2 === 0 });
    const resampled = yield* within(part, (i + 6) / parts, (i + 7) / parts);
    means[i] = inside(resampled.mean);
  }
  const effectiveEpisodes = effective(shares);
  const distance = reachOf(means, estimated, effectiveEpisodes);
  let agreed = 0;
  for (let row = 0; row < log.steps; row++) agreed += Number(log.actions[row] === choices.actions[row]);
  const agreement = agreed / log.steps;
  const logged = loggedReturn(whole, gamma, horizon);
  return {
    method,
    gamma,
    horizon,
    mean: estimated,
    ci95: [inside(estimated - distance), inside(estimated + distance)],
    logged,
    episodes,
    steps: log.steps,
    agreement,
    effectiveEpisodes,
    correctedSteps: worst.steps,
    notices: [
      ...(effectiveEpisodes < fewEpisodes ? [fewNotice(effectiveEpisodes)] : []),
      ...(agreement < enoughAgreement ? [agreementNotice(agreement)] : []),
      ...(corrected && worst.steps === 0 ? [uncorrectedNotice(episodes)] : []),
      ...(worst.mean !== best.mean ? [unknownNotice(worst.mean, best.mean)] : []),
      ...(log === whole
        ? []
        : [
            sampledNotice({
              steps: log.steps,
              episodes,
              of: whole.steps,
              returned: loggedReturn(log, gamma, horizon),
              logged,
            }),
          ]),
      ...(whole.dropped > 0 ? [droppedSteps(whole.dropped)] : []),
    ],
  };
}

function fewNotice(effectiveEpisodes: number): Notice {
  return {
    code: "few-effective-episodes",
    message: `the estimate rests on ${effectiveEpisodes.toFixed(1)} of the log's episodes: its interval may be too narrow`,
    remedy: "log more episodes in which the policy's actions are taken",
    values: { effectiveEpisodes },
  };
}

function agreementNotice(agreement: number): Notice {
  return {
    code: "small-agreement",
    message: `the policy would do the same in ${Math.floor(100 * agreement)} % of the log's steps only: it may reach states that the log has never seen, and the interval does not know of them`,
    remedy: "log episodes by actions closer to the policy's",
    values: { agreement },
  };
}

function uncorrectedNotice(episodes: number): Notice {
  return {
    code: "no-correction",
    message: `${uncorrectedReason(episodes)}: the estimate is not corrected by the propensities`,
    remedy: "log more episodes, by actions closer to the policy's",
    values: { episodes, needed: fewEpisodes },
  };
}

function uncorrectedReason(episodes: number): string {
  if (episodes >= fewEpisodes) return "the log hardly ever begins as the policy would";
  return `the log has ${episodes} episodes, and a correction needs ${fewEpisodes}`;
}

function unknownNotice(worst: number, best: number): Notice {
  return {
    code: "unknown-actions",
    message:
      "the policy takes an action that no other episode of the log takes: the worst and the best are assumed there",
    remedy: "log more episodes in which the action is taken",
    values: { worst, best },
  };
}

function sampledNotice(values: Record<"steps" | "episodes" | "of" | "returned" | "logged", number>): Notice {
  return {
    code: "sampled-log",
    message: `the log has ${values.of} steps: ${values.steps} of them, in ${values.episodes} episodes drawn at random, are used, which returned ${values.returned.toFixed(1)}, the whole log ${values.logged.toFixed(1)}`,
    remedy: "distrust the estimate if these two are far from each other",
    values,
  };
}

/** The least and the largest return that the log's rewards can make. */
function possible({ rewards }: LoggedEpisodes, { gamma, horizon }: Target): [number, number] {
  const least = rewards.reduce((a, b) => Math.min(a, b), 0);
  const most = rewards.reduce((a, b) => Math.max(a, b), 0);
  let reach = 0;
  for (let step = 0; step < horizon; step++) reach = 1 + gamma * reach;
  return [reach * least, reach * most];
}

function* withoutCorrection(steps: Steps<number>): Steps<Corrected> {
  return { mean: yield* steps, steps: 0 };
}

/** See {@link EstimateOptions.horizon}. */
function usualHorizon({ starts, terminated }: LoggedEpisodes): number {
  let longest = 0;
  for (let episode = 1; episode < starts.length; episode++) {
    longest = Math.max(longest, starts[episode] - starts[episode - 1]);
  }
  return Math.min(longestHorizon, terminated.includes(0) ? longest : uncut * longest);
}

function checkOptions(
  { starts, propensities }: LoggedEpisodes,
  { method, gamma, horizon }: Required<Pick<EstimateOptions, "method" | "gamma" | "horizon">>,
): void {
  if (method !== "fittedQ" && method !== "doublyRobust") {
    throw new ConfigError(`method is ${shown(method)}: "fittedQ" or "doublyRobust" is allowed`);
  }
  if (!(typeof gamma === "number" && gamma > 0 && gamma <= 1)) {
    throw new ConfigError(`gamma is ${shown(gamma)}: a number above 0, up to 1 is allowed`);
  }
  if (!(Number.isInteger(horizon) && horizon >= 1 && horizon <= longestHorizon)) {
    throw new ConfigError(`horizon is ${shown(horizon)}: a whole number from 1 to ${longestHorizon} is allowed`);
  }
  if (method === "doublyRobust" && propensities === undefined) {
    throw new ConfigError("the log has no propensities, which doublyRobust needs: fittedQ does without them");
  }
  if (starts.length < 3) throw new ConfigError("the log has one episode only: an interval needs at least two");
}

/** The log, with as many actions as the policy has if nothing in the log says how many there are. */
function withActionsOf({ widths }: Sized, { actionCount, masks }: LoggedSteps, log: LoggedEpisodes): LoggedEpisodes {
  const outputs = widths?.[widths.length - 1] ?? 0;
  return actionCount === undefined && !masks && outputs > log.actionCount ? { ...log, actionCount: outputs } : log;
}

function checkSizes({ widths, environment }: Sized, { observationSize, actionCount }: LoggedEpisodes): void {
  checkFit("model", { widths, environment }, { id: "the log", observationSize, actionCount });
}

/**
 * Episodes drawn from a log that is too large, at least two; else the log itself. How many are drawn does not depend on
 * which: otherwise long ones would be left out, or drawn too often, and the mean return would be biased.
 */
function sampled(log: LoggedEpisodes, random: Pcg64): LoggedEpisodes {
  const { starts } = log;
  const episodes = starts.length - 1;
  const wanted = Math.max(2, Math.ceil((episodes * mostSteps) / log.steps));
  if (wanted >= episodes) return log;
  const lengthOf = (episode: number) => starts[episode + 1] - starts[episode];
  const kept = random.permutation(episodes).slice(0, wanted);
  kept.sort((a, b) => a - b);
  const rows = <Column extends Float32Array | Uint32Array | Uint8Array>(column: Column, width = 1): Column =>
    joined(column, kept, (episode) => [starts[episode] * width, starts[episode + 1] * width]);
  const each = <Column extends Float32Array | Uint8Array>(column: Column, width = 1): Column =>
    joined(column, kept, (episode) => [episode * width, (episode + 1) * width]);
  const { observationSize: size, actionCount } = log;
  const newStarts = new Uint32Array(wanted + 1);
  kept.forEach((episode, i) => {
    newStarts[i + 1] = newStarts[i] + lengthOf(episode);
  });
  const steps = newStarts[wanted];
  return {
    ...{ observationSize: size, actionCount, steps, starts: newStarts, dropped: log.dropped },
    observations: rows(log.observations, size),
    actions: rows(log.actions),
    rewards: rows(log.rewards),
    terminated: each(log.terminated),
    lastObservations: each(log.lastObservations, size),
    masks: log.masks && rows(log.masks, actionCount),
    lastMasks: log.lastMasks && each(log.lastMasks, actionCount),
    propensities: log.propensities && rows(log.propensities),
  };
}

/** The parts of a column that belong to some episodes, one after another. */
function joined<Column extends Float32Array | Uint32Array | Uint8Array>(
  column: Column,
  episodes: readonly number[],
  part: (episode: number) => [from: number, to: number],
): Column {
  const length = episodes.reduce((sum, episode) => sum + part(episode)[1] - part(episode)[0], 0);
  const all = new (column.constructor as new (length: number) => Column)(length);
  let at = 0;
  for (const episode of episodes) {
    const values = column.subarray(...part(episode));
    all.set(values, at);
    at += values.length;
  }
  return all;
}

/** What the policy does in each state. @throws RangeError for an action that the log cannot have */
function* choicesOf(policy: Policy, log: LoggedEpisodes): Steps<Choices> {
  const { observationSize: size, actionCount, observations, masks, lastObservations, lastMasks, starts } = log;
  const choose = (from: Float32Array, allowed: Uint8Array | undefined, index: number) => {
    const mask = allowed?.subarray(index * actionCount, (index + 1) * actionCount);
    const action = policy.act(from.subarray(index * size, (index + 1) * size), mask);
    if (Number.isInteger(action) && action >= 0 && action < actionCount && mask?.[action] !== 0) return action;
    const allowedActions = mask ? "one that its mask allows" : `a whole number from 0 to ${actionCount - 1}`;
    throw new RangeError(`the policy's action is ${shown(action)}: ${allowedActions} is needed`);
  };
  const actions = new Uint32Array(log.steps);
  const isTime = stepper();
  for (let row = 0; row < log.steps; row++) {
    actions[row] = choose(observations, masks, row);
    if (isTime()) yield row / log.steps;
  }
  const lastActions = new Uint32Array(starts.length - 1);
  for (let episode = 0; episode < lastActions.length; episode++) {
    if (!log.terminated[episode]) lastActions[episode] = choose(lastObservations, lastMasks, episode);
    if (isTime()) yield 1;
  }
  return { actions, lastActions };
}

/** The mean return of the logged episodes. */
function loggedReturn({ starts, rewards }: LoggedEpisodes, gamma: number, horizon: number): number {
  const returns = Float64Array.from({ length: starts.length - 1 }, (_, episode) => {
    let sum = 0;
    let discount = 1;
    for (let row = starts[episode]; row < Math.min(starts[episode + 1], starts[episode] + horizon); row++) {
      sum += discount * rewards[row];
      discount *= gamma;
    }
    return sum;
  });
  return mean(returns);
}

/**
 * How far an interval goes to each side: what 95 % of the resamples keep within, and the mean of their errors once more,
 * because a resample's fit has a third fewer different episodes, and the log's own errs in the same way. Few episodes
 * vary less among each other than they would among many; so Student's quantile takes the place of the normal one.
 */
export function reachOf(means: Float64Array, estimated: number, effectiveEpisodes: number): number {
  const distances = means.map((each) => Math.abs(each - estimated)).sort();
  return (quantile(distances, 0.95) + Math.abs(mean(means) - estimated)) * widened(effectiveEpisodes);
}

/** The 97.5 % quantile of Student's distribution over the normal one (Abramowitz & Stegun 1964, 26.7.5). */
function widened(episodes: number): number {
  const z = 1.959963984540054;
  const freedom = Math.max(2, episodes - 1);
  const first = (z * z + 1) / (4 * freedom);
  return 1 + first + (5 * z * z * z * z + 16 * z * z + 3) / (96 * freedom * freedom);
}

/** Kish's effective sample size. */
function effective(shares: Float64Array): number {
  let sum = 0;
  let squares = 0;
  for (const share of shares) {
    sum += share;
    squares += share * share;
  }
  return squares === 0 ? 0 : (sum * sum) / squares;
}
