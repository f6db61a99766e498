// A log in order: checked, one episode after the other.
import type { Notice } from "../core/notice.js";
import { checkSteps, type LoggedSteps } from "./steps.js";

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

/**
 * Checks a log and puts the rows of each episode together, in the order in which the episodes began.
 * @throws TypeError or RangeError in one line that names the column or the row, counted from 0
 */
export function inEpisodes(log: LoggedSteps): LoggedEpisodes {
  const { observationSize: size, steps, actionCount } = checkSteps(log);
  const episodes = rowsOfEpisodes(log, steps).map((rows) => {
    const last = rows[rows.length - 1];
    // a last row counts if nothing follows from it, or if the log says what followed
    const counts = log.terminated[last] === 1 || hasNext(log, last, size);
    return { rows: counts ? rows : rows.subarray(0, -1), last, counts };
  });
  const dropped = episodes.filter(({ counts }) => !counts).length;
  const kept = episodes.filter(({ rows }) => rows.length > 0);
  if (kept.length === 0) throw new RangeError("no step of the log can be used: none says what it led to");

  const starts = new Uint32Array(kept.length + 1);
  kept.forEach(({ rows }, index) => {
    starts[index + 1] = starts[index] + rows.length;
  });
  const used = starts[kept.length];
  const { masks, nextMasks, nextObservations, propensities } = log;
  const ordered = {
    observations: new Float32Array(used * size),
    actions: new Uint32Array(used),
    rewards: new Float32Array(used),
    terminated: new Uint8Array(kept.length),
    lastObservations: new Float32Array(kept.length * size),
    ...(masks && {
      masks: new Uint8Array(used * actionCount),
      lastMasks: new Uint8Array(kept.length * actionCount).fill(1),
    }),
    ...(propensities && { propensities: new Float32Array(used) }),
  };
  kept.forEach(({ rows, last, counts }, index) => {
    rows.forEach((row, step) => {
      const to = starts[index] + step;
      copyRow(log.observations, row, ordered.observations, to, size);
      ordered.actions[to] = log.actions[row];
      ordered.rewards[to] = log.rewards[row];
      if (masks) copyRow(masks, row, ordered.masks!, to, actionCount);
      if (propensities) ordered.propensities![to] = propensities[row];
    });
    ordered.terminated[index] = counts ? log.terminated[last] : 0;
    // a row that does not count still says what the one before it led to
    const after = counts ? { observations: nextObservations, masks: nextMasks } : log;
    const isKnown = !counts || hasNext(log, last, size);
    if (isKnown) copyRow(after.observations!, last, ordered.lastObservations, index, size);
    if (isKnown && masks && after.masks && !ordered.terminated[index]) {
      copyRow(after.masks, last, ordered.lastMasks!, index, actionCount);
      if (!ordered.lastMasks!.subarray(index * actionCount, (index + 1) * actionCount).includes(1)) {
        throw new RangeError(`row ${last}: nextMasks has only zeros: at least one action must be allowed`);
      }
    }
  });
  return { observationSize: size, actionCount, steps: used, starts, ...ordered, dropped };
}

/** Says that rows were left out. */
export function droppedSteps(dropped: number): Notice {
  return {
    code: "dropped-steps",
    message: `${dropped} of the log's steps are left out: nothing says what they led to, and they did not terminate`,
    remedy: "let the last row of a truncated episode say what came next",
    values: { dropped },
  };
}

/** The rows of each episode, in the order of time. */
function rowsOfEpisodes(log: LoggedSteps, steps: number): Uint32Array[] {
  const { episodes, terminated, truncated } = log;
  const numberOf = new Uint32Array(steps);
  const numbers = new Map<number, number>();
  const lengths: number[] = [];
  const ends: (number | undefined)[] = [];
  for (let row = 0; row < steps; row++) {
    const newest = lengths.length - 1;
    const consecutive = newest < 0 || ends[newest] !== undefined ? lengths.length : newest;
    const number = episodes === undefined ? consecutive : (numbers.get(episodes[row]) ?? lengths.length);
    if (ends[number] !== undefined) {
      throw new RangeError(
        `row ${row}: episode ${episodes?.[row]} ended in row ${ends[number]}: each episode needs its own number`,
      );
    }
    if (episodes !== undefined) numbers.set(episodes[row], number);
    numberOf[row] = number;
    lengths[number] = (lengths[number] ?? 0) + 1;
    if (terminated[row] === 1 || truncated?.[row] === 1) ends[number] = row;
  }
  const rows = lengths.map((length) => new Uint32Array(length));
  const filled = new Uint32Array(rows.length);
  for (let row = 0; row < steps; row++) {
    const number = numberOf[row];
    rows[number][filled[number]++] = row;
  }
  return rows;
}

function copyRow(
  from: ArrayLike<number>,
  row: number,
  to: Float32Array | Uint8Array,
  toRow: number,
  size: number,
): void {
  for (let i = 0; i < size; i++) to[toRow * size + i] = from[row * size + i];
}

/** Whether the log says what a row led to. */
function hasNext({ nextObservations }: LoggedSteps, row: number, size: number): boolean {
  return nextObservations !== undefined && !Number.isNaN(nextObservations[row * size]);
}
