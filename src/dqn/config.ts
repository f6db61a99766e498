// The teacher's configuration: each option with its default, its unit and what is allowed.
import { flag, hiddenWidths, type Options, oneOf, optionalNumber, real, whole } from "../training/options.js";

/** How a teacher is trained; an environment's preset may replace a default. */
export interface TeacherConfig {
  /** Widths of the hidden layers, in units; default 64, 64. */
  readonly hidden: readonly number[];
  /** Steps in the environment at most; default 50,000. */
  readonly envSteps: number;
  /** Adam's step size at the start; default 0.001. */
  readonly learningRate: number;
  /** Adam's step size at the end, linear between; default 0.0001. */
  readonly learningRateFinal: number;
  /** Transitions in an update; default 128. */
  readonly batchSize: number;
  /** Observations that the replay memory holds; default 50,000. */
  readonly bufferSize: number;
  /** Environment steps of random actions before learning begins; default 1,000. */
  readonly learningStarts: number;
  /** Environment steps from one training to the next; default 1. */
  readonly trainFrequency: number;
  /** Updates in one training; default 1. */
  readonly gradientSteps: number;
  /** Discount of the return that follows a step, from 0 to 1; default 0.99. */
  readonly gamma: number;
  /** Rewards summed before bootstrapping, in steps; default 5. */
  readonly nStep: number;
  /** Whether the online network chooses the action that a target is for (Double DQN), or the target network; default true. */
  readonly double: boolean;
  /** Whether the last layer is a value and advantages while it learns, folded into Q-values when kept; default false. */
  readonly dueling: boolean;
  /** Whether transitions are drawn in the shares of their priorities, instead of uniformly; default false. */
  readonly prioritized: boolean;
  /** Exponent of the error in a priority, from 0, which is uniform, to 1; default 0.6. */
  readonly priorityExponent: number;
  /** Exponent of the weights that undo the priorities' bias, at the start, linear to 1 at the end; default 0.4. */
  readonly importanceExponent: number;
  /** Loss of the temporal-difference error; default huber. */
  readonly loss: "huber" | "mse";
  /** Error, in units of the return, from which the Huber loss is linear; default 1. */
  readonly huberDelta: number;
  /** Norm of all gradients together to which larger ones are scaled down, where 0 leaves them; default 0. */
  readonly maxGradientNorm: number;
  /** Updates from one step of the target network to the next; default 1. */
  readonly targetUpdateInterval: number;
  /** Share of the way to the network that the target network then moves, where 1 copies it; default 0.005. */
  readonly tau: number;
  /** Share of random actions at the start; default 1. */
  readonly explorationInitial: number;
  /** Share of random actions at the end; default 0.05. */
  readonly explorationFinal: number;
  /** Share of envSteps in which the share of random actions falls; default 0.2. */
  readonly explorationFraction: number;
  /** Steps for which a random action is kept at most; default 1. */
  readonly explorationRepeat: number;
  /** Whether each feature is scaled by its mean and deviation in the first learningStarts steps, never of bytes; default true. */
  readonly normalizeObservations: boolean;
  /** Environment steps from one evaluation to the next; default 1,000. */
  readonly evaluationInterval: number;
  /** Episodes of an evaluation, on selection seeds; default 100. */
  readonly evaluationEpisodes: number;
  /** Further selection episodes of a network that reached the kept one's mean: they decide between the two; default 300. */
  readonly confirmationEpisodes: number;
  /** Mean return in a confirmation that ends training, or null to train to the end; default null. */
  readonly stopReturn: number | null;
}

const million = 1_000_000;

/** Every option of a teacher. */
export const teacherOptions: Options<TeacherConfig> = {
  hidden: hiddenWidths([64, 64]),
  envSteps: whole(50_000, { from: 1, to: 1000 * million }),
  learningRate: real(1e-3, { above: 0, to: 1 }),
  learningRateFinal: real(1e-4, { from: 0, to: 1 }),
  batchSize: whole(128, { from: 1, to: 4096 }),
  bufferSize: whole(50_000, { from: 2, to: 10 * million }),
  learningStarts: whole(1000, { from: 1, to: 10 * million }),
  trainFrequency: whole(1, { from: 1, to: million }),
  gradientSteps: whole(1, { from: 1, to: million }),
  gamma: real(0.99, { from: 0, to: 1 }),
  nStep: whole(5, { from: 1, to: 100 }),
  double: flag(true),
  dueling: flag(false),
  prioritized: flag(false),
  priorityExponent: real(0.6, { from: 0, to: 1 }),
  importanceExponent: real(0.4, { from: 0, to: 1 }),
  loss: oneOf("huber", ["huber", "mse"]),
  huberDelta: real(1, { above: 0, to: million }),
  maxGradientNorm: real(0, { from: 0, to: million }),
  targetUpdateInterval: whole(1, { from: 1, to: 10 * million }),
  tau: real(0.005, { above: 0, to: 1 }),
  explorationInitial: real(1, { from: 0, to: 1 }),
  explorationFinal: real(0.05, { from: 0, to: 1 }),
  explorationFraction: real(0.2, { from: 0, to: 1 }),
  explorationRepeat: whole(1, { from: 1, to: 10_000 }),
  normalizeObservations: flag(true),
  evaluationInterval: whole(1000, { from: 1, to: 1000 * million }),
  evaluationEpisodes: whole(100, { from: 1, to: 10_000 }),
  confirmationEpisodes: whole(300, { from: 1, to: 10_000 }),
  stopReturn: optionalNumber(null),
};
