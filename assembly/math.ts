// sin, cos, exp and log: the same bits in every engine, because they are compiled here and not taken from the host.
// AssemblyScript's NativeMath is a port of musl's libm (below 1 ulp) that uses only exact IEEE 754 operations.

export function sin(x: f64): f64 {
  return NativeMath.sin(x);
}

export function cos(x: f64): f64 {
  return NativeMath.cos(x);
}

/** e to the power x, in T's own precision. */
export function exp<T>(x: T): T {
  if (sizeof<T>() == 4) return <T>NativeMathf.exp(<f32>x);
  return <T>NativeMath.exp(<f64>x);
}

/** The natural logarithm, in T's own precision. */
export function log<T>(x: T): T {
  if (sizeof<T>() == 4) return <T>NativeMathf.log(<f32>x);
  return <T>NativeMath.log(<f64>x);
}
