// The teacher: a Double-DQN agent, trained from the first random step to the best network.

import { Learner, type LearnerShape } from "../core/learner.js";
import { needListeners, needObject } from "../core/needed.js";
import type { Notice } from "../core/notice.js";
import type { AnyEnv, EnvSource } from "../env/env.js";
import { resolveAnyEnv } from "../env/registry.js";
import { makeCopies } from "../evaluate/rounds.js";
import type { Model, ModelData } from "../model/model.js";
import type { Setting } from "../training/checkpoint.js";
import { type Origin, originOf } from "../training/origin.js";
import { TrainedModel, type TrainingRecord } from "../training/trained.js";
import { partWork, type WorkOptions } from "../training/work.js";
import type { AgentTraining } from "./agent-training.js";
import type { TeacherConfig } from "./config.js";
import { checkedThreads, hiddenOf, learnerShape, startingParameters, teacherConfig } from "./configure.js";
import { DqnAgent } from "./dqn-agent.js";
import { train } from "./loop.js";

/** A trained teacher. */
export class Teacher<Config extends object = TeacherConfig> extends TrainedModel<Config> {
  /**
   * The observations in the replay memory at the end, (rows, observationSize). They are bytes if the environment's are.
   */
  readonly observations: Float32Array | Uint8Array;
  /** Their masks, (rows, actionCount), 1 for each action that was allowed there; undefined if all always were. */
  readonly masks?: Uint8Array;

  constructor(
    data: ModelData,
    record: TrainingRecord<Config>,
    observations: Float32Array | Uint8Array,
    masks?: Uint8Array,
  ) {
    super(data, record);
    this.observations = observations;
    this.masks = masks;
  }
}

/** Options of {@link trainTeacher}: the teacher's configuration, and what surrounds the work. */
export interface TrainOptions extends Partial<TeacherConfig>, WorkOptions {
  /**
   * The number of threads that compute updates: 1 (the default) or 2, with the same bits. Two are faster from 128
   * units a layer, if two cores are idle. If a second thread is not possible, a notice among the events says why. It
   * is not possible without SharedArrayBuffer, and not on a page's main thread, which must not wait.
   */
  readonly threads?: number;
  /**
   * The model whose weights it begins with, in place of random ones. Its environment may be another one, but its widths
   * must fit; `hidden` is by default as in it. A small `explorationInitial` keeps what it can do already.
   */
  readonly from?: Model;
  /**
   * Called at the beginning and every 500 environment steps with a function that returns a copy of the network's
   * parameters as they are now, for raw observations. To call it changes no result.
   */
  readonly onCurrent?: (parameters: () => Float32Array) => void;
}

/**
 * Trains a teacher by Double DQN (van Hasselt et al. 2016). It keeps the network that was best in the periodic
 * evaluations and their confirmation.
 * @param source the id of an environment, or a function that makes a new one at each call
 * @throws ConfigError for a configuration that is not allowed or a checkpoint that does not belong to it,
 * {@link Interrupted} if stopped by the signal or if the environment fails, and {@link DivergedError} if the loss is no longer finite
 */
export async function trainTeacher(source: EnvSource, options: TrainOptions = {}): Promise<Teacher> {
  needObject("options", options);
  const { threads = 1, onCurrent, from, ...parts } = options;
  const { work, given } = partWork(parts);
  needListeners({ onCurrent });
  const { seed } = work;
  const env = resolveAnyEnv(source, "source");
  const config = teacherConfig(env, { ...given, ...hiddenOf(from, given) });
  const widths = [env.observationSize, ...config.hidden, env.actionCount];
  const start = startingParameters(from, widths);
  const origin = originOf(env.id, from);
  const { envs, evaluationEnvs } = copiesOf(env, source, config);
  const shape = learnerShape(widths, config, env.byteObservations);
  const { learner, notice } = await learnerOn(threads, shape);
  const agent = new DqnAgent(learner, widths, config, seed, "teacher", start);
  try {
    const { parameters, ...effort } = await train({
      ...{ network: "teacher", phase: "teacher", setting: teacherSetting(env.id, seed, config, origin) },
      ...work,
      ...{ envs, evaluationEnvs, agent, config, onCurrent },
      notice,
    });
    const record = { env: source, seed, config, ...effort, ...origin };
    return new Teacher({ environment: env.id, widths, parameters }, record, agent.observations(), agent.masks());
  } finally {
    agent.dispose();
  }
}

/**
 * A learner on so many threads; or one that works alone, and the notice that says why.
 * @throws ConfigError for another number than 1 or 2, and if its block would be larger than 1 GiB
 */
export async function learnerOn(
  threads: number,
  shape: LearnerShape,
): Promise<{ readonly learner: Learner; readonly notice?: Notice }> {
  if (checkedThreads(threads) === 1) return { learner: new Learner(shape) };
  const { NoTeamError, TeamLearner } = await import("../core/team.js"); // costs nothing if nobody asks for two
  try {
    return { learner: await TeamLearner.create(shape) };
  } catch (error) {
    if (!(error instanceof NoTeamError)) throw error;
    return { learner: new Learner(shape), notice: error.notice };
  }
}

/** What must be equal for two trainings to be the same. */
export function teacherSetting(
  environment: string,
  seed: number,
  config: TeacherConfig,
  origin: Origin = originOf(environment),
): Setting {
  return { environment, seed, ...config, ...origin };
}

/** The copies of an environment in which a network is trained, the first one among them, and those in which it is evaluated. */
export function copiesOf(
  first: AnyEnv,
  source: EnvSource,
  { copies, evaluationInterval }: TeacherConfig,
): Pick<AgentTraining, "envs" | "evaluationEnvs"> {
  const all = makeCopies(source, evaluationInterval === 0 ? copies : 2 * copies, first);
  return { envs: all.slice(0, copies), evaluationEnvs: all.slice(copies) };
}
