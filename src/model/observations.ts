// The checks of what a network is asked about.
import { described, needNumbers } from "../core/needed.js";

/** @throws RangeError for anything but a list of this length */
export function checkLength(observation: ArrayLike<number>, size: number): void {
  const isList = typeof observation === "object" && typeof observation?.length === "number";
  if (isList && observation.length === size) return;
  const given = isList
    ? `an observation of length ${observation.length} was given`
    : `observation is ${described(observation)}`;
  throw new RangeError(`${given}: ${size} numbers are needed`);
}

/** @throws RangeError for anything but so many numbers (NaN is none) */
export function checkObservation(observation: ArrayLike<number>, size: number): void {
  checkLength(observation, size);
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
    `${observations.length} numbers were given: a multiple of the observation size, ${size}, is needed`,
  );
}
