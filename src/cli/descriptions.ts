// What each option of a configuration means, with its unit, as the help says it: a page that trains has no use for it.
import type { StudentConfig } from "../distill/config.js";
import type { JointConfig } from "../distill/joint-config.js";
import type { TeacherConfig } from "../dqn/config.js";

export type Descriptions<Config> = { readonly [Name in keyof Config]: string };

/** Of a teacher. */
export const teacherDescriptions: Descriptions<TeacherConfig> = {
  hidden: "widths of the hidden layers",
  envSteps: "environment steps at most",
  learningRate: "Adam's step size at the start",
  learningRateFinal: "Adam's step size at the end; linear between",
  batchSize: "transitions in an update",
  bufferSize: "observations that the replay memory holds",
  learningStarts: "environment steps of random actions before learning",
  trainFrequency: "environment steps from one training to the next",
  gradientSteps: "updates in one training",
  gamma: "discount of a step's future",
  nStep: "rewards summed before bootstrapping",
  double: "the online network chooses a target's action",
  dueling: "learn a value and advantages",
  prioritized: "draw transitions by their priorities",
  priorityExponent: "exponent of the error in a priority",
  importanceExponent: "exponent of importance weights; linear to 1",
  loss: "loss of the temporal-difference error",
  huberDelta: "error from which the Huber loss is linear",
  maxGradientNorm: "norm of gradients at most; 0: any",
  targetUpdateInterval: "updates from one step of the target network to the next",
  tau: "share of the way that the target network moves then; 1 copies",
  explorationInitial: "share of random actions at the start",
  explorationFinal: "share of random actions at the end",
  explorationFraction: "part of envSteps in which the share falls",
  explorationRepeat: "steps for which a random action is kept at most",
  normalizeObservations: "scale each feature by what the first learningStarts steps have shown",
  evaluationInterval: "environment steps from one evaluation to the next",
  evaluationEpisodes: "episodes of an evaluation, on selection seeds",
  confirmationEpisodes: "further episodes to confirm the best",
  stopReturn: "mean return confirmed that ends training",
};

/** Of a student. */
export const studentDescriptions: Descriptions<StudentConfig> = {
  hidden: "widths of the hidden layers",
  loss: "what pulls the student's Q-values to the teacher's",
  temperature: "softness of the softmax in cross-entropy and kl",
  huberDelta: "error from which the Huber loss is linear",
  standardizeLabels: "scale Q-values to mean 0 and deviation 1 for the loss; undone in what is kept",
  quantize: "train it through its weights' rounding to 8 bits, for export --to int8",
  gamma: "discount of td's targets; none: the teacher's own, or 0.99",
  states: "who acts to find the states that the teacher labels",
  envSteps: "states labelled, each an environment step (none for replay)",
  exploration: "share of random actions while collecting states",
  rounds: "times that states are collected, learned from and the student evaluated",
  updates: "updates of one student",
  batchSize: "labelled states in an update",
  learningRate: "Adam's step size at the start",
  learningRateFinal: "Adam's step size at the end; linear between",
  evaluationEpisodes: "episodes of an evaluation, on selection seeds",
  attempts: "students initialised at most, until one reaches the threshold",
  threshold: "share of the teacher's return above random that satisfies",
};

/** Of a joint run. */
export const jointDescriptions: Descriptions<JointConfig> = {
  hidden: "widths of the teacher's hidden layers",
  studentHidden: "widths of the student's hidden layers",
  episodes: "episodes that the teacher acts in",
  episodeUpdates: "updates of each at an episode's end, one a step of it, at most",
  learningRate: "Adam's step size, for both",
  batchSize: "transitions in an update, for both",
  bufferSize: "observations that the replay memory of both holds",
  gamma: "discount of a step's future",
  tau: "share of the way that the teacher's target network moves in an update",
  explorationInitial: "share of random actions in the first episode",
  explorationFinal: "share of random actions at the end",
  explorationFraction: "part of the episodes in which the share falls",
  evaluationInterval: "episodes from one evaluation to the next",
  evaluationEpisodes: "episodes of an evaluation of each, on selection seeds",
};
