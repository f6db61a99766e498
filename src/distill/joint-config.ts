// The options of a joint run. Each option has one entry, which says what it is, its default, and what is allowed.
import { ConfigError } from "../core/config-error.js";
import { type ConfigOf, configure, hiddenWidths, real, whole } from "../training/options.js";

const million = 1_000_000;

/** Every option of a joint run: its default and the allowed values. */
export const jointOptions = {
  /** Widths of the teacher's hidden layers, in units. */
  hidden: hiddenWidths([64]),
  /** Widths of the student's hidden layers, in units. */
  studentHidden: hiddenWidths([32]),
  /** Number of episodes; the teacher acts in them. */
  episodes: whole(400, { from: 1, to: 10 * million }),
  /** Largest number of updates of each network after an episode; there is one for each of the episode's steps. */
  episodeUpdates: whole(200, { from: 1, to: million }),
  /** Step size of Adam for both networks. */
  learningRate: real(1e-3, { above: 0, to: 1 }),
  /** Transitions in an update, for both networks. */
  batchSize: whole(64, { from: 1, to: 4096 }),
  /** Number of observations that the replay memory of both networks holds. */
  bufferSize: whole(10_000, { from: 3, to: 10 * million }),
  /** Discount factor of future rewards. */
  gamma: real(0.99, { from: 0, to: 1 }),
  /** Share of the way to the teacher that its target network moves in each update. */
  tau: real(0.005, { above: 0, to: 1 }),
  /** Share of random actions in the first episode. */
  explorationInitial: real(1, { from: 0, to: 1 }),
  /** Share of random actions at the end. */
  explorationFinal: real(0.05, { from: 0, to: 1 }),
  /** Share of the episodes during which the share of random actions falls. */
  explorationFraction: real(0.3, { above: 0, to: 1 }),
  /** Episodes from one evaluation to the next. */
  evaluationInterval: whole(10, { from: 1, to: 10 * million }),
  /** Episodes of an evaluation of each network, on selection seeds. */
  evaluationEpisodes: whole(30, { from: 1, to: 10_000 }),
};

/** How a teacher and a student learn side by side: one value for each of {@link jointOptions}. */
export interface JointConfig extends ConfigOf<typeof jointOptions> {}

/**
 * The configuration of a joint run: the defaults, and over them what was given.
 * @throws ConfigError for a value that is not allowed, and for options that contradict each other
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
