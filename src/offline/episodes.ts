// A log of steps as typed arrays, checked and put in order: one episode after the other.
import { described } from "../core/needed.js";
import { shown } from "../evaluate/checks.js";

/**
 * What somebody or something did in an environment, as columns. Row i is one step: at an observation an action was
 * taken, which gave a reward. The rows of an episode are in the order of time; rows of several episodes may interleave.
 * The next row of the same episode gives the observation after the step.
 */
export interface LoggedSteps {
  readonly observationSize: number;
  /** The number of actions; by default one more than the largest in `actions`, or the length of a mask. */
  readonly actionCount?: number;
  /** Shape (steps, observationSize). */
  readonly observations: ArrayLike<number>;
  /** Shape (steps), whole numbers from 0 on. */
  readonly actions: ArrayLike<number>;
  /** Shape (steps). */
  readonly rewards: ArrayLike<number>;
  /** Shape (steps), 1 where the task ended: no reward follows. */
  readonly terminated: ArrayLike<number>;
  /** Shape (steps), 1 where something else ended the episode, such as a time limit; by default nowhere. */
  readonly truncated?: ArrayLike<number>;
  /** Shape (steps), a number for each episode; by default a new episode begins after each end. */
  readonly episodes?: ArrayLike<number>;
  /**
   * Shape (steps, observationSize): the observation after each step. It is read in an episode's last row alone. Without
   * it, or where it is not a number, a last row that did not terminate is left out.
   */
  readonly nextObservations?: ArrayLike<number>;
  /** Shape (steps, actionCount): which actions were allowed, 1 = allowed, 0 = forbidden; all if it is undefined. */
  readonly masks?: ArrayLike<number>;
  /** Shape (steps, actionCount): the masks at `nextObservations`; all actions are allowed there if it is undefined. */
  readonly nextMasks?: ArrayLike<number>;
  /** Shape (steps): the probability with which the action was chosen, above 0, up to 1. */
  readonly propensities?: ArrayLike<number>;
}

/** A log in order: the rows of an episode stand together, and each episode has its last observation. */
export interface LoggedEpisodes {
  readonly observationSize: number;
  readonly actionCount: number;
  /** The number of rows. */
  readonly steps: number;
  /** Shape (episodes + 1): the first row of each episode, and after them the number of rows. */
  readonly starts: Uint32Array;
  /** Shape (steps, observationSize). */
  readonly observations: Float32Array;
  /** Shape (steps). */
  readonly actions: Uint32Array;
  /** Shape (steps). */
  readonly rewards: Float32Array;
  /** Shape (episodes): 1 if the episode terminated, 0 if it was truncated. */
  readonly terminated: Uint8Array;
  /** Shape (episodes, observationSize): the observation after the last step; zeros where nobody knows or needs it. */
  readonly lastObservations: Float32Array;
  /** Shape (steps, actionCount). */
  readonly masks?: Uint8Array;
  /** Shape (episodes, actionCount), at the last observations. */
  readonly lastMasks?: Uint8Array;
  /** Shape (steps). */
  readonly propensities?: Float32Array;
  /** The number of rows that were left out: the last ones of episodes that did not terminate, without what came after. */
  readonly dropped: number;
}
