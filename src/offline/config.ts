// The options of a training from a log. Each option has one entry, which says what it is, its default, and what is allowed.
import { ConfigError } from "../core/config-error.js";
import { teacherOptions } from "../dqn/config.js";
import type { AnyEnv } from "../env/env.js";
import { shown } from "../evaluate/checks.js";
import { type ConfigOf, configure, flag, real, whole } from "../training/options.js";

const million = 1_000_000;

/**
 * The options that a training from a log shares with one in an environment. Nobody explores, and the replay memory is
 * the log.
 */
const {
  hidden,
  learningRate,
  learningRateFinal,
  batchSize,
  gamma,
  double,
  dueling,
  prioritized,
  priorityExponent,
  importanceExponent,
  loss,
  huberDelta,
  maxGradientNorm,
  targetUpdateInterval,
  tau,
  evaluationEpisodes,
  confirmationEpisodes,
  stopReturn,
} = teacherOptions;

/** Every option of a training from a log: its default and the allowed values. */
export const offlineOptions = {
  /** Widths of the hidden layers, in units. */
  hidden,
  /** Number of updates. */
  updates: whole(10_000, { from: 1, to: 1000 * million }),
  /** Weight of a loss that holds the Q-values of actions down that the log does not show; 0 is plain Double DQN. */
  conservatism: real(1, { from: 0, to: million }),
  /** Step size of Adam at the start. */
  learningRate,
  /** Step size of Adam at the end; it falls linearly. */
  learningRateFinal,
  /** Transitions in an update. */
  batchSize,
  /** Discount factor of future rewards. */
  gamma,
  /** Number of steps whose rewards are summed before bootstrapping; above 1 targets hold what the log's policy did next. */
  nStep: whole(1, { from: 1, to: 100 }),
  /** Whether the online network chooses the action in a target (Double DQN); if false, the target network does. */
  double,
  /** Whether the last layer learns a value and advantages; the kept network has Q-values all the same. */
  dueling,
  /** Whether transitions are drawn by their priorities; if false, they are drawn uniformly. */
  prioritized,
  /** Exponent of the error in a priority; 0 makes all priorities equal. */
  priorityExponent,
  /** Exponent, at the start, of the weights that undo the bias of priorities; it rises linearly to 1. */
  importanceExponent,
  /** Loss of the temporal-difference error. */
  loss,
  /** Error from which the Huber loss is linear, in units of the return. */
  huberDelta,
  /** Largest norm of all gradients together; larger ones are scaled down to it, and 0 means no limit. */
  maxGradientNorm,
  /** Updates from one step of the target network to the next. */
  targetUpdateInterval,
  /** Share of the way to the online network that the target network moves in one step; 1 copies the network. */
  tau,
  /** Whether each feature is scaled by its mean and deviation in the log; false for bytes. */
  normalizeObservations: flag(true),
  /** Updates from one evaluation to the next, with an environment. */
  evaluationInterval: whole(1000, { from: 1, to: 1000 * million }),
  /** Episodes of an evaluation, on selection seeds. */
  evaluationEpisodes,
  /** Further selection episodes in each of the at most 3 rounds of the last choice, and to confirm stopReturn. */
  confirmationEpisodes,
  /** Mean return at which training ends, if further episodes confirm it; by default it goes on to the last update. */
  stopReturn,
};

/** How a teacher is trained from a log: one value for each of {@link offlineOptions}. */
export interface OfflineConfig extends ConfigOf<typeof offlineOptions> {}

/** What says how networks are evaluated, for which an environment is needed. */
const selecting = ["evaluationInterval", "evaluationEpisodes", "confirmationEpisodes", "stopReturn"] as const;

/**
 * The configuration of a training from a log: the defaults, and over them what was given.
 * @param env where networks are evaluated, if there is an environment
 * @throws ConfigError for a value that is not allowed, and for options that contradict each other
 */
export function offlineConfig(
  given: Partial<OfflineConfig>,
  env: Pick<AnyEnv, "byteObservations"> | undefined,
): OfflineConfig {
  const { byteObservations } = env ?? {};
  const config = configure("offline", offlineOptions, { normalizeObservations: !byteObservations }, given);
  if (byteObservations && config.normalizeObservations) {
    throw new ConfigError("normalizeObservations is true: only false is allowed for observations that are bytes");
  }
  const needless = env ? undefined : selecting.find((name) => given[name] !== undefined);
  if (needless !== undefined) {
    throw new ConfigError(`${needless} is ${shown(given[needless])}: it needs env, in which networks are evaluated`);
  }
  return config;
}
