// Deterministic sin, cos, exp and log for the host: the core's, so that every engine gives the same bits.
import { core } from "./instance.js";

/** Sine of x radians, below 1 ulp. */
export function sin(x: number): number {
  return core().sin(x);
}

/** Cosine of x radians, below 1 ulp. */
export function cos(x: number): number {
  return core().cos(x);
}

/** e to the power x, below 1 ulp. */
export function exp(x: number): number {
  return core().exp64(x);
}

/** The natural logarithm of x, below 1 ulp. */
export function log(x: number): number {
  return core().log64(x);
}
