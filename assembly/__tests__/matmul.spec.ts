// The matrix kernels beside their scalar reference, bit for bit.

import {
  affine,
  affine_relu,
  affine_row,
  PANEL,
  pack_columns,
  pack_deltas,
  product_masked,
  relu_row,
  spread_rows,
  transpose,
  weight_gradient,
} from "../matmul";
import { at, put } from "../memory";
import { panel_count } from "../mlp";
import * as reference from "../reference";
import { copy_of, expect_same_bits, fill, fill_special, put_rows, random_array, seed, zeros } from "./arrays";

// every shape up to these: each tile of the kernels, alone and beside others, with and without a rest
const INNER: usize = 19;
const COLUMNS: usize = 37;
const BATCHES: usize[] = [1, 2, 3, 7, 16, 17, 31, 32, 33, 48];

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
  count: usize,
  what: string,
  size0: usize,
  size1: usize,
  size2: usize = 0,
): void {
  const offset = FRAME << 2;
  expect_same_bits(actual - offset, expected - offset, count + 2 * FRAME, what, size0, size1, size2);
}

/**
 * The three products of a panel beside the reference.
 * @param x (16, inner)
 * @param w (inner, columns)
 * @param mask (16, columns)
 */
function compare_panel(x: usize, w: usize, bias: usize, mask: usize, inner: usize, columns: usize): void {
  const count = PANEL * columns;
  const panel = zeros<f32>(PANEL * inner);
  const turned = zeros<f32>(columns * inner);
  const panelMask = zeros<f32>(count);
  put_rows(panel, 0, x, PANEL, inner);
  put_rows(panelMask, 0, mask, PANEL, columns);
  reference.transpose<f32>(turned, w, inner, columns);
  const rows = zeros<f32>(count);
  const expected = framed(count);
  const actual = framed(count);
  clear(expected, count);

  clear(actual, count);
  reference.affine<f32>(rows, x, w, bias, PANEL, inner, columns);
  put_rows(expected, 0, rows, PANEL, columns);
  affine(actual, turned, panel, bias, columns, inner);
  expect_same_frames(actual, expected, count, "affine (inner, columns)", inner, columns);

  clear(actual, count);
  reference.relu<f32>(rows, count);
  put_rows(expected, 0, rows, PANEL, columns);
  affine_relu(actual, turned, panel, bias, columns, inner);
  expect_same_frames(actual, expected, count, "affine_relu (inner, columns)", inner, columns);

  clear(actual, count);
  reference.affine<f32>(rows, x, w, zeros<f32>(columns), PANEL, inner, columns);
  reference.relu_backward<f32>(rows, mask, count);
  put_rows(expected, 0, rows, PANEL, columns);
  product_masked(actual, turned, panel, panelMask, columns, inner);
  expect_same_frames(actual, expected, count, "product_masked (inner, columns)", inner, columns);
}

describe("affine, affine_relu and product_masked", () => {
  it("equal the reference for every small shape", () => {
    seed(1);
    for (let inner: usize = 1; inner <= INNER; inner++) {
      for (let columns: usize = 1; columns <= COLUMNS; columns++) {
        const x = random_array<f32>(PANEL * inner, 2);
        const w = random_array<f32>(inner * columns, 2);
        const bias = random_array<f32>(columns, 2);
        compare_panel(x, w, bias, random_array<f32>(PANEL * columns, 1), inner, columns);
      }
    }
  });

  it("equal the reference for larger shapes", () => {
    seed(2);
    const shapes: usize[] = [64, 64, 65, 67, 128, 130, 129, 2, 4, 128, 255, 256, 256, 255];
    for (let i = 0; i < shapes.length; i += 2) {
      const inner = shapes[i];
      const columns = shapes[i + 1];
      const x = random_array<f32>(PANEL * inner, 3);
      const w = random_array<f32>(inner * columns, 3);
      const bias = random_array<f32>(columns, 3);
      compare_panel(x, w, bias, random_array<f32>(PANEL * columns, 1), inner, columns);
    }
  });

  it("equal the reference for zeros of either sign, denormals and infinities", () => {
    seed(3);
    for (let round = 0; round < 40; round++) {
      const x = zeros<f32>(PANEL * 5);
      const w = zeros<f32>(5 * COLUMNS);
      const bias = zeros<f32>(COLUMNS);
      const mask = zeros<f32>(PANEL * COLUMNS);
      fill_special(x, PANEL * 5);
      fill_special(w, 5 * COLUMNS);
      fill_special(bias, COLUMNS);
      fill_special(mask, PANEL * COLUMNS);
      for (let inner: usize = 1; inner <= 5; inner++) compare_panel(x, w, bias, mask, inner, COLUMNS);
    }
  });
});

/** affine of one row beside the reference, with weights as they are and packed. */
function compare_row(x: usize, w: usize, bias: usize, inner: usize, columns: usize): void {
  const count = (columns + 3) & ~3;
  const weights = inner * columns;
  const packed = framed(weights + 3);
  pack_columns(packed, w, inner, columns);
  for (let round = 0; round < 2; round++) {
    const expected = framed(count);
    const actual = framed(count);
    clear(expected, count);
    clear(actual, count);
    reference.affine<f32>(expected, x, w, bias, 1, inner, columns);
    affine_row(actual, x, round == 0 ? w : packed, round == 1, bias, inner, columns);
    // up to a multiple of 4, what is behind y may be anything
    memory.copy(expected + (columns << 2), actual + (columns << 2), (count - columns) << 2);
    expect_same_frames(actual, expected, count, "affine_row (inner, columns)", inner, columns);
  }
}

describe("pack_columns", () => {
  it("lays 16 columns side by side, then 4, then what is left, and writes as much as there is", () => {
    const inner: usize = 3;
    const columns: usize = 23;
    const w = zeros<f32>(inner * columns);
    for (let i: usize = 0; i < inner * columns; i++) store<f32>(w + (i << 2), <f32>i);
    const packed = framed(inner * columns);
    clear(packed, inner * columns);
    const untouched = load<u32>(packed + ((inner * columns) << 2));
    pack_columns(packed, w, inner, columns);
    const starts: usize[] = [0, 16, 20, 23];
    let at = packed;
    for (let group = 0; group < 3; group++) {
      for (let k: usize = 0; k < inner; k++) {
        for (let c = starts[group]; c < starts[group + 1]; c++) {
          expect(load<f32>(at)).toBe(<f32>(k * columns + c));
          at += 4;
        }
      }
    }
    expect(load<u32>(at)).toBe(untouched, "behind the packed weights");
  });
});

describe("affine_row", () => {
  it("equals the reference for every small shape", () => {
    seed(4);
    for (let inner: usize = 1; inner <= INNER; inner++) {
      for (let columns: usize = 1; columns <= COLUMNS; columns++) {
        const w = random_array<f32>(inner * columns + 3, 2);
        compare_row(random_array<f32>(inner, 2), w, random_array<f32>(columns + 3, 2), inner, columns);
      }
    }
  });

  it("equals the reference for larger shapes", () => {
    seed(5);
    const inner: usize[] = [64, 127, 128, 129, 255, 256, 257, 400];
    const columns: usize[] = [1, 2, 3, 4, 15, 16, 17, 18, 64, 67, 255, 256];
    for (let i = 0; i < inner.length; i++) {
      for (let c = 0; c < columns.length; c++) {
        const w = random_array<f32>(inner[i] * columns[c] + 3, 3);
        compare_row(random_array<f32>(inner[i], 3), w, random_array<f32>(columns[c] + 3, 3), inner[i], columns[c]);
      }
    }
  });

  it("equals the reference for zeros of either sign, denormals and infinities", () => {
    seed(6);
    for (let round = 0; round < 40; round++) {
      const x = zeros<f32>(5);
      const w = zeros<f32>(5 * COLUMNS + 3);
      const bias = zeros<f32>(COLUMNS + 3);
      fill_special(x, 5);
      fill_special(w, 5 * COLUMNS + 3);
      fill_special(bias, COLUMNS + 3);
      for (let inner: usize = 1; inner <= 5; inner++) compare_row(x, w, bias, inner, COLUMNS);
    }
  });
});

describe("relu_row", () => {
  it("equals the reference, for special values too, and touches nothing behind", () => {
    seed(7);
    for (let count: usize = 1; count <= COLUMNS; count++) {
      const y = zeros<f32>(count + 4);
      fill_special(y, count + 4);
      const expected = copy_of<f32>(y, count + 4);
      relu_row(y, count);
      reference.relu<f32>(expected, count);
      expect_same_bits(y, expected, count + 4, "relu_row", count);
    }
  });
});

/** Rows (B, C) in as many panels as they need, beside them `size` times random values, and room to read behind. */
function panels_of(rows: usize, batch: usize, columns: usize, size: f64): usize {
  const panels = random_array<f32>((panel_count(batch) * columns + 3) * PANEL, size);
  put_rows(panels, columns << 6, rows, batch, columns);
  return panels;
}

/** All panels of rows (B, C), the last one first: their order must not matter. */
function pack_all(packed: usize, panels: usize, batch: usize, columns: usize): void {
  const paddedBatch = panel_count(batch) * PANEL;
  for (let p = panel_count(batch); p > 0; p--) {
    pack_deltas(packed, panels + (p - 1) * (columns << 6), p - 1, columns, paddedBatch);
  }
}

function spread_all(spread: usize, panels: usize, batch: usize, columns: usize): void {
  const paddedBatch = panel_count(batch) * PANEL;
  for (let p = panel_count(batch); p > 0; p--) {
    spread_rows(spread, panels + (p - 1) * (columns << 6), p - 1, columns, paddedBatch);
  }
}

describe("pack_deltas and spread_rows", () => {
  it("put each value of all panels in its place, and nothing beyond", () => {
    seed(8);
    for (let i = 0; i < BATCHES.length; i++) {
      const batch = panel_count(BATCHES[i]) * PANEL;
      for (let columns: usize = 1; columns <= COLUMNS; columns++) {
        const rows = random_array<f32>(batch * columns, 1);
        const panels = panels_of(rows, batch, columns, 1);

        let count = batch * ((columns + 3) & ~3);
        const packed = framed(count);
        clear(packed, count);
        pack_all(packed, panels, batch, columns);
        // outputs side by side: 16 while there are 16, then 4, of which the last may be of no output
        const expectedPacked = copy_of<f32>(packed - (FRAME << 2), count + 2 * FRAME) + (FRAME << 2);
        for (let first: usize = 0; first < columns; ) {
          const together: usize = first + 16 <= columns ? 16 : 4;
          for (let b: usize = 0; b < batch; b++) {
            for (let c = first; c < min<usize>(first + together, columns); c++) {
              const place = first * batch + b * together + (c - first);
              put<f32>(expectedPacked, place, at<f32>(rows, b * columns + c));
            }
          }
          first += together;
        }
        for (let f: usize = 1; f <= FRAME; f++) {
          store<u32>(expectedPacked - (f << 2), 0x12345678);
          store<u32>(expectedPacked + ((count + f - 1) << 2), 0x12345678);
        }
        expect_same_frames(packed, expectedPacked, count, "pack_deltas (batch, columns)", batch, columns);

        count = batch * columns;
        const spread = framed(count);
        const expectedSpread = framed(count);
        clear(spread, count);
        clear(expectedSpread, count);
        spread_all(spread, panels, batch, columns);
        reference.transpose<f32>(expectedSpread, rows, batch, columns);
        expect_same_frames(spread, expectedSpread, count, "spread_rows (batch, columns)", batch, columns);
      }
    }
  });
});

/**
 * Weight and bias gradients of a whole batch beside the reference's. Behind the batch's last row dy is zero, and x is
 * not.
 * @param x (B, I)
 * @param dy (B, O)
 */
function compare_gradient(x: usize, dy: usize, batch: usize, inputs: usize, outputs: usize): void {
  const paddedBatch = panel_count(batch) * PANEL;
  // the last rows are computed in fours
  const spread = zeros<f32>(paddedBatch * (inputs + 3));
  const packed = zeros<f32>(paddedBatch * ((outputs + 3) & ~3));
  spread_all(spread, panels_of(x, batch, inputs, 2), batch, inputs);
  pack_all(packed, panels_of(dy, batch, outputs, 0), batch, outputs);
  const turned = zeros<f32>(inputs * batch);
  reference.transpose<f32>(turned, x, batch, inputs);

  const weights = inputs * outputs;
  const dw = framed(weights);
  const db = framed(outputs);
  const expectedDw = framed(weights);
  const expectedDb = framed(outputs);
  clear(dw, weights);
  clear(db, outputs);
  clear(expectedDw, weights);
  clear(expectedDb, outputs);
  reference.affine<f32>(expectedDw, turned, dy, zeros<f32>(outputs), inputs, batch, outputs);
  reference.column_sums<f32>(expectedDb, dy, batch, outputs);
  weight_gradient(dw, db, spread, packed, inputs, outputs, paddedBatch);
  expect_same_frames(dw, expectedDw, weights, "dw (batch, inputs, outputs)", batch, inputs, outputs);
  expect_same_frames(db, expectedDb, outputs, "db (batch, inputs, outputs)", batch, inputs, outputs);
}

describe("weight_gradient", () => {
  it("equals the reference for every small shape", () => {
    seed(9);
    for (let i = 0; i < BATCHES.length; i++) {
      const batch = BATCHES[i];
      for (let inputs: usize = 1; inputs <= INNER; inputs++) {
        const x = random_array<f32>(batch * inputs, 2);
        const dy = random_array<f32>(batch * COLUMNS, 2);
        for (let outputs: usize = 1; outputs <= COLUMNS; outputs++) compare_gradient(x, dy, batch, inputs, outputs);
      }
    }
  });

  it("equals the reference for larger shapes", () => {
    seed(10);
    const shapes: usize[] = [64, 64, 64, 128, 4, 130, 100, 128, 2, 33, 255, 256, 7, 256, 255];
    for (let i = 0; i < shapes.length; i += 3) {
      const batch = shapes[i];
      const inputs = shapes[i + 1];
      const outputs = shapes[i + 2];
      const x = random_array<f32>(batch * inputs, 3);
      compare_gradient(x, random_array<f32>(batch * outputs, 3), batch, inputs, outputs);
    }
  });

  it("equals the reference for zeros of either sign, denormals and infinities", () => {
    seed(11);
    for (let i = 0; i < BATCHES.length; i++) {
      const batch = BATCHES[i];
      const x = zeros<f32>(batch * 7);
      const dy = zeros<f32>(batch * COLUMNS);
      for (let round = 0; round < 10; round++) {
        fill_special(x, batch * 7);
        fill_special(dy, batch * COLUMNS);
        compare_gradient(x, dy, batch, 7, COLUMNS);
      }
    }
  });

  it("sums from +0, also what is −0 throughout", () => {
    for (let i = 0; i < BATCHES.length; i++) {
      const batch = BATCHES[i];
      const x = zeros<f32>(batch * 7);
      const dy = zeros<f32>(batch * COLUMNS);
      for (let k: usize = 0; k < batch * 7; k++) put<f32>(x, k, 1);
      for (let k: usize = 0; k < batch * COLUMNS; k++) put<f32>(dy, k, -0.0);
      compare_gradient(x, dy, batch, 7, COLUMNS);
    }
  });
});

describe("transpose", () => {
  it("equals the reference for every small shape and around blocks of 16", () => {
    seed(12);
    const largest: usize = 256;
    const w = random_array<f32>(largest * largest, 2);
    const expected = framed(largest * largest);
    const actual = framed(largest * largest);
    for (let rows: usize = 1; rows <= COLUMNS; rows++) {
      for (let columns: usize = 1; columns <= COLUMNS; columns++) compare_transpose(actual, expected, w, rows, columns);
    }
    const larger: usize[] = [64, 130, 255, 256];
    for (let r = 0; r < larger.length; r++) {
      for (let c = 0; c < larger.length; c++) compare_transpose(actual, expected, w, larger[r], larger[c]);
    }
  });
});

function compare_transpose(actual: usize, expected: usize, w: usize, rows: usize, columns: usize): void {
  const count = rows * columns;
  clear(expected, count);
  clear(actual, count);
  reference.transpose<f32>(expected, w, rows, columns);
  transpose(actual, w, rows, columns);
  expect_same_frames(actual, expected, count, "transpose (rows, columns)", rows, columns);
}
