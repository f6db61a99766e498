// What summary.json holds: the result of one run.
import type { Evaluation } from "../evaluate/evaluate.js";
import type { Baseline } from "../model/model.js";

/** What is recorded of both networks of a run. */
export interface NetworkSummary {
  /** The widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly parameters: number;
  readonly envSteps: number;
  readonly updates: number;
  readonly wallSeconds: number;
  /** The environment steps that evaluations in training took, beside `envSteps`; only of a teacher. */
  readonly evaluationSteps?: number;
  /** Mean returns of random actions and of the best constant action, measured in training; only of a teacher. */
  readonly baseline?: Baseline;
  /** The environment steps after which it is no longer bit-exact, if it went on where episodes could not be taken again. */
  readonly inexactFrom?: number;
  /** Returns on the final seeds. */
  readonly evaluation: Evaluation;
}

export interface StudentSummary extends NetworkSummary {
  /** How many students were initialised. */
  readonly attempts: number;
  readonly loss: string;
  /** Where the labelled states came from. */
  readonly states: string;
  /** The student's parameters as a share of the teacher's. */
  readonly compression: number;
  /** (student − random)/(teacher − random) of the mean returns; null if the teacher is no better than random. */
  readonly returnRatio: number | null;
  /** Mean of (Q_T − Q_S)²; null if the loss does not fit Q-values. */
  readonly qMse: number | null;
  /** 1 − qMse / variance of Q_T; null if the loss does not fit Q-values, or if Q_T does not vary. */
  readonly qR2: number | null;
  /** Share of states with the same greedy action. */
  readonly actionAgreement: number;
  /** Share of states whose greedy action changes under noise of 1 % of each feature's standard deviation. */
  readonly actionFlipRate: number;
}

/** A run in figures: what summary.json holds. */
export interface Summary {
  readonly env: string;
  readonly seed: number;
  readonly teacher: NetworkSummary;
  readonly student: StudentSummary;
  /** SHA-256 of the student's flat parameters as little-endian f32, then the teacher's; hexadecimal. */
  readonly weightsHash: string;
  /** 128 bits of the teacher's parameters, hexadecimal: equal teachers have the same, wherever they were trained. */
  readonly teacherHash: string;
  readonly version: string;
  /** Whether the student keeps the share of the return that was asked for. */
  readonly satisfied: boolean;
  /** Everything that is needed to repeat the run. */
  readonly config: Record<string, unknown>;
}
