// A log of steps as the user gives it: columns, and their checks.
import { described, need, needNumbers, needObject } from "../core/needed.js";
import { largestObservation, mostActions } from "../env/custom.js";

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

/** The sizes of a log. */
export interface LogSizes {
  readonly observationSize: number;
  readonly actionCount: number;
  /** The number of rows. */
  readonly steps: number;
}

/**
 * The sizes of a log whose columns are as long as they must be and hold what they may.
 * @throws TypeError or RangeError in one line that names the column, or the row, counted from 0
 */
export function checkSteps(log: LoggedSteps): LogSizes {
  needObject("data", log, "a log of steps");
  const { observationSize, masks, nextMasks } = log;
  checkCount("observationSize", observationSize, largestObservation);
  needNumbers("actions", log.actions);
  const steps = log.actions.length;
  if (steps === 0) throw new RangeError("the log is empty: at least one step is needed");
  if (masks !== undefined) {
    needNumbers("masks", masks);
    if (masks.length % steps !== 0) {
      throw new RangeError(
        `masks has length ${masks.length}: a number for each action in each of ${steps} steps is needed`,
      );
    }
  }
  const actionCount = log.actionCount ?? (masks ? masks.length / steps : largest(log.actions) + 1);
  checkCount("actionCount", actionCount, mostActions);
  const one = { steps, width: 1 };
  const observation = { steps, width: observationSize };
  const mask = { steps, width: actionCount };

  checkColumn("observations", log.observations, observation, isFloat, floats);
  const isAction = (value: number) => value >>> 0 === value && value < actionCount;
  checkColumn("actions", log.actions, one, isAction, `a whole number from 0 to ${actionCount - 1}`);
  checkColumn("rewards", log.rewards, one, isFloat, floats);
  checkColumn("terminated", log.terminated, one, isFlag, "0 or 1");
  const { truncated, episodes, nextObservations, propensities } = log;
  if (truncated !== undefined) checkColumn("truncated", truncated, one, isFlag, "0 or 1");
  if (episodes !== undefined) checkColumn("episodes", episodes, one, Number.isFinite, "a number");
  if (nextObservations !== undefined) {
    const isNext = (value: number) => Number.isNaN(value) || isFloat(value);
    checkColumn("nextObservations", nextObservations, observation, isNext, `${floats}, or NaN in the whole row,`);
    for (let i = 0; i < nextObservations.length; i++) {
      const first = i - (i % observationSize);
      if (Number.isNaN(nextObservations[i]) === Number.isNaN(nextObservations[first])) continue;
      const row = first / observationSize;
      throw new RangeError(`row ${row}: nextObservations has NaN beside numbers: all numbers or none are needed`);
    }
  }
  if (masks !== undefined) {
    checkColumn("masks", masks, mask, isFlag, "0 or 1");
    for (let row = 0; row < steps; row++) {
      const action = log.actions[row];
      if (masks[row * actionCount + action] === 1) continue; // so no mask has only zeros
      throw new RangeError(`row ${row}: action ${action} is forbidden by the mask`);
    }
  }
  if (nextMasks !== undefined) checkColumn("nextMasks", nextMasks, mask, isFlag, "0 or 1");
  if (propensities !== undefined) {
    const isProbability = (value: number) => Math.fround(value) > 0 && value <= 1;
    checkColumn("propensities", propensities, one, isProbability, "a number above 0 and up to 1");
  }
  return { observationSize, actionCount, steps };
}

interface Shape {
  readonly steps: number;
  readonly width: number;
}

const floats = "a number that float32 can hold";

/** @throws TypeError or RangeError unless it has this shape and every number is allowed */
function checkColumn(
  name: string,
  column: ArrayLike<number>,
  { steps, width }: Shape,
  isAllowed: (value: number) => boolean,
  allowed: string,
): void {
  const isList = Array.isArray(column) || ArrayBuffer.isView(column);
  need(isList, name, column, "a list of numbers");
  if (column.length !== steps * width) {
    const rows = width === 1 ? `${steps} are` : `${steps} rows of ${width}, ${steps * width}, are`;
    throw new RangeError(`${name} has length ${column.length}: ${rows} needed`);
  }
  for (let i = 0; i < column.length; i++) {
    if (typeof column[i] === "number" && isAllowed(column[i])) continue;
    const place = width === 1 ? "" : ` at ${i % width}`;
    throw new RangeError(
      `row ${Math.floor(i / width)}: ${name} has ${described(column[i])}${place}: ${allowed} is needed`,
    );
  }
}

function checkCount(name: string, count: number, most: number): void {
  if (Number.isInteger(count) && count > 0 && count <= most) return;
  throw new RangeError(`${name} is ${described(count)}: a whole number from 1 to ${most} is needed`);
}

function isFloat(value: number): boolean {
  const float = Math.fround(value);
  return float - float === 0;
}

function isFlag(value: number): boolean {
  return value === 0 || value === 1;
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i];
  return most;
}
