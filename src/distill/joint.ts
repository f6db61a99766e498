// The joint run: a teacher and a student learn side by side from the first step.
import { Follower } from "../core/follower.js";
import { Learner } from "../core/learner.js";
import { Network } from "../core/network.js";
import type { EnvSource } from "../env/env.js";
import { resolveEnv } from "../env/registry.js";
import { episodeSeed, generatorWords, purposes } from "../env/seeds.js";
import { checkedSeed } from "../evaluate/checks.js";
import { episodeReturns } from "../evaluate/returns.js";
import { mean, standardDeviation } from "../evaluate/statistics.js";
import { Interrupted, type Reached, readCheckpoint, type Setting, writeCheckpoint } from "../training/checkpoint.js";
import { DivergedError, type TrainingEvent } from "../training/events.js";
import { breather } from "../training/pauses.js";
import { linear } from "../training/schedules.js";
import { TrainedModel } from "../training/trained.js";
import { type JointConfig, jointConfig } from "./joint-config.js";

/** Options of {@link trainJoint}: the configuration, and what surrounds the work. */
export interface JointOptions extends Partial<JointConfig> {
  /** Everything random derives from it; 0 by default. */
  readonly seed?: number;
  /** Called with plain data as the work goes on. */
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Stops the work after an episode: the promise is then rejected with {@link Interrupted}, which holds a checkpoint. */
  readonly signal?: AbortSignal;
  /** A checkpoint of the same environment, seed and configuration to go on from. */
  readonly resume?: Uint8Array;
}

/** Both networks of a joint run. */
export interface Joint {
  readonly teacher: TrainedModel<JointConfig>;
  readonly student: TrainedModel<JointConfig>;
}

/** What a checkpoint holds beside the blocks of both: where the loop stands, always between two episodes. */
interface LoopState extends Reached {
  episode: number;
  loss: Record<Part, number | null>;
  bestMean: Record<Part, number | null>;
  wallSeconds: number;
}

type Part = "teacher" | "student";

/**
 * Trains a teacher by Double DQN (van Hasselt et al. 2016), and at the same time a student on the teacher's targets: both
 * with transitions from one replay memory, at the end of each episode, in which the teacher acts ε-greedily. With s, a, r,
 * s' drawn anew for each, Q⁻ being the teacher's target network, the squared errors at the action taken are
 *
 *     teacher: r + γ·(1 − terminated)·Q⁻(s', argmax_a' Q_T(s', a')) − Q_T(s, a)
 *     student: r + γ·(1 − terminated)·max_a' Q_T(s', a') − Q_S(s, a)
 *
 * Of each the network that was best in the periodic evaluations is kept.
 * @param source the id of an environment, or a function that makes a new one at each call
 * @throws ConfigError for a configuration that is not allowed and a checkpoint that does not belong to it,
 * {@link Interrupted} when stopped by the signal, and {@link DivergedError} where a loss is no longer finite
 */
export async function trainJoint(source: EnvSource, options: JointOptions = {}): Promise<Joint> {
  const { seed: givenSeed = 0, onEvent = () => {}, signal, resume, ...given } = options;
  const seed = checkedSeed(givenSeed);
  const env = resolveEnv(source);
  const evaluationEnv = resolveEnv(source);
  const config = jointConfig(given);
  const teacherWidths = [env.observationSize, ...config.hidden, env.actionCount];
  const studentWidths = [env.observationSize, ...config.studentHidden, env.actionCount];
  const setting: Setting = { environment: env.id, seed, ...config };
  const { learningRate, batchSize } = config;
  const { byteObservations } = env;
  const selection = { seed, purpose: purposes.selection, episodes: config.evaluationEpisodes };

  const shape = { ...config, widths: teacherWidths, byteObservations };
  const teacher = new Learner({ ...shape, nStep: 1, huberDelta: 0, targetUpdateInterval: 1 });
  const student = new Follower(studentWidths, batchSize, byteObservations);
  const both = [
    { part: "teacher", learner: teacher, widths: teacherWidths, network: new Network(teacherWidths, 1) },
    { part: "student", learner: student, widths: studentWidths, network: new Network(studentWidths, 1) },
  ] as const;
  const best: Record<string, Float32Array> = {};
  const state: LoopState = {
    envSteps: 0,
    updates: 0,
    episode: 0,
    loss: { teacher: null, student: null },
    bestMean: { teacher: null, student: null },
    wallSeconds: 0,
  };
  try {
    if (resume === undefined) {
      teacher.initialise(generatorWords(seed, purposes.learner, 0));
      student.initialise(generatorWords(seed, purposes.distiller, 0));
    } else {
      const checkpoint = readCheckpoint<LoopState>(resume, "joint", setting, (block) => {
        const { length } = teacher.save();
        teacher.restore(block.subarray(0, length));
        student.restore(block.subarray(length));
      });
      Object.assign(state, checkpoint.state);
      Object.assign(best, checkpoint.arrays);
    }
    const started = performance.now() - 1000 * state.wallSeconds;
    const wallSeconds = () => (performance.now() - started) / 1000;
    const breathe = breather();

    while (state.episode < config.episodes) {
      const pause = breathe();
      if (pause) await pause;
      if (signal?.aborted) {
        state.wallSeconds = wallSeconds();
        const block = joined(teacher.save(), student.save());
        throw new Interrupted(writeCheckpoint({ phase: "joint", setting, state, block, arrays: best }));
      }

      // the teacher acts
      const share = state.episode / config.episodes / config.explorationFraction;
      const epsilon = linear(config.explorationInitial, config.explorationFinal, share);
      teacher.begin(env.reset({ seed: episodeSeed(seed, purposes.train, state.episode) }));
      let steps = 0;
      let reward = 0;
      for (let ended = false; !ended; steps++) {
        const action = teacher.act(epsilon, 1);
        const result = env.step(action);
        teacher.record(action, result.reward, result.observation, result.terminated, result.truncated);
        reward += result.reward;
        ended = result.terminated || result.truncated;
      }
      state.envSteps += steps;
      state.episode++;

      // both learn, the student from the teacher as it is now
      if (teacher.ready >= batchSize) {
        const n = Math.min(steps, config.episodeUpdates);
        state.loss.teacher = teacher.step(n, learningRate);
        state.loss.student = student.follow(teacher, n, learningRate);
        state.updates += n;
        for (const { part } of both) {
          if (!Number.isFinite(state.loss[part])) throw new DivergedError(part, state.updates);
        }
      }
      const { episode, envSteps, updates } = state;
      onEvent({ kind: "episode", network: "teacher", episode, reward, envSteps, updates });

      // how good are they now?
      if (episode % config.evaluationInterval !== 0 && episode < config.episodes) continue;
      for (const { part, learner, network } of both) {
        const parameters = learner.parameters();
        network.setParameters(parameters);
        const returns = episodeReturns(evaluationEnv, network, selection);
        const latest = mean(returns);
        const bestMean = state.bestMean[part];
        const isBest = bestMean === null || latest >= bestMean;
        if (isBest) {
          state.bestMean[part] = latest;
          best[part] = parameters;
        }
        onEvent({
          kind: "evaluation",
          network: part,
          envSteps,
          updates,
          mean: latest,
          std: standardDeviation(returns),
          min: returns.reduce((a, b) => Math.min(a, b)),
          best: isBest,
          loss: state.loss[part],
        });
      }
    }

    const { envSteps, updates } = state;
    const record = { env: source, seed, config, envSteps, updates, wallSeconds: wallSeconds() };
    const data = (widths: readonly number[], parameters: Float32Array) => ({ environment: env.id, widths, parameters });
    return {
      teacher: new TrainedModel(data(teacherWidths, best.teacher), record),
      // its teacher was no one network: the teacher went on learning
      student: new TrainedModel(data(studentWidths, best.student), record, {
        teacher: null,
        attempts: 1,
        fitsQValues: true,
      }),
    };
  } finally {
    for (const { learner, network } of both) {
      learner.dispose();
      network.dispose();
    }
  }
}

/** Both blocks of a checkpoint, one after the other. */
function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
