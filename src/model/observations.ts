// The checks of what a network is asked about.
import { checkLength, described, needNumbers } from "../core/needed.js";

/** @throws RangeError for anything but so many numbers (NaN is none) */
export function checkObservation(observation: ArrayLike<number>, size: number): void {
  checkLength(observation, size);
  for (let i = 0; i < size; i++) {
    const value = observation[i];
    if (typeof value === "number" && !Number.isNaN(value)) continue;
    throw new RangeError(`feature ${i} of the observation is ${described(value)}: a number is needed`);
  }
}

/** @throws RangeError for anything but one 0 or 1 for each action, with at least one 1 */
export function checkMask(mask: ArrayLike<number>, actionCount: number): void {
  const isList = typeof mask === "object" && typeof mask?.length === "number";
  if (!isList || mask.length !== actionCount) {
    const given = isList ? `a mask of length ${mask.length} was given` : `mask is ${described(mask)}`;
    throw new RangeError(
      `${given}: ${actionCount} numbers are needed, 1 for each allowed action and 0 for each forbidden one`,
    );
  }
  let allowed = 0;
  for (let action = 0; action < actionCount; action++) {
    const value = mask[action];
    if (value === 1) allowed++;
    else if (value !== 0) throw new RangeError(`the mask has ${described(value)} at ${action}: 0 or 1 is needed`);
  }
  if (allowed === 0) throw new RangeError("a mask of zeros was given: at least one action must be allowed");
}

/** The number of observations. @throws RangeError if the last one is incomplete */
export function countOf(observations: Float32Array, size: number): number {
  needNumbers("observations", observations, "a Float32Array");
  const count = observations.length / size;
  if (Number.isInteger(count)) return count;
  throw new RangeError(
    `${observations.length} numbers were given: a multiple of the observation size, ${size}, is needed`,
  );
}
