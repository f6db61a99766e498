// The teacher's options. An entry is the only place of an option: what it is, its default, and what is allowed.
import { type ConfigOf, flag, hiddenWidths, oneOf, optionalNumber, real, whole } from "../training/options.js";

const million = 1_000_000;

/** Every option of a teacher: default and allowed values. An environment's preset may replace a default. */
export const teacherOptions = {
  /** Widths of the hidden layers, in units. */
  hidden: hiddenWidths([64, 64]),
  /** Environment steps at most. */
  envSteps: whole(50_000, { from: 1, to: 1000 * million }),
  /** Step size of Adam at the start. */
  learningRate: real(1e-3, { above: 0, to: 1 }),
  /** Step size of Adam at the end; linear between the two. */
  learningRateFinal: real(1e-4, { from: 0, to: 1 }),
  /** Transitions in an update. */
  batchSize: whole(128, { from: 1, to: 4096 }),
  /** Observations that the replay memory holds. */
  bufferSize: whole(50_000, { from: 2, to: 10 * million }),
  /** Environment steps of random actions before learning begins. */
  learningStarts: whole(1000, { from: 1, to: 10 * million }),
  /** Environment steps from one training to the next. */
  trainFrequency: whole(1, { from: 1, to: million }),
  /** Updates in one training. */
  gradientSteps: whole(1, { from: 1, to: million }),
  /** Discount of the return that follows a step. */
  gamma: real(0.99, { from: 0, to: 1 }),
  /** Steps whose rewards are summed before bootstrapping. */
  nStep: whole(5, { from: 1, to: 100 }),
  /** Whether the online network chooses a target's action (Double DQN), instead of the target network. */
  double: flag(true),
  /** Whether the last layer learns a value and advantages; the kept network has Q-values. */
  dueling: flag(false),
  /** Whether transitions are drawn by their priorities, instead of uniformly. */
  prioritized: flag(false),
  /** Exponent of the error in a priority; 0 is uniform. */
  priorityExponent: real(0.6, { from: 0, to: 1 }),
  /** Exponent at the start of the weights that undo the bias of priorities; it rises linearly to 1. */
  importanceExponent: real(0.4, { from: 0, to: 1 }),
  /** Loss of the temporal-difference error. */
  loss: oneOf("huber", ["huber", "mse"]),
  /** Error from which the Huber loss is linear, in units of the return. */
  huberDelta: real(1, { above: 0, to: million }),
  /** Norm of all gradients together, to which larger ones are scaled down; 0 leaves them. */
  maxGradientNorm: real(0, { from: 0, to: million }),
  /** Updates from one step of the target network to the next. */
  targetUpdateInterval: whole(1, { from: 1, to: 10 * million }),
  /** Share of the way to the online network that the target network moves in one of its steps; 1 copies it. */
  tau: real(0.005, { above: 0, to: 1 }),
  /** Share of random actions at the start. */
  explorationInitial: real(1, { from: 0, to: 1 }),
  /** Share of random actions at the end. */
  explorationFinal: real(0.05, { from: 0, to: 1 }),
  /** Share of envSteps in which the share of random actions falls. */
  explorationFraction: real(0.2, { from: 0, to: 1 }),
  /** Steps at most for which a random action is repeated. */
  explorationRepeat: whole(1, { from: 1, to: 10_000 }),
  /** Whether each feature is scaled by its mean and deviation in the first learningStarts steps; false for bytes. */
  normalizeObservations: flag(true),
  /** Environment steps from one evaluation to the next. */
  evaluationInterval: whole(1000, { from: 1, to: 1000 * million }),
  /** Episodes of an evaluation, on selection seeds. */
  evaluationEpisodes: whole(100, { from: 1, to: 10_000 }),
  /** Further selection episodes, which decide between the kept network and one that reached its mean. */
  confirmationEpisodes: whole(300, { from: 1, to: 10_000 }),
  /** Mean return in a confirmation at which training ends; by default it goes on to the last step. */
  stopReturn: optionalNumber(null),
};

/** How a teacher is trained: a value for each of {@link teacherOptions}. */
export interface TeacherConfig extends ConfigOf<typeof teacherOptions> {}
