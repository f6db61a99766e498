// What long work reports while it runs: plain data.
import type { Notice } from "../core/notice.js";
import type { Agreement, Baseline } from "../model/model.js";

/** How far it is. */
export interface ProgressEvent {
  readonly kind: "progress";
  readonly network: "teacher" | "student";
  /** Which student of a series, from 1 (students after the first are re-initialised); absent for a teacher. */
  readonly attempt?: number;
  /** The finished share of what is planned for this network, from 0 to 1; training may end earlier. */
  readonly share: number;
  readonly envSteps: number;
  readonly updates: number;
  /** Mean loss of the latest updates; null before the first. */
  readonly loss: number | null;
  /** The latest evaluation's mean return; null before the first. */
  readonly mean: number | null;
  /**
   * During an evaluation, and only there: the share of its episodes that is over, from 0 to 1. It is sent once a second;
   * a confirmation counts anew.
   */
  readonly evaluated?: number;
  /** Only of a student that learns from states alone: its latest `actionAgreement`; null before the first. */
  readonly actionAgreement?: number | null;
}

/**
 * An evaluation on selection seeds. If the last choice falls on an earlier network than the last one, a further event at
 * the end says how the kept network did in all its episodes.
 */
export interface EvaluationEvent {
  readonly kind: "evaluation";
  readonly network: "teacher" | "student";
  readonly attempt?: number;
  readonly envSteps: number;
  readonly updates: number;
  /** The number of its episodes. */
  readonly episodes: number;
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  /** Whether this network is now the one that is kept. */
  readonly best: boolean;
  readonly loss: number | null;
  /** The environment steps that evaluations have taken so far; absent in a joint run, which does not count them. */
  readonly evaluationSteps?: number;
  /** What the mean can be compared with, as far as it is known; only of networks that learn from reward. */
  readonly baseline?: Baseline;
}

/** A student that learns from states alone is compared with its teacher on held-out states, which choose. */
export interface AgreementEvent extends Agreement {
  readonly kind: "agreement";
  readonly network: "student";
  readonly attempt: number;
  /** Always 0. */
  readonly envSteps: number;
  readonly updates: number;
  /** Whether this network is now the one that is kept. */
  readonly best: boolean;
  readonly loss: number | null;
}

/** A student is finished: it is kept, or another one is initialised. */
export interface AttemptEvent {
  readonly kind: "attempt";
  readonly attempt: number;
  /** The widths of its hidden layers. */
  readonly hidden: readonly number[];
  /** Its share of the teacher's return on selection seeds; null if the teacher is no better than random. */
  readonly returnRatio: number | null;
  /** Only of a student that learns from states alone, in place of the return: its best `actionAgreement`. */
  readonly actionAgreement?: number;
  readonly satisfied: boolean;
  readonly envSteps: number;
  readonly updates: number;
}

/** An episode of a joint run is over, and both networks have learned from it. */
export interface EpisodeEvent {
  readonly kind: "episode";
  /** The network that acted. */
  readonly network: "teacher";
  /** The episode's number, from 1. */
  readonly episode: number;
  /** The undiscounted return; exploration is included. */
  readonly reward: number;
  readonly envSteps: number;
  readonly updates: number;
}

/** Something is not done in the way that was asked for, or training goes wrong. docs/train.md lists all notices. */
export interface NoticeEvent extends Notice {
  readonly kind: "notice";
  readonly network: "teacher" | "student";
  readonly envSteps: number;
  readonly updates: number;
}

/**
 * Is called with each evaluated network: its parameters for raw observations (do not change them), the environment
 * steps so far, and its mean return (for states alone, its `actionAgreement`). Each call belongs to the event that comes
 * next. Events do not hold the parameters, so they stay small.
 */
export type NetworkListener = (parameters: Float32Array, envSteps: number, mean: number) => void;

/** What a training or a distillation reports while it runs; `kind` says which report it is. */
export type TrainingEvent =
  | ProgressEvent
  | EvaluationEvent
  | AgreementEvent
  | AttemptEvent
  | EpisodeEvent
  | NoticeEvent;

/** Training produced numbers that are not finite. */
export class DivergedError extends Error {
  constructor(network: string, updates: number) {
    super(`the ${network} diverged: its loss is not finite after ${updates} updates (try a smaller learningRate)`);
    this.name = "DivergedError";
  }
}

/** Returns the loss. @throws DivergedError if it is not finite */
export function finiteLoss(loss: number, network: string, updates: number): number {
  if (!Number.isFinite(loss)) throw new DivergedError(network, updates);
  return loss;
}
