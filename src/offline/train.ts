// A teacher from a log: Double DQN whose replay memory is what somebody else did, and never grows.
import { ConfigError } from "../core/config-error.js";
import { digestOf } from "../core/digest.js";
import { rowsAsked } from "../core/handle.js";
import type { Learner } from "../core/learner.js";
import { needObject } from "../core/needed.js";
import type { Notice } from "../core/notice.js";
import { checkedThreads, hiddenOf, learnerShape, startingParameters } from "../dqn/configure.js";
import { rawParameters } from "../dqn/dqn-agent.js";
import { learnerOn, Teacher } from "../dqn/teacher.js";
import type { AnyEnv, EnvSource } from "../env/env.js";
import { inTurns } from "../env/pauses.js";
import { resolveAnyEnv } from "../env/registry.js";
import { generatorWords, purposes } from "../env/seeds.js";
import { sizesOf } from "../evaluate/checks.js";
import { hexadecimal, littleEndian } from "../model/bytes.js";
import { duelingWidths, unfoldDueling, unfoldNormalisation } from "../model/fold.js";
import { type LogRecord, Model } from "../model/model.js";
import type { Setting } from "../training/checkpoint.js";
import { finiteLoss } from "../training/events.js";
import { type Judged, Keeper } from "../training/keeper.js";
import { type Origin, originOf } from "../training/origin.js";
import { blockPart, plainPart, Resumable } from "../training/resumable.js";
import { linear } from "../training/schedules.js";
import { Selection } from "../training/selection.js";
import type { Pace } from "../training/trial.js";
import { partWork, type WorkOptions } from "../training/work.js";
import { type OfflineConfig, offlineConfig } from "./config.js";
import { droppedSteps, inEpisodes, type LoggedEpisodes } from "./episodes.js";
import type { LoggedSteps } from "./steps.js";

/** Options of {@link trainOffline}: the configuration, and what surrounds the work. */
export interface OfflineOptions extends Partial<OfflineConfig>, WorkOptions {
  /**
   * Where networks are evaluated now and then, so that the best one is kept; nothing is learned there. Without it the
   * last network is kept.
   */
  readonly env?: EnvSource;
  /** The number of threads that compute updates: 1 (the default) or 2, with the same bits. */
  readonly threads?: number;
  /**
   * The model whose weights it begins with, in place of random ones. Its widths must fit; `hidden` is by default as in
   * it.
   */
  readonly from?: Model;
}

/** Updates from one progress event to the next. */
const progressInterval = 500;

/**
 * Trains a teacher from a log, without an environment: Double DQN (van Hasselt et al. 2016) with the log as its replay
 * memory. `conservatism` adds CQL(H) (Kumar et al. 2020, equation 4): without it, a network believes in actions of
 * which the log does not say how they end. The teacher's `envSteps` are 0, and its `log` says from which log it is.
 * @param data the log, which is not changed
 * @throws TypeError or RangeError for a log that is not as it must be, in one line that names the column or the row;
 * ConfigError for a configuration that is not allowed, a log that does not fit `env` or into 1 GiB, or a checkpoint of
 * another log or of other work; Interrupted if stopped by the signal or if the environment fails;
 * DivergedError if the loss is no longer finite
 */
export async function trainOffline(data: LoggedSteps, options: OfflineOptions = {}): Promise<Teacher<OfflineConfig>> {
  needObject("data", data, "a log of steps");
  needObject("options", options);
  const { env: source, threads = 1, from, ...parts } = options;
  const { work, given } = partWork(parts);
  const { seed } = work;
  const env = source === undefined ? undefined : resolveAnyEnv(source);
  const log = logFor(data, env);
  const byteObservations = env?.byteObservations;
  const config = offlineConfig({ ...given, ...hiddenOf(from, given) }, env);
  const widths = [log.observationSize, ...config.hidden, log.actionCount];
  const start = startingParameters(from, widths);
  const environment = env?.id ?? "";
  const known = recordOf(log);
  const origin = originOf(environment, from);
  const setting = offlineSetting(environment, seed, known, config, origin);
  const bufferSize = Math.max(log.steps + log.terminated.length, config.nStep + 2);
  const shape = learnerShape(widths, { ...config, bufferSize }, byteObservations);
  checkedThreads(threads);
  const { learner, notice } = await learnerOn(threads, shape).catch((error) => {
    throw error instanceof ConfigError ? tooLarge(log, byteObservations) : error;
  });
  try {
    const notices = [...(notice ? [notice] : []), ...(log.dropped > 0 ? [droppedSteps(log.dropped)] : [])];
    const training = { ...work, setting, env, log, learner, widths, config, start, notices };
    const { parameters, ...effort } = await learn(training);
    const record = { env: source ?? "", seed, config, envSteps: 0, ...effort, ...origin, log: known };
    return new Teacher({ environment, widths, parameters }, record, learner.observations(), learner.masks());
  } finally {
    learner.dispose();
  }
}

/** What must be equal for two trainings from a log to be the same. */
export function offlineSetting(
  environment: string,
  seed: number,
  log: LogRecord | undefined,
  config: OfflineConfig,
  { envOptions, from }: Origin,
): Setting {
  return { environment, seed, log: log?.digest, ...config, ...(envOptions && { envOptions }), ...(from && { from }) };
}

/** What is learned, from what and how. */
interface OfflineTraining extends WorkOptions {
  readonly seed: number;
  readonly setting: Setting;
  readonly env: AnyEnv | undefined;
  readonly log: LoggedEpisodes;
  /** Must be new. */
  readonly learner: Learner;
  readonly widths: readonly number[];
  readonly config: OfflineConfig;
  /** The parameters to begin with, for raw observations; random ones if it is undefined. */
  readonly start: Float32Array | undefined;
  readonly notices: readonly Notice[];
}

/** The result of a training. */
interface Learned {
  readonly parameters: Float32Array;
  readonly updates: number;
  /** The environment steps that evaluations took. */
  readonly evaluationSteps: number;
  readonly wallSeconds: number;
}

/** Fills the replay memory with the log, once, and learns from it. */
async function learn(training: OfflineTraining): Promise<Learned> {
  const { log, learner, widths, config, env, onEvent = () => {}, onNetwork } = training;
  const network = "teacher";
  const state: { updates: number; loss: number | null } = { updates: 0, loss: null };
  const selection = new Selection(env ? [env] : [], widths, training.seed);
  const keeper = new Keeper(selection.play, config);
  const reached = () => ({ envSteps: 0, updates: state.updates });
  const parametersNow = () => rawParameters(learner, widths, config);
  try {
    learner.initialise(generatorWords(training.seed, purposes.learner, 0));
    if (log.masks) learner.useMasks();
    // the log itself can be filled in again; the priorities in its memory cannot
    const saved = () => (config.prioritized && state.updates > 0 ? learner.save() : learner.saveWithoutMemory());
    const block = blockPart({ save: saved, restore: (bytes) => learner.restore(bytes) });
    const place = { environment: env?.id ?? "", widths };
    const best = () => (env ? keeper.best(place) : new Model({ ...place, parameters: parametersNow() }));
    const due = () => ({ ...reached(), due: keeper.due ? ([network] as const) : [] });
    const parts = { learner: block, state: plainPart(state), keeper };
    const work = new Resumable("teacher", training.setting, training, parts, due, best);
    for (const notice of training.notices) onEvent({ kind: "notice", network, ...reached(), ...notice });

    if (learner.filled === 0) await fill(learner, log, work);
    if (state.updates === 0) begin(learner, training);

    const report = (evaluated?: number) => {
      const { updates, loss } = state;
      const share = updates / config.updates;
      const event = { kind: "progress", network, share, ...reached(), loss, mean: keeper.latestMean } as const;
      onEvent(evaluated === undefined ? event : { ...event, evaluated });
    };
    const pace: Pace = (steps) => work.guarded(() => inTurns(steps, work, report));
    const offer = async () => {
      const parameters = parametersNow();
      const judged = await keeper.offer(parameters, pace, { envSteps: 0, longest: 1, last: last() });
      tellOf(parameters, judged);
      // the last choice fell on an earlier network
      if (last() && keeper.kept !== parameters) tellOf(keeper.kept, keeper.keptJudged);
    };
    const tellOf = (parameters: Float32Array, judged: Judged) => {
      const { evaluationSteps } = keeper;
      onNetwork?.(parameters, 0, judged.mean);
      onEvent({ kind: "evaluation", network, ...reached(), ...judged, loss: state.loss, evaluationSteps });
    };
    const last = () => state.updates === config.updates;
    const tell = () => {
      if (state.updates % progressInterval === 0 || last()) report();
    };

    const goesOn = () => !last() && !keeper.confirmed;
    if (keeper.due) await offer().then(tell); // work that was stopped within an evaluation goes on with it
    while (goesOn()) {
      const turn = work.turn();
      if (turn) await turn;

      // learn
      const share = state.updates / config.updates;
      learner.setImportance(linear(config.importanceExponent, 1, share));
      const loss = learner.step(1, linear(config.learningRate, config.learningRateFinal, share));
      state.updates++;
      state.loss = finiteLoss(loss, network, state.updates);

      // offer
      keeper.due = env !== undefined && (state.updates % config.evaluationInterval === 0 || last());
      if (keeper.due) await offer();
      tell();
    }
    await work.end();
    const { evaluationSteps } = keeper;
    const { wallSeconds } = work;
    return { parameters: env ? keeper.kept : parametersNow(), updates: state.updates, evaluationSteps, wallSeconds };
  } finally {
    selection.dispose();
  }
}

/** Records every step of the log. */
async function fill(learner: Learner, log: LoggedEpisodes, work: Resumable): Promise<void> {
  const { observations, observationSize, actionCount, actions, rewards, masks, lastMasks, lastObservations } = log;
  const observation = (row: number) => rowOf(observations, row, observationSize);
  const mask = (row: number) => masks && rowOf(masks, row, actionCount);
  for (let episode = 0; episode < log.terminated.length; episode++) {
    const turn = work.turn();
    if (turn) await turn;
    const terminated = log.terminated[episode] === 1;
    const last = log.starts[episode + 1] - 1;
    const first = log.starts[episode];
    let at = learner.begin(observation(first), mask(first));
    for (let row = first; row < last; row++) {
      at = learner.record(at, actions[row], rewards[row], observation(row + 1), false, false, mask(row + 1));
    }
    // nothing depends on what follows the end; an observation that is not known would shift the mean of all
    const after = terminated ? observation(last) : rowOf(lastObservations, episode, observationSize);
    const afterMask = terminated ? undefined : lastMasks && rowOf(lastMasks, episode, actionCount);
    learner.record(at, actions[last], rewards[last], after, terminated, !terminated, afterMask);
  }
}

/** Normalises by the log, and takes the parameters to begin with. */
function begin(learner: Learner, { config, widths, start }: OfflineTraining): void {
  if (config.normalizeObservations) learner.normalise();
  if (start === undefined) return;
  const shape = config.dueling ? duelingWidths(widths) : widths;
  const parameters = config.dueling ? unfoldDueling(widths, start) : start;
  learner.start(unfoldNormalisation(shape, parameters, learner.normalisation()));
}

function rowOf<Values extends Float32Array | Uint8Array>(values: Values, row: number, size: number): Values {
  return values.subarray(row * size, (row + 1) * size) as Values;
}

/**
 * The log in order. It has as many actions as the environment, if that is there and the log does not say how many.
 * @throws as inEpisodes; ConfigError for a log that is not of this environment
 */
export function logFor(data: LoggedSteps, env: AnyEnv | undefined): LoggedEpisodes {
  if (env === undefined) return inEpisodes(data);
  const log = inEpisodes({ ...data, actionCount: data.actionCount ?? env.actionCount });
  if (log.observationSize === env.observationSize && log.actionCount === env.actionCount) return log;
  throw new ConfigError(`the log has ${sizesOf(inEpisodes(data))}, but ${env.id} has ${sizesOf(env)}`);
}

function tooLarge({ steps, terminated, observationSize }: LoggedEpisodes, byteObservations = false): ConfigError {
  const asked = rowsAsked("the log's", steps + terminated.length, observationSize, byteObservations ? 1 : 4);
  return new ConfigError(
    `this log's learner needs more than 1 GiB (${asked}): give a part of the log, or choose smaller layers or a smaller batch`,
  );
}

/** What a model says of the log that it learned from. */
export function recordOf(log: LoggedEpisodes): LogRecord {
  const {
    starts,
    observations,
    observationSize,
    actionCount,
    actions,
    rewards,
    terminated,
    masks = [],
    lastMasks = [],
  } = log;
  // what follows the end is not learned from
  const after = log.lastObservations.map((value, i) => (terminated[Math.floor(i / observationSize)] ? 0 : value));
  const lengths = starts.subarray(1).map((start, episode) => start - starts[episode]);
  const columns = [
    [observationSize, actionCount],
    lengths,
    observations,
    actions,
    rewards,
    terminated,
    after,
    masks,
    lastMasks,
  ];
  const digests = columns.flatMap((column) => [...digestOf(littleEndian(Float32Array.from(column)))]);
  const bytes = digestOf(Uint8Array.from(digests));
  return { steps: log.steps, digest: hexadecimal(bytes) };
}
