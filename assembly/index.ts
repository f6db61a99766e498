// The whole ABI: every function the host can call, and nothing else.
import { exp, log } from "./math";

export { cos, sin } from "./math";

export function exp64(x: f64): f64 {
  return exp<f64>(x);
}

export function log64(x: f64): f64 {
  return log<f64>(x);
}
