// The teacher: a Double-DQN agent's training loop, from the first random step to the best network.
import type { Guide } from "../core/guide.js";
import { Learner, type LearnerShape } from "../core/learner.js";
import { Network } from "../core/network.js";
import type { Env, EnvSource, StepResult } from "../env/env.js";
import { resolveEnv } from "../env/registry.js";
import { episodeSeed, generatorWords, purposes } from "../env/seeds.js";
import { checkedSeed } from "../evaluate/checks.js";
import { episodeReturns } from "../evaluate/returns.js";
import { mean, standardDeviation } from "../evaluate/statistics.js";
import { foldDueling, foldNormalisation } from "../model/fold.js";
import type { ModelData } from "../model/model.js";
import { Interrupted, type Reached, readCheckpoint, type Setting, writeCheckpoint } from "../training/checkpoint.js";
import { DivergedError, type NetworkListener, type TrainingEvent } from "../training/events.js";
import { breather } from "../training/pauses.js";
import { linear } from "../training/schedules.js";
import { TrainedModel, type TrainingRecord } from "../training/trained.js";
import type { TeacherConfig } from "./config.js";
import { checkedThreads, teacherConfig } from "./configure.js";

/** A trained teacher. */
export class Teacher extends TrainedModel<TeacherConfig> {
  /** The observations in the replay memory at the end, (rows, observationSize); bytes where the environment's are. */
  readonly observations: Float32Array | Uint8Array;

  constructor(data: ModelData, record: TrainingRecord<TeacherConfig>, observations: Float32Array | Uint8Array) {
    super(data, record);
    this.observations = observations;
  }
}

/** Options of {@link trainTeacher}: the teacher's configuration, and what surrounds the work. */
export interface TrainOptions extends Partial<TeacherConfig> {
  /** Everything random derives from it; 0 by default. */
  readonly seed?: number;
  /**
   * Threads that compute updates, 1 (the default) or 2, with the same bits. Two pay from 128 units a layer and on two
   * idle cores. Where there is no second thread, a notice among the events says why: without SharedArrayBuffer, and on
   * a page's main thread, which must not wait.
   */
  readonly threads?: number;
  /** Called with plain data as the work goes on. */
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Called at each evaluation with the network that was evaluated, before the event. */
  readonly onNetwork?: NetworkListener;
  /** Stops the work: the promise is then rejected with {@link Interrupted}, which holds a checkpoint. */
  readonly signal?: AbortSignal;
  /** A checkpoint of the same environment, seed and configuration to go on from. */
  readonly resume?: Uint8Array;
}

/** Who has a say in a training, as in `distillProximal`, and what tells it from others in a checkpoint. */
export interface Guidance {
  readonly guide: Guide;
  readonly setting: Setting;
}

/** What a checkpoint holds beside the learner's block: where the loop stands. */
interface LoopState extends Reached {
  episode: number;
  /** The actions of the running episode so far: replayed to bring its environment back. */
  actions: number[];
  loss: number | null;
  latestMean: number | null;
  /** The kept network's mean return in its confirmation. */
  bestMean: number | null;
  wallSeconds: number;
}

const progressInterval = 500;

/**
 * Trains a teacher by Double DQN (van Hasselt et al. 2016) and keeps the network that was best in the periodic
 * evaluations and their confirmation.
 * @param source the id of an environment, or a function that makes a new one at each call
 * @param guidance for the library's own use: see `distillProximal` of qstill/distill
 * @throws ConfigError for a configuration that is not allowed and a checkpoint that does not belong to it,
 * {@link Interrupted} when stopped by the signal, and {@link DivergedError} where the loss is no longer finite
 */
export async function trainTeacher(
  source: EnvSource,
  options: TrainOptions = {},
  guidance?: Guidance,
): Promise<Teacher> {
  const { seed: givenSeed = 0, threads = 1, onEvent = () => {}, onNetwork, signal, resume, ...given } = options;
  const seed = checkedSeed(givenSeed);
  const env = resolveEnv(source);
  const evaluationEnv = resolveEnv(source);
  const { byteObservations } = env;
  const config = teacherConfig(env, given);
  const widths = [env.observationSize, ...config.hidden, env.actionCount];
  const setting = { ...teacherSetting(env.id, seed, config), ...guidance?.setting };

  const huberDelta = config.loss === "huber" ? config.huberDelta : 0;
  const shape = { ...config, widths, huberDelta, byteObservations };
  const { learner, alone } =
    checkedThreads(threads) === 1 ? { learner: new Learner(shape) } : await onTwoThreads(shape);
  const network = new Network(widths, 1);
  if (guidance) learner.guideBy(guidance.guide);
  let best: Float32Array | undefined;
  const state: LoopState = {
    envSteps: 0,
    updates: 0,
    episode: 0,
    actions: [],
    loss: null,
    latestMean: null,
    bestMean: null,
    wallSeconds: 0,
  };
  try {
    if (resume === undefined) {
      learner.initialise(generatorWords(seed, purposes.learner, 0));
      learner.begin(env.reset({ seed: episodeSeed(seed, purposes.train, 0) }));
    } else {
      const checkpoint = readCheckpoint<LoopState>(resume, "teacher", setting, (block) => learner.restore(block));
      Object.assign(state, checkpoint.state);
      best = checkpoint.arrays.best;
      replayEpisode(env, episodeSeed(seed, purposes.train, state.episode), state.actions);
    }

    if (alone !== undefined) {
      const { envSteps, updates } = state;
      onEvent({ kind: "notice", network: "teacher", envSteps, updates, message: `on one thread: ${alone}` });
    }
    const started = performance.now() - 1000 * state.wallSeconds;
    const wallSeconds = () => (performance.now() - started) / 1000;
    const breathe = breather();

    const goal = config.stopReturn ?? Number.POSITIVE_INFINITY;
    while (state.envSteps < config.envSteps && (state.bestMean === null || state.bestMean < goal)) {
      const pause = breathe();
      if (pause) await pause;
      if (signal?.aborted) {
        state.wallSeconds = wallSeconds();
        const arrays: Record<string, Float32Array> = best === undefined ? {} : { best };
        throw new Interrupted(writeCheckpoint({ phase: "teacher", setting, state, block: learner.save(), arrays }));
      }

      // one step in the environment
      const share = state.envSteps / config.envSteps;
      const warmingUp = state.envSteps < config.learningStarts;
      const epsilon = warmingUp
        ? 1
        : linear(config.explorationInitial, config.explorationFinal, share / config.explorationFraction);
      const action = learner.act(epsilon, config.explorationRepeat);
      const { observation, reward, terminated, truncated }: StepResult = env.step(action);
      learner.record(action, reward, observation, terminated, truncated);
      state.envSteps++;
      state.actions.push(action);
      if (terminated || truncated) {
        state.episode++;
        state.actions = [];
        learner.begin(env.reset({ seed: episodeSeed(seed, purposes.train, state.episode) }));
      }

      // learn from it
      if (state.envSteps === config.learningStarts && config.normalizeObservations) learner.normalise();
      if (!warmingUp && state.envSteps % config.trainFrequency === 0 && learner.ready > 0) {
        learner.setImportance(linear(config.importanceExponent, 1, share));
        state.loss = learner.step(config.gradientSteps, linear(config.learningRate, config.learningRateFinal, share));
        state.updates += config.gradientSteps;
        if (!Number.isFinite(state.loss)) throw new DivergedError("teacher", state.updates);
      }

      // how good is it now?
      const last = state.envSteps === config.envSteps;
      if ((state.envSteps % config.evaluationInterval === 0 && state.updates > 0) || last) {
        const learned = config.dueling ? foldDueling(widths, learner.parameters()) : learner.parameters();
        const parameters = foldNormalisation(widths, learned, learner.normalisation());
        network.setParameters(parameters);
        const { evaluationEpisodes, confirmationEpisodes } = config;
        const selection = { seed, purpose: purposes.selection };
        const returns = episodeReturns(evaluationEnv, network, { ...selection, episodes: evaluationEpisodes });
        const latest = mean(returns);
        state.latestMean = latest;
        onNetwork?.(parameters, state.envSteps, latest);

        // The highest of many means is high by luck, too: episodes that had no part in it decide.
        let isBest = false;
        if (state.bestMean === null || latest >= state.bestMean) {
          const confirming = { ...selection, firstEpisode: evaluationEpisodes, episodes: confirmationEpisodes };
          const confirmed = mean(episodeReturns(evaluationEnv, network, confirming));
          isBest = state.bestMean === null || confirmed >= state.bestMean;
          if (isBest) {
            state.bestMean = confirmed;
            best = parameters;
          }
        }
        onEvent({
          kind: "evaluation",
          network: "teacher",
          envSteps: state.envSteps,
          updates: state.updates,
          mean: latest,
          std: standardDeviation(returns),
          min: returns.reduce((a, b) => Math.min(a, b)),
          best: isBest,
          loss: state.loss,
        });
      }
      if (state.envSteps % progressInterval === 0 || last) {
        onEvent({
          kind: "progress",
          network: "teacher",
          share: state.envSteps / config.envSteps,
          envSteps: state.envSteps,
          updates: state.updates,
          loss: state.loss,
          mean: state.latestMean,
        });
      }
    }

    const data = { environment: env.id, widths, parameters: best as Float32Array };
    const { envSteps, updates } = state;
    const record = { env: source, seed, config, envSteps, updates, wallSeconds: wallSeconds() };
    return new Teacher(data, record, learner.observations());
  } finally {
    learner.dispose();
    network.dispose();
  }
}

/** A learner on two threads, or one that works alone, and why. */
async function onTwoThreads(shape: LearnerShape): Promise<{ learner: Learner; alone?: string }> {
  const { NoTeamError, TeamLearner } = await import("../core/team.js"); // costs nothing where nobody asks for two
  try {
    return { learner: await TeamLearner.create(shape) };
  } catch (error) {
    if (!(error instanceof NoTeamError)) throw error;
    return { learner: new Learner(shape), alone: error.message };
  }
}

/** What makes two trainings the same. */
export function teacherSetting(environment: string, seed: number, config: TeacherConfig): Setting {
  return { environment, seed, ...config };
}

/** Brings an environment to where the running episode was: its seed, then its actions. */
function replayEpisode(env: Env, seed: number, actions: readonly number[]): void {
  env.reset({ seed });
  for (const action of actions) env.step(action);
}
