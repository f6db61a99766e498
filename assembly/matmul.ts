// The one family of SIMD microkernels, forward and both backward products.
//
// y = bias + x·w with y: (R, C), w: (K, C) and bias: (C), all row-major, and x read through two strides, so that the
// same kernels serve X·W, Xᵀ·dY and dY·Wᵀ. Each output is its bias, then k ascending, every product and sum rounded to
// f32: the lanes run over columns and never over k, so no tile changes a bit of the result.

/**
 * y = bias + x·w.
 * @param y (R, C), row-major
 * @param x element (r, k) lies at x + r·xRow + k·xInner, strides in bytes
 * @param w (K, C), row-major
 * @param bias (C); zeros for a plain product
 */
export function affine(
  y: usize,
  x: usize,
  xRow: usize,
  xInner: usize,
  w: usize,
  bias: usize,
  rows: usize,
  inner: usize,
  columns: usize,
): void {
  const stride = columns << 2; // of y and of w, in bytes
  let c: usize = 0;
  for (; c + 16 <= columns; c += 16) {
    const at = c << 2;
    let r: usize = 0;
    for (; r + 2 <= rows; r += 2) {
      tile_2x16(y + r * stride + at, stride, x + r * xRow, xRow, xInner, w + at, bias + at, inner);
    }
    if (r < rows) tile_1x16(y + r * stride + at, stride, x + r * xRow, xInner, w + at, bias + at, inner);
  }
  for (; c + 4 <= columns; c += 4) {
    const at = c << 2;
    let r: usize = 0;
    for (; r + 4 <= rows; r += 4) {
      tile_4x4(y + r * stride + at, stride, x + r * xRow, xRow, xInner, w + at, bias + at, inner);
    }
    for (; r < rows; r++) {
      tile_1x4(y + r * stride + at, stride, x + r * xRow, xInner, w + at, bias + at, inner);
    }
  }
  for (; c < columns; c++) {
    const at = c << 2;
    let r: usize = 0;
    for (; r + 4 <= rows; r += 4) {
      tile_4x1(y + r * stride + at, stride, x + r * xRow, xRow, xInner, w + at, bias + at, inner);
    }
    for (; r < rows; r++) {
      tile_1x1(y + r * stride + at, stride, x + r * xRow, xInner, w + at, bias + at, inner);
    }
  }
}

// 8 accumulators, 4 columns of w, 1 value of x: 13 of the 16 vector registers.
function tile_2x16(
  y: usize,
  stride: usize,
  x: usize,
  xRow: usize,
  xInner: usize,
  w: usize,
  bias: usize,
  inner: usize,
): void {
  let a0 = v128.load(bias);
  let a1 = v128.load(bias, 16);
  let a2 = v128.load(bias, 32);
  let a3 = v128.load(bias, 48);
  let b0 = a0;
  let b1 = a1;
  let b2 = a2;
  let b3 = a3;
  let second = x + xRow;
  for (let k: usize = 0; k < inner; k++) {
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    const w2 = v128.load(w, 32);
    const w3 = v128.load(w, 48);
    const xa = v128.load_splat<f32>(x);
    a0 = f32x4.add(a0, f32x4.mul(xa, w0));
    a1 = f32x4.add(a1, f32x4.mul(xa, w1));
    a2 = f32x4.add(a2, f32x4.mul(xa, w2));
    a3 = f32x4.add(a3, f32x4.mul(xa, w3));
    const xb = v128.load_splat<f32>(second);
    b0 = f32x4.add(b0, f32x4.mul(xb, w0));
    b1 = f32x4.add(b1, f32x4.mul(xb, w1));
    b2 = f32x4.add(b2, f32x4.mul(xb, w2));
    b3 = f32x4.add(b3, f32x4.mul(xb, w3));
    x += xInner;
    second += xInner;
    w += stride;
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
  y += stride;
  v128.store(y, b0);
  v128.store(y, b1, 16);
  v128.store(y, b2, 32);
  v128.store(y, b3, 48);
}

function tile_1x16(y: usize, stride: usize, x: usize, xInner: usize, w: usize, bias: usize, inner: usize): void {
  let a0 = v128.load(bias);
  let a1 = v128.load(bias, 16);
  let a2 = v128.load(bias, 32);
  let a3 = v128.load(bias, 48);
  for (let k: usize = 0; k < inner; k++) {
    const xa = v128.load_splat<f32>(x);
    a0 = f32x4.add(a0, f32x4.mul(xa, v128.load(w)));
    a1 = f32x4.add(a1, f32x4.mul(xa, v128.load(w, 16)));
    a2 = f32x4.add(a2, f32x4.mul(xa, v128.load(w, 32)));
    a3 = f32x4.add(a3, f32x4.mul(xa, v128.load(w, 48)));
    x += xInner;
    w += stride;
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
}

function tile_4x4(
  y: usize,
  stride: usize,
  x: usize,
  xRow: usize,
  xInner: usize,
  w: usize,
  bias: usize,
  inner: usize,
): void {
  let a = v128.load(bias);
  let b = a;
  let c = a;
  let d = a;
  for (let k: usize = 0; k < inner; k++) {
    const wk = v128.load(w);
    a = f32x4.add(a, f32x4.mul(v128.load_splat<f32>(x), wk));
    b = f32x4.add(b, f32x4.mul(v128.load_splat<f32>(x + xRow), wk));
    c = f32x4.add(c, f32x4.mul(v128.load_splat<f32>(x + 2 * xRow), wk));
    d = f32x4.add(d, f32x4.mul(v128.load_splat<f32>(x + 3 * xRow), wk));
    x += xInner;
    w += stride;
  }
  v128.store(y, a);
  v128.store(y + stride, b);
  v128.store(y + 2 * stride, c);
  v128.store(y + 3 * stride, d);
}

function tile_1x4(y: usize, stride: usize, x: usize, xInner: usize, w: usize, bias: usize, inner: usize): void {
  let a = v128.load(bias);
  for (let k: usize = 0; k < inner; k++) {
    a = f32x4.add(a, f32x4.mul(v128.load_splat<f32>(x), v128.load(w)));
    x += xInner;
    w += stride;
  }
  v128.store(y, a);
}

// Four rows at once, so that four sums are under way while each waits for its own last addition.
function tile_4x1(
  y: usize,
  stride: usize,
  x: usize,
  xRow: usize,
  xInner: usize,
  w: usize,
  bias: usize,
  inner: usize,
): void {
  let a = load<f32>(bias);
  let b = a;
  let c = a;
  let d = a;
  for (let k: usize = 0; k < inner; k++) {
    const wk = load<f32>(w);
    a += load<f32>(x) * wk;
    b += load<f32>(x + xRow) * wk;
    c += load<f32>(x + 2 * xRow) * wk;
    d += load<f32>(x + 3 * xRow) * wk;
    x += xInner;
    w += stride;
  }
  store<f32>(y, a);
  store<f32>(y + stride, b);
  store<f32>(y + 2 * stride, c);
  store<f32>(y + 3 * stride, d);
}

function tile_1x1(y: usize, stride: usize, x: usize, xInner: usize, w: usize, bias: usize, inner: usize): void {
  let a = load<f32>(bias);
  for (let k: usize = 0; k < inner; k++) {
    a += load<f32>(x) * load<f32>(w);
    x += xInner;
    w += stride;
  }
  store<f32>(y, a);
}

/** sums: (C) = Σ over rows of y: (R, C), rows ascending from zero. */
export function column_sums(sums: usize, y: usize, rows: usize, columns: usize): void {
  const stride = columns << 2;
  let c: usize = 0;
  for (; c + 4 <= columns; c += 4) {
    let at = y + (c << 2);
    let sum = f32x4.splat(0);
    for (let r: usize = 0; r < rows; r++) {
      sum = f32x4.add(sum, v128.load(at));
      at += stride;
    }
    v128.store(sums + (c << 2), sum);
  }
  for (; c < columns; c++) {
    let at = y + (c << 2);
    let sum: f32 = 0;
    for (let r: usize = 0; r < rows; r++) {
      sum += load<f32>(at);
      at += stride;
    }
    store<f32>(sums + (c << 2), sum);
  }
}

/** t: (C, R) = transpose of w: (R, C). */
export function transpose(t: usize, w: usize, rows: usize, columns: usize): void {
  const wStride = columns << 2;
  const tStride = rows << 2;
  const rows4 = rows & ~3;
  const columns4 = columns & ~3;
  for (let r: usize = 0; r < rows4; r += 4) {
    for (let c: usize = 0; c < columns4; c += 4) {
      transpose_4x4(t + c * tStride + (r << 2), tStride, w + r * wStride + (c << 2), wStride);
    }
  }
  for (let r: usize = 0; r < rows; r++) {
    for (let c: usize = r < rows4 ? columns4 : 0; c < columns; c++) {
      store<f32>(t + c * tStride + (r << 2), load<f32>(w + r * wStride + (c << 2)));
    }
  }
}

function transpose_4x4(t: usize, tStride: usize, w: usize, wStride: usize): void {
  const r0 = v128.load(w);
  const r1 = v128.load(w + wStride);
  const r2 = v128.load(w + 2 * wStride);
  const r3 = v128.load(w + 3 * wStride);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(t, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(t + tStride, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(t + 2 * tStride, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(t + 3 * tStride, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}
