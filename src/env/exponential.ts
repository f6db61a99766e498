// exp and log for the normal distribution, correctly rounded but for about one argument in 2^25, the same in every engine.
//
// Sums, differences and products of IEEE 754 are all they use. A value is the unrounded sum of two numbers, high + low, as in
// Dekker, "A floating-point technique for extending the available precision", 1971: about 80 of its bits are right here. The
// core could have given musl's functions instead, but their tables are a sixth of what a page downloads.

/** x is halved so often that a short series suffices, whose value is squared as often. */
const halvings = 20;

/** e to the power x, for −40 ≤ x ≤ 40. */
export function exp(x: number): number {
  return exponential(x)[0];
}

/**
 * The natural logarithm of x, for 2^−53 ≤ x ≤ 1: below 1.5 ulp even within 2^−22 of 1, where the bits that 1 − x lacks are
 * those that e^y has too few.
 */
export function log(x: number): number {
  // Newton's method for e^y = x, down from above. Its last step is added whole, and leaves out about half its square.
  let y = x - 1;
  for (;;) {
    const [high, low] = exponential(-y);
    const ratio = x * high;
    const step = ratio - 1 + (productError(x, high, ratio) + x * low);
    y += step;
    if (Math.abs(step) <= 2 ** -40 * Math.abs(y)) return y;
  }
}

/** e to the power x as high + low, of which `high` is the sum rounded. */
function exponential(x: number): [high: number, low: number] {
  const r = x * 2 ** -halvings;
  const square = r * r;
  // e^r = 1 + first + rest: r + r²/2, then what their sum and the square lose, and the terms from r³/6 to r⁶/720.
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

/** a · b − product, exactly, where product is a · b rounded (Dekker 1971): each factor is split in halves of 26 bits. */
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
