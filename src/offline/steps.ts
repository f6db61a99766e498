// A log of steps as the user gives it: columns, and their checks.
import { described, needNumbers, needObject } from "../core/needed.js";

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
  checkCount("observationSize", observationSize);
  needNumbers("actions", log.actions);
  const steps = log.actions.length;
  if (steps === 0) throw new RangeError("the log is empty: at least one step is needed");
  if (masks !== undefined) needNumbers("masks", masks);
  const actionCount = log.actionCount ?? (masks ? masks.length / steps : largest(log.actions) + 1);
  checkCount("actionCount", actionCount);
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
    checkColumn("nextObservations", nextObservations, observation, isNext, `${floats}, or not a number,`);
  }
  if (masks !== undefined) {
    checkColumn("masks", masks, mask, isFlag, "0 or 1");
    checkMasks("masks", masks, mask, () => true);
    for (let row = 0; row < steps; row++) {
      const action = log.actions[row];
      if (masks[row * actionCount + action] === 1) continue;
      throw new RangeError(`row ${row}: action ${action} is forbidden by the mask`);
    }
  }
  if (nextMasks !== undefined) {
    checkColumn("nextMasks", nextMasks, mask, isFlag, "0 or 1");
    checkMasks("nextMasks", nextMasks, mask, (row) => log.terminated[row] === 0);
  }
  if (propensities !== undefined) {
    const isProbability = (value: number) => value > 0 && value <= 1;
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
  needNumbers(name, column);
  if (column.length !== steps * width) {
    const rows = width === 1 ? `${steps} are` : `${steps} rows of ${width}, ${steps * width}, are`;
    throw new RangeError(`${name} has length ${column.length}: ${rows} needed`);
  }
  for (let i = 0; i < column.length; i++) {
    if (isAllowed(column[i])) continue;
    const place = width === 1 ? "" : ` at ${i % width}`;
    throw new RangeError(
      `row ${Math.floor(i / width)}: ${name} has ${described(column[i])}${place}: ${allowed} is needed`,
    );
  }
}

/** @throws RangeError for a mask of zeros in a row where one matters */
function checkMasks(
  name: string,
  masks: ArrayLike<number>,
  { steps, width }: Shape,
  matters: (row: number) => boolean,
) {
  for (let row = 0; row < steps; row++) {
    let allowed = 0;
    for (let i = row * width; i < (row + 1) * width; i++) allowed += masks[i];
    if (allowed > 0 || !matters(row)) continue;
    throw new RangeError(`row ${row}: ${name} has only zeros: at least one action must be allowed`);
  }
}

function checkCount(name: string, count: number): void {
  if (Number.isInteger(count) && count > 0) return;
  throw new RangeError(`${name} is ${described(count)}: a whole number from 1 on is needed`);
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
