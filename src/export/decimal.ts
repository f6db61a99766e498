// f32 values as text in source code.

/** The shortest decimal that rounds to this f32. */
export function shortestDecimal(value: number): string {
  if (Object.is(value, -0)) return "-0";
  let decimal = value;
  for (let digits = 1; digits <= 9; digits++) {
    decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) break;
  }
  return String(decimal);
}
