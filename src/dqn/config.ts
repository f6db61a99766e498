// The teacher's options. Each option has one entry, which says what it is, its default, and what is allowed.
import { type ConfigOf, flag, hiddenWidths, oneOf, optionalNumber, real, whole } from "../training/options.js";

const million = 1_000_000;

/** Every option of a teacher: its default and the allowed values. An environment's preset may replace a default. */
export const teacherOptions = {
  /** Widths of the hidden layers, in units. */
  hidden: hiddenWidths([64, 64]),
  /** The largest number of environment steps. */
  envSteps: whole(50_000, { from: 1, to: 1000 * million }),
  /** Number of copies of the environment, which step in rounds. */
  copies: whole(1, { from: 1, to: 1024 }),
  /** Step size of Adam at the start. */
  learningRate: real(1e-3, { above: 0, to: 1 }),
  /** Step size of Adam at the end; it falls linearly. */
  learningRateFinal: real(1e-4, { from: 0, to: 1 }),
  /** Transitions in an update. */
  batchSize: whole(128, { from: 1, to: 4096 }),
  /** Number of observations that the replay memory holds. */
  bufferSize: whole(50_000, { from: 2, to: 10 * million }),
  /** Environment steps of random actions before learning begins. */
  learningStarts: whole(1000, { from: 1, to: 10 * million }),
  /** Environment steps from one training to the next. */
  trainFrequency: whole(1, { from: 1, to: million }),
  /** Number of updates in one training. */
  gradientSteps: whole(1, { from: 1, to: million }),
  /** Discount factor of future rewards. */
  gamma: real(0.99, { from: 0, to: 1 }),
  /** Number of steps whose rewards are summed before bootstrapping. */
  nStep: whole(1, { from: 1, to: 100 }),
  /** Whether such a sum ends before a random action, so that it tells what the greedy policy gets. */
  cutAtRandomActions: flag(true),
  /** Whether the online network chooses the action in a target (Double DQN); if false, the target network does. */
  double: flag(true),
  /** Whether the last layer learns a value and advantages; the kept network has Q-values all the same. */
  dueling: flag(false),
  /** Whether transitions are drawn by their priorities; if false, they are drawn uniformly. */
  prioritized: flag(false),
  /** Exponent of the error in a priority; 0 makes all priorities equal. */
  priorityExponent: real(0.6, { from: 0, to: 1 }),
  /** Exponent, at the start, of the weights that undo the bias of priorities; it rises linearly to 1. */
  importanceExponent: real(0.4, { from: 0, to: 1 }),
  /** Loss of the temporal-difference error. */
  loss: oneOf("huber", ["huber", "mse"]),
  /** Error from which the Huber loss is linear, in units of the deviation of returns where they are normalised. */
  huberDelta: real(1, { above: 0, to: million }),
  /** Largest norm of all gradients together; larger ones are scaled down to it, and 0 means no limit. */
  maxGradientNorm: real(0, { from: 0, to: million }),
  /** Updates from one step of the target network to the next. */
  targetUpdateInterval: whole(1, { from: 1, to: 10 * million }),
  /** Share of the way to the online network that the target network moves in one step; 1 copies the network. */
  tau: real(0.005, { above: 0, to: 1 }),
  /** Share of random steps at the start. */
  explorationInitial: real(1, { from: 0, to: 1 }),
  /** Share of random steps at the end. */
  explorationFinal: real(0.05, { from: 0, to: 1 }),
  /** Share of envSteps during which the share of random steps falls. */
  explorationFraction: real(0.5, { from: 0, to: 1 }),
  /** Largest number of steps for which a random action is repeated. */
  explorationRepeat: whole(10, { from: 1, to: 10_000 }),
  /** Whether each feature is scaled by its mean and deviation from learningStarts on; false for bytes. */
  normalizeObservations: flag(true),
  /** Whether Q-values are learned in units of the returns that were seen. */
  normalizeReturns: flag(true),
  /** Whether both scales are renewed as training goes on; if false they stay as they are after learningStarts. */
  renewScales: flag(true),
  /** Environment steps from one evaluation to the next; with 0 nothing is evaluated and the last network is kept. */
  evaluationInterval: whole(1000, { from: 0, to: 1000 * million }),
  /** Episodes of an evaluation, on selection seeds. */
  evaluationEpisodes: whole(20, { from: 1, to: 10_000 }),
  /** Further selection episodes in each of the at most 4 rounds of the last choice, and to confirm stopReturn. */
  confirmationEpisodes: whole(300, { from: 1, to: 10_000 }),
  /** Largest share of all environment steps that evaluations take, but for 20 episodes at the end; 1 is no limit. */
  evaluationShare: real(0.2, { above: 0, to: 1 }),
  /** Share of envSteps, at the end, whose networks are averaged to one more for the last choice; 0: none. */
  averageFraction: real(0.25, { from: 0, to: 1 }),
  /** Mean return at which training ends, if further episodes confirm it; by default it goes on to the last step. */
  stopReturn: optionalNumber(null),
};

/** How a teacher is trained: one value for each of {@link teacherOptions}. */
export interface TeacherConfig extends ConfigOf<typeof teacherOptions> {}
