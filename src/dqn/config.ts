// The teacher's configuration: each option with its default, its unit and what is allowed.
import { flag, hiddenWidths, type Options, oneOf, optionalNumber, real, whole } from "./options.js";

export interface TeacherConfig {
  readonly hidden: readonly number[];
  readonly envSteps: number;
  readonly learningRate: number;
  readonly learningRateFinal: number;
  readonly batchSize: number;
  readonly bufferSize: number;
  readonly learningStarts: number;
  readonly trainFrequency: number;
  readonly gradientSteps: number;
  readonly gamma: number;
  readonly nStep: number;
  readonly loss: "huber" | "mse";
  readonly huberDelta: number;
  readonly targetUpdateInterval: number;
  readonly tau: number;
  readonly explorationInitial: number;
  readonly explorationFinal: number;
  readonly explorationFraction: number;
  readonly explorationRepeat: number;
  readonly normalizeObservations: boolean;
  readonly evaluationInterval: number;
  readonly evaluationEpisodes: number;
  readonly stopReturn: number | null;
}

const million = 1_000_000;

/** Every option of a teacher. */
export const teacherOptions: Options<TeacherConfig> = {
  hidden: hiddenWidths([64, 64], "widths of the hidden layers"),
  envSteps: whole(50_000, { from: 1, to: 1000 * million }, "environment steps at most"),
  learningRate: real(1e-3, { above: 0, to: 1 }, "Adam's step size at the start"),
  learningRateFinal: real(1e-4, { from: 0, to: 1 }, "Adam's step size at the end; linear between"),
  batchSize: whole(128, { from: 1, to: 4096 }, "transitions in an update"),
  bufferSize: whole(50_000, { from: 2, to: 10 * million }, "observations that the replay memory holds"),
  learningStarts: whole(1000, { from: 1, to: 10 * million }, "environment steps of random actions before learning"),
  trainFrequency: whole(1, { from: 1, to: million }, "environment steps from one training to the next"),
  gradientSteps: whole(1, { from: 1, to: million }, "updates in one training"),
  gamma: real(0.99, { from: 0, to: 1 }, "discount of a step's future"),
  nStep: whole(5, { from: 1, to: 100 }, "rewards summed before bootstrapping"),
  loss: oneOf("huber", ["huber", "mse"], "loss of the temporal-difference error"),
  huberDelta: real(1, { above: 0, to: million }, "error from which the Huber loss is linear"),
  targetUpdateInterval: whole(
    1,
    { from: 1, to: 10 * million },
    "updates from one step of the target network to the next",
  ),
  tau: real(0.005, { above: 0, to: 1 }, "share of the way that the target network moves then; 1 copies"),
  explorationInitial: real(1, { from: 0, to: 1 }, "share of random actions at the start"),
  explorationFinal: real(0.05, { from: 0, to: 1 }, "share of random actions at the end"),
  explorationFraction: real(0.2, { from: 0, to: 1 }, "part of envSteps in which the share falls"),
  explorationRepeat: whole(1, { from: 1, to: 10_000 }, "steps for which a random action is kept at most"),
  normalizeObservations: flag(true, "scale each feature by what the first learningStarts steps have shown"),
  evaluationInterval: whole(1000, { from: 1, to: 1000 * million }, "environment steps from one evaluation to the next"),
  evaluationEpisodes: whole(100, { from: 1, to: 10_000 }, "episodes of an evaluation, on selection seeds"),
  stopReturn: optionalNumber(null, "mean return that ends training when two evaluations in a row reach it"),
};
