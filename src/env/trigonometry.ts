// tan, atan and asin, the same in every engine. The relative error is within 1e-15.
import { cos, sin } from "../core/math.js";

/** Arctangents of 0, 1/4, 1/2, 3/4 and 1. */
const arctangents = Float64Array.of(0, 0.24497866312686414, 0.4636476090008061, 0.6435011087932844, Math.PI / 4);

/** 1/3, 1/5, …, 1/21 for the arctangent's series. The first term that is left out is below 2^−60 of the sum. */
const odd = Float64Array.from({ length: 10 }, (_, i) => 1 / (2 * i + 3));

/** Tangent of x radians. */
export function tan(x: number): number {
  return sin(x) / cos(x);
}

/** The angle in radians, from −π/2 to π/2, whose tangent is x. */
export function atan(x: number): number {
  if (x < 0) return -atan(-x);
  if (x > 1) return Math.PI / 2 - atan(1 / x);
  // atan(x) = atan(c) + atan((x − c) / (1 + c·x)), with the nearest quarter as c. The rest is at most 1/8.
  const quarter = Math.floor(4 * x + 0.5);
  const c = quarter / 4;
  const z = (x - c) / (1 + c * x);
  const square = z * z;
  // Horner's scheme for z − z³/3 + z⁵/5 − …
  let sum = 0;
  for (let i = odd.length - 1; i >= 0; i--) sum = square * (odd[i] - sum);
  return arctangents[quarter] + (z - z * sum);
}

/** The angle in radians, from −π/2 to π/2, whose sine is x, −1 ≤ x ≤ 1. */
export function asin(x: number): number {
  return atan(x / Math.sqrt((1 - x) * (1 + x)));
}
