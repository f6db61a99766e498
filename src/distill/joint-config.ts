// The configuration of a joint run: each option with its default, its unit and what is allowed.
import { ConfigError } from "../core/config-error.js";
import { configure, hiddenWidths, type Options, real, whole } from "../training/options.js";

/** How a teacher and a student learn side by side. */
export interface JointConfig {
  /** Widths of the teacher's hidden layers, in units; default 64. */
  readonly hidden: readonly number[];
  /** Widths of the student's hidden layers, in units; default 32. */
  readonly studentHidden: readonly number[];
  /** Episodes that the teacher acts in; default 400. */
  readonly episodes: number;
  /** Updates of each network at an episode's end, one a step of it, at most; default 200. */
  readonly episodeUpdates: number;
  /** Adam's step size, for both; default 0.001. */
  readonly learningRate: number;
  /** Transitions in an update, for both; default 64. */
  readonly batchSize: number;
  /** Observations that the replay memory of both holds; default 10,000. */
  readonly bufferSize: number;
  /** Discount of the return that follows a step, from 0 to 1; default 0.99. */
  readonly gamma: number;
  /** Share of the way to the teacher that its target network moves in an update; default 0.005. */
  readonly tau: number;
  /** Share of random actions in the first episode; default 1. */
  readonly explorationInitial: number;
  /** Share of random actions at the end; default 0.05. */
  readonly explorationFinal: number;
  /** Share of the episodes in which the share of random actions falls; default 0.3. */
  readonly explorationFraction: number;
  /** Episodes from one evaluation to the next; default 10. */
  readonly evaluationInterval: number;
  /** Episodes of an evaluation of each network, on selection seeds; default 30. */
  readonly evaluationEpisodes: number;
}

const million = 1_000_000;

/** Every option of a joint run. */
export const jointOptions: Options<JointConfig> = {
  hidden: hiddenWidths([64]),
  studentHidden: hiddenWidths([32]),
  episodes: whole(400, { from: 1, to: 10 * million }),
  episodeUpdates: whole(200, { from: 1, to: million }),
  learningRate: real(1e-3, { above: 0, to: 1 }),
  batchSize: whole(64, { from: 1, to: 4096 }),
  bufferSize: whole(10_000, { from: 3, to: 10 * million }),
  gamma: real(0.99, { from: 0, to: 1 }),
  tau: real(0.005, { above: 0, to: 1 }),
  explorationInitial: real(1, { from: 0, to: 1 }),
  explorationFinal: real(0.05, { from: 0, to: 1 }),
  explorationFraction: real(0.3, { above: 0, to: 1 }),
  evaluationInterval: whole(10, { from: 1, to: 10 * million }),
  evaluationEpisodes: whole(30, { from: 1, to: 10_000 }),
};

/**
 * The configuration of a joint run: the defaults, and what was given.
 * @throws ConfigError for what is not allowed, in one line
 */
export function jointConfig(given: Partial<JointConfig>): JointConfig {
  const config = configure("joint", jointOptions, given);
  if (config.batchSize > config.bufferSize) {
    throw new ConfigError(
      `batchSize is ${config.batchSize}: at most bufferSize, ${config.bufferSize}, transitions are allowed`,
    );
  }
  return config;
}
