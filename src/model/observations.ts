// The checks of what a network is asked about.
import { described, needNumbers } from "../core/needed.js";

/** @throws RangeError for anything but so many numbers */
export function checkObservation(observation: ArrayLike<number>, size: number): void {
  if (observation?.length !== size || typeof observation === "string") {
    const length = observation?.length;
    const given =
      length === undefined || typeof observation === "string" ? described(observation) : `of length ${length}`;
    throw new RangeError(`the observation is ${given}: ${size} numbers are needed`);
  }
  for (let i = 0; i < size; i++) {
    const value = observation[i];
    if (typeof value === "number" && !Number.isNaN(value)) continue;
    throw new RangeError(`feature ${i} of the observation is ${described(value)}: a number is needed`);
  }
}

/** The number of observations. @throws RangeError if the last one is incomplete */
export function countOf(observations: Float32Array, size: number): number {
  needNumbers("observations", observations, "a Float32Array");
  const count = observations.length / size;
  if (Number.isInteger(count)) return count;
  throw new RangeError(
    `observations has ${observations.length} numbers: a multiple of the observation size, ${size}, is needed`,
  );
}
