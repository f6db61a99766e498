// exp and log for the normal distribution, the same in every engine; correctly rounded except for about one argument in 2^25.
//
// They use only sums, differences and products of IEEE 754. A value is the unrounded sum of two numbers, high + low, as in
// Dekker, "A floating-point technique for extending the available precision", 1971. About 80 of its bits are right here. The
// core could have offered musl's functions instead, but their tables would be a sixth of what a page downloads.

/** x is halved this often, so that a short series is enough. The result is then squared equally often. */
const halvings = 20;

/** e to the power x, for −40 ≤ x ≤ 40. */
export function exp(x: number): number {
  return exponential(x)[0];
}

/**
 * The natural logarithm of x, for 2^−53 ≤ x ≤ 1. The error is below 1.5 ulp, even within 2^−22 of 1. There e^y has too few
 * bits, but 1 − x lacks just as many.
 */
export function log(x: number): number {
  // Newton's method for e^y = x, from above. The error after the last step is about half of that step's square.
  let y = x - 1;
  for (;;) {
    const [high, low] = exponential(-y);
    const ratio = x * high;
    const step = ratio - 1 + (productError(x, high, ratio) + x * low);
    y += step;
    if (Math.abs(step) <= 2 ** -40 * Math.abs(y)) return y;
  }
}

/** e to the power x as high + low. `high` is the rounded sum. */
function exponential(x: number): [high: number, low: number] {
  const r = x * 2 ** -halvings;
  const square = r * r;
  // e^r = 1 + first + rest. first is r + r²/2. rest is the rounding error of first and square, and r³/6 to r⁶/720.
  const first = r + square / 2;
  const rest =
    square / 2 -
    (first - r) +
    productError(r, r, square) / 2 +
    r * square * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r / 720)));
  let high = 1 + first;
  let low = first - (high - 1) + rest;
  for (let i = 0; i < halvings; i++) {
    const product = high * high;
    const error = productError(high, high, product) + low * (2 * high + low);
    high = product + error;
    low = error - (high - product);
  }
  return [high, low];
}

/** The exact a · b − product, if product is the rounded a · b (Dekker 1971). Each factor is split into halves of 26 bits. */
function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a);
  const aLow = a - aHigh;
  const bHigh = upperHalf(b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/** A number rounded to 26 bits. */
function upperHalf(a: number): number {
  const scaled = a * (2 ** 27 + 1);
  return scaled - (scaled - a);
}
