// What long work reports while it runs: plain data.

/** How far it is. */
export interface ProgressEvent {
  readonly kind: "progress";
  readonly network: "teacher" | "student";
  /** Which student of a re-initialised series, from 1; absent for a teacher. */
  readonly attempt?: number;
  /** From 0 to 1 of what is planned for this network; it may end earlier. */
  readonly share: number;
  readonly envSteps: number;
  readonly updates: number;
  /** Mean loss of the latest updates; null before the first. */
  readonly loss: number | null;
  /** The latest evaluation's mean return; null before the first. */
  readonly mean: number | null;
}

/** A periodic evaluation on selection seeds. */
export interface EvaluationEvent {
  readonly kind: "evaluation";
  readonly network: "teacher" | "student";
  readonly attempt?: number;
  readonly envSteps: number;
  readonly updates: number;
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  /** Whether this network is now the one that is kept. */
  readonly best: boolean;
  readonly loss: number | null;
}

/** A student is finished: kept, or to be re-initialised. */
export interface AttemptEvent {
  readonly kind: "attempt";
  readonly attempt: number;
  /** Its share of the teacher's return on selection seeds; null where the teacher is no better than random. */
  readonly returnRatio: number | null;
  readonly satisfied: boolean;
  readonly envSteps: number;
  readonly updates: number;
}

/** An episode of a joint run is over, and what it taught is learned. */
export interface EpisodeEvent {
  readonly kind: "episode";
  /** Who acted. */
  readonly network: "teacher";
  /** Its number, from 1. */
  readonly episode: number;
  /** The undiscounted return, exploration included. */
  readonly reward: number;
  readonly envSteps: number;
  readonly updates: number;
}

/** Something is not done as it was asked for, with the same results. */
export interface NoticeEvent {
  readonly kind: "notice";
  readonly network: "teacher" | "student";
  readonly envSteps: number;
  readonly updates: number;
  /** What, and why. */
  readonly message: string;
}

/**
 * Is told each evaluated network: its parameters for raw observations, which are not to be changed, the environment steps
 * so far and its mean return. Events stay small by leaving the parameters out.
 */
export type NetworkListener = (parameters: Float32Array, envSteps: number, mean: number) => void;

/** What a training or a distillation tells as it goes on; `kind` says which. */
export type TrainingEvent = ProgressEvent | EvaluationEvent | AttemptEvent | EpisodeEvent | NoticeEvent;

/** Training came to numbers that are not finite. */
export class DivergedError extends Error {
  constructor(network: string, updates: number) {
    super(`the ${network} diverged: its loss is not finite after ${updates} updates (try a smaller learningRate)`);
    this.name = "DivergedError";
  }
}

/** A loss. @throws DivergedError where it is not finite */
export function finiteLoss(loss: number, network: string, updates: number): number {
  if (!Number.isFinite(loss)) throw new DivergedError(network, updates);
  return loss;
}
