// Arrays for the specs: made, filled with random values, laid out in panels, compared bit for bit. None is freed,
// because a spec is short.
import { PANEL } from "../matmul";

let state: u32 = 1;

/** Resets the random values, so that a test sees the same ones alone as among others. */
export function seed(value: u32): void {
  state = value;
}

/** 32 random bits from a generator that the core does not have: xorshift32 (Marsaglia 2003). */
export function random_bits(): u32 {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

/** Uniform in [-1, 1). */
export function random_value(): f64 {
  return <f64>(<i32>random_bits()) / 2147483648.0;
}

/** A whole number in [0, count), nearly uniform. */
export function random_below(count: u32): u32 {
  return random_bits() % count;
}

export function zeros<T>(count: usize): usize {
  const bytes = count << alignof<T>();
  const address = heap.alloc(bytes);
  memory.fill(address, 0, bytes);
  return address;
}

export function array_of<T>(values: T[]): usize {
  return copy_of<T>(values.dataStart, values.length);
}

export function copy_of<T>(values: usize, count: usize): usize {
  const address = zeros<T>(count);
  memory.copy(address, values, count << alignof<T>());
  return address;
}

/** Uniform in ±size. */
export function fill<T>(values: usize, count: usize, size: f64): void {
  for (let i: usize = 0; i < count; i++) store<T>(values + (i << alignof<T>()), <T>(size * random_value()));
}

/** Whole numbers from 0 to 255 as f32: three in four are 0, and most of the others 1. */
export function fill_sparse(values: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) {
    const kind = random_below(16);
    store<f32>(values + (i << 2), kind > 3 ? 0 : kind > 0 ? 1 : <f32>random_below(256));
  }
}

/** An observation as f32; it may be stored as u8. */
export function copy_observation(to: usize, observation: usize, inputs: usize, bytes: bool): void {
  for (let i: usize = 0; i < inputs; i++) {
    store<f32>(to + (i << 2), bytes ? <f32>load<u8>(observation + i) : load<f32>(observation + (i << 2)));
  }
}

export function random_array<T>(count: usize, size: f64): usize {
  const address = zeros<T>(count);
  fill<T>(address, count, size);
  return address;
}

/** One value in three is a zero of either sign, a denormal, an infinity, or near the largest. */
export function fill_special(values: usize, count: usize): void {
  const special: u32[] = [0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x807fffff, 0x7f800000, 0xff800000, 0x7f7fffff];
  fill<f32>(values, count, 1);
  for (let i: usize = 0; i < count; i++) {
    if (random_below(3) == 0) store<u32>(values + (i << 2), special[random_below(special.length)]);
  }
}

/** The same f32 values as f64. */
export function widened(values: usize, count: usize): usize {
  const address = zeros<f64>(count);
  for (let i: usize = 0; i < count; i++) store<f64>(address + (i << 3), <f64>load<f32>(values + (i << 2)));
  return address;
}

/**
 * Lays rows (B, C) out in panels of 16, each (C, 16), `stride` bytes apart. What lies beside the rows does not change.
 */
export function put_rows(panels: usize, stride: usize, rows: usize, batch: usize, columns: usize): void {
  for (let b: usize = 0; b < batch; b++) {
    const panel = panels + (b / PANEL) * stride;
    for (let c: usize = 0; c < columns; c++) {
      store<f32>(panel + ((c * PANEL + (b % PANEL)) << 2), load<f32>(rows + ((b * columns + c) << 2)));
    }
  }
}

/** Reads the same rows (B, C) from their panels. */
export function take_rows(rows: usize, panels: usize, stride: usize, batch: usize, columns: usize): void {
  for (let b: usize = 0; b < batch; b++) {
    const panel = panels + (b / PANEL) * stride;
    for (let c: usize = 0; c < columns; c++) {
      store<f32>(rows + ((b * columns + c) << 2), load<f32>(panel + ((c * PANEL + (b % PANEL)) << 2)));
    }
  }
}

/**
 * How many of `count` f32 (or u32) values differ in a bit. All NaN count as equal, because engines may choose their
 * bits.
 */
export function differing(actual: usize, expected: usize, count: usize): i32 {
  let different = 0;
  for (let i: usize = 0; i < count; i++) {
    const a = load<u32>(actual + (i << 2));
    const b = load<u32>(expected + (i << 2));
    if (a != b && !(isNaN(reinterpret<f32>(a)) && isNaN(reinterpret<f32>(b)))) different++;
  }
  return different;
}

/**
 * Fails unless all `count` f32 (or u32) values are the same bit for bit; the message names what is compared and its
 * sizes.
 */
export function expect_same_bits(
  actual: usize,
  expected: usize,
  count: usize,
  what: string,
  size0: usize = 0,
  size1: usize = 0,
  size2: usize = 0,
): void {
  const different = differing(actual, expected, count);
  if (different == 0) return;
  expect(different).toBe(0, `${what} (${size0}, ${size1}, ${size2}): values that differ, of ${count}`);
}

/** Fails unless |actual − expected| is at most tolerance · max(1, |expected|); NaN fails. */
export function expect_near(actual: f64, expected: f64, tolerance: f64, what: string): void {
  if (abs(actual - expected) <= tolerance * max(1, abs(expected))) return;
  expect(actual).toBe(expected, what);
}
