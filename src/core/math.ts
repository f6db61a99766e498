// Deterministic sin and cos for the host. They are the core's, so that every engine gives the same bits.
import { core } from "./instance.js";

/** Sine of x radians; the error is below 1 ulp. */
export function sin(x: number): number {
  return core().sin(x);
}

/** Cosine of x radians; the error is below 1 ulp. */
export function cos(x: number): number {
  return core().cos(x);
}
