// x to the power y, the same in every engine. The relative error is within 1e-15 for moderate x and y.

/** 1/3, 1/5, …, 1/21 for the logarithm's series. The first term that is left out is below 2^−60 of the sum. */
const odd = Float64Array.from({ length: 10 }, (_, i) => 1 / (2 * i + 3));

/** 1, 1/2, …, 1/14 for the series of the exponential function. Here, too, the rest is that small. */
const whole = Float64Array.from({ length: 14 }, (_, i) => 1 / (i + 1));

/** x^y for 2^−10 ≤ x ≤ 2^10 and 0 ≤ y ≤ 8, and 0 for x = 0 and y > 0. */
export function power(x: number, y: number): number {
  if (x === 0) return 0;
  // The whole part by products, because the logarithm's rounding error would grow with the exponent.
  let product = 1;
  while (y >= 1) {
    product *= x;
    y--;
  }
  return product * exponential(y * logarithm(x));
}

/** x = m · 2^k with √½ ≤ m ≤ √2, and log m = 2·(s + s³/3 + s⁵/5 + …) with s = (m − 1)/(m + 1). */
function logarithm(x: number): number {
  let k = 0;
  for (; x > Math.SQRT2; k++) x /= 2;
  for (; x < Math.SQRT1_2; k--) x *= 2;
  const s = (x - 1) / (x + 1);
  const square = s * s;
  let sum = 0;
  for (let i = odd.length - 1; i >= 0; i--) sum = square * (odd[i] + sum);
  return k * Math.LN2 + 2 * (s + s * sum);
}

/** e^x = 2^k · e^r with |r| ≤ (log 2)/2, and e^r by its Taylor series. */
function exponential(x: number): number {
  let k = Math.floor(x / Math.LN2 + 0.5);
  const r = x - k * Math.LN2;
  let sum = 1;
  for (let i = whole.length - 1; i >= 0; i--) sum = 1 + r * whole[i] * sum;
  for (; k > 0; k--) sum *= 2;
  for (; k < 0; k++) sum /= 2;
  return sum;
}
