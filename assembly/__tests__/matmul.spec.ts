// The matrix kernels beside their scalar reference, bit for bit.
import { affine, column_sums, transpose } from "../matmul";
import * as reference from "../reference";
import { differing, expect_same_bits, fill, fill_special, random_array, seed, zeros } from "./arrays";

// every shape up to these: each tile of the kernels, alone and beside others, with and without a rest
const ROWS: usize = 9;
const INNER: usize = 19;
const COLUMNS: usize = 37;

// Outputs lie in a frame of 8 values on either side, to see that nothing is written beyond them.
const FRAME: usize = 8;

function framed(count: usize): usize {
  return zeros<f32>(count + 2 * FRAME) + (FRAME << 2);
}

function clear(output: usize, count: usize): void {
  for (let i: usize = 0; i < count + 2 * FRAME; i++) store<u32>(output + ((i - FRAME) << 2), 0x12345678);
}

function expect_same_frames(
  actual: usize,
  expected: usize,
  what: string,
  rows: usize,
  inner: usize,
  columns: usize,
): void {
  const offset = FRAME << 2;
  expect_same_bits(actual - offset, expected - offset, rows * columns + 2 * FRAME, what, rows, inner, columns);
}

/** affine of x: (R, K), read as it lies and read across its transpose in wider rows, beside the reference. */
function compare_affine(rows: usize, inner: usize, columns: usize, x: usize, w: usize, bias: usize): void {
  const expected = framed(rows * columns);
  const actual = framed(rows * columns);
  const across = zeros<f32>(inner * (rows + 3));
  clear(expected, rows * columns);
  reference.affine<f32>(expected, x, w, bias, rows, inner, columns);

  clear(actual, rows * columns);
  affine(actual, x, inner << 2, 4, w, bias, rows, inner, columns);
  expect_same_frames(actual, expected, "affine (rows, inner, columns)", rows, inner, columns);

  for (let gap: usize = 0; gap <= 3; gap += 3) {
    const stride = rows + gap;
    for (let r: usize = 0; r < rows; r++) {
      for (let k: usize = 0; k < inner; k++) {
        store<f32>(across + ((k * stride + r) << 2), load<f32>(x + ((r * inner + k) << 2)));
      }
    }
    clear(actual, rows * columns);
    affine(actual, across, 4, stride << 2, w, bias, rows, inner, columns);
    expect_same_frames(actual, expected, "affine of a transpose (rows, inner, columns)", rows, inner, columns);
  }
}

describe("affine", () => {
  it("equals the reference for every small shape", () => {
    seed(1);
    const x = zeros<f32>(ROWS * INNER);
    const w = zeros<f32>(INNER * COLUMNS);
    const bias = zeros<f32>(COLUMNS);
    let shapes: usize = 0;
    for (let rows: usize = 1; rows <= ROWS; rows++) {
      for (let inner: usize = 1; inner <= INNER; inner++) {
        fill<f32>(x, ROWS * INNER, 2);
        fill<f32>(w, INNER * COLUMNS, 2);
        fill<f32>(bias, COLUMNS, 2);
        for (let columns: usize = 1; columns <= COLUMNS; columns++) {
          compare_affine(rows, inner, columns, x, w, bias);
          shapes++;
        }
      }
    }
    expect(shapes).toBe(ROWS * INNER * COLUMNS);
  });

  it("equals the reference for larger shapes", () => {
    seed(2);
    const shapes: usize[] = [64, 64, 64, 33, 65, 67, 128, 4, 130, 127, 129, 2, 1, 256, 255];
    for (let i = 0; i < shapes.length; i += 3) {
      const rows = shapes[i];
      const inner = shapes[i + 1];
      const columns = shapes[i + 2];
      const x = random_array<f32>(rows * inner, 3);
      const w = random_array<f32>(inner * columns, 3);
      compare_affine(rows, inner, columns, x, w, random_array<f32>(columns, 3));
    }
  });

  it("is the bias where there is nothing to sum", () => {
    seed(3);
    const bias = random_array<f32>(COLUMNS, 1);
    for (let columns: usize = 1; columns <= COLUMNS; columns++) {
      compare_affine(5, 0, columns, zeros<f32>(1), zeros<f32>(1), bias);
    }
  });

  it("equals the reference for zeros of either sign, denormals and infinities", () => {
    seed(4);
    for (let round = 0; round < 40; round++) {
      const x = zeros<f32>(7 * 5);
      const w = zeros<f32>(5 * COLUMNS);
      const bias = zeros<f32>(COLUMNS);
      fill_special(x, 7 * 5);
      fill_special(w, 5 * COLUMNS);
      fill_special(bias, COLUMNS);
      compare_affine(7, 5, COLUMNS, x, w, bias);
      compare_affine(7, 1, COLUMNS, x, w, bias);
    }
  });

  it("does not depend on the number of rows at once", () => {
    seed(5);
    const inner: usize = 13;
    const columns: usize = 23;
    const x = random_array<f32>(ROWS * inner, 1);
    const w = random_array<f32>(inner * columns, 1);
    const bias = random_array<f32>(columns, 1);
    const together = zeros<f32>(ROWS * columns);
    const alone = zeros<f32>(ROWS * columns);
    affine(together, x, inner << 2, 4, w, bias, ROWS, inner, columns);
    for (let r: usize = 0; r < ROWS; r++) {
      affine(alone + ((r * columns) << 2), x + ((r * inner) << 2), inner << 2, 4, w, bias, 1, inner, columns);
    }
    expect(differing(together, alone, ROWS * columns)).toBe(0);
  });
});

describe("column_sums", () => {
  it("equals the reference for every small shape", () => {
    seed(6);
    const y = zeros<f32>(ROWS * COLUMNS);
    const expected = framed(COLUMNS);
    const actual = framed(COLUMNS);
    for (let rows: usize = 0; rows <= ROWS; rows++) {
      for (let columns: usize = 1; columns <= COLUMNS; columns++) {
        if (rows == ROWS) fill_special(y, ROWS * COLUMNS);
        else fill<f32>(y, ROWS * COLUMNS, 2);
        clear(expected, columns);
        clear(actual, columns);
        reference.column_sums<f32>(expected, y, rows, columns);
        column_sums(actual, y, rows, columns);
        expect_same_frames(actual, expected, "column_sums (1, rows, columns)", 1, rows, columns);
      }
    }
  });
});

describe("transpose", () => {
  it("equals the reference for every small shape", () => {
    seed(7);
    const w = random_array<f32>(INNER * COLUMNS, 2);
    const expected = framed(INNER * COLUMNS);
    const actual = framed(INNER * COLUMNS);
    for (let rows: usize = 1; rows <= INNER; rows++) {
      for (let columns: usize = 1; columns <= COLUMNS; columns++) {
        clear(expected, rows * columns);
        clear(actual, rows * columns);
        reference.transpose<f32>(expected, w, rows, columns);
        transpose(actual, w, rows, columns);
        expect_same_frames(actual, expected, "transpose (rows, 0, columns)", rows, 0, columns);
      }
    }
  });
});
