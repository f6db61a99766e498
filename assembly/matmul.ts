// The one family of SIMD microkernels: forward and both backward products, over panels of 16 batch rows.
//
// A panel holds 16 rows of a batch side by side: a matrix of N features is (N, 16), 64 bytes a feature.
//
//               row 0   1   2   3   4        7   8       11  12       15
//              ┌─────────────────┬──────────┬──────────┬────────────┐
//   feature 0  │ x₀  x₀  x₀  x₀  │          │          │            │  64 bytes: a cache line, four vectors of four
// rows
//           1  │ x₁  x₁  x₁  x₁  │          │          │            │
//           ⋮  │ ⋮               │          │          │            │
//         N−1  │                 │          │          │            │
//              └─────────────────┴──────────┴──────────┴────────────┘
//
// So a layer is y: (O, 16) = b + Wᵀ·x, and its backward pass is dx: (I, 16) = W·dy. Both read their left matrix along
// its rows, and their right matrix from start to end. Only dW = Σ over the batch of x·dy sums over the batch: for it
// dy is packed in the other direction.
//
// Each output is its bias, then the products, k ascending; every product and sum is rounded to f32. The lanes run over
// batch rows or outputs, and never over k, so the tiles change no bit of the result.
//
// The tile is 2 rows × 16. It needs 8 accumulators, 2 values of the left matrix, vectors of the right one and a
// product. These fit in the 15 registers that V8 gives out; wider and taller tiles spill.
//
// Up to V8 12 (Node 20 and 22) the compiler moves all loads of a basic block to its front. Then the multipliers wait
// for them, or registers spill. A branch ends a block. Hence the tests between the halves of a k and between one k and
// the next. They are never true: they ask whether an address is 1, 3, 5 … or 13, and the address of an f32 is never
// odd. Each asks for another number, because a compiler would drop a test whose answer it already knows. On Node 20
// the kernel reaches 90 % of the peak with all tests, 84 % without those between the halves, and 47 % without those
// between one k and the next.
//
// One turn of the loop does four k, because V8 checks the stack's limit in each turn: one k per turn reaches 70 %, two
// 79 %. The remaining inner values have a loop of their own. The lower row has no pointer of its own: the processor
// does at most six instructions a cycle, so each instruction saved counts (A1: 2 % on Node 20, 4 % on Node 24).

import { copy_floats } from "./memory";

/** Batch rows in a panel. */
export const PANEL: usize = 16;

// the four ways in which a tile ends
class Relu {}
class Linear {}
class Masked {}
class Plain {}

/** y: (R, 16) = max(bias: (R) + m: (R, K) · x: (K, 16), 0) */
export function affine_relu(y: usize, m: usize, x: usize, bias: usize, rows: usize, inner: usize): void {
  multiply<Relu>(y, 64, m, x, bias, rows, inner);
}

/** y: (R, 16) = bias: (R) + m: (R, K) · x: (K, 16) */
export function affine(y: usize, m: usize, x: usize, bias: usize, rows: usize, inner: usize): void {
  multiply<Linear>(y, 64, m, x, bias, rows, inner);
}

/** y: (R, 16) = m: (R, K) · x: (K, 16) if mask: (R, 16) is above 0, else 0 */
export function product_masked(y: usize, m: usize, x: usize, mask: usize, rows: usize, inner: usize): void {
  multiply<Masked>(y, 64, m, x, mask, rows, inner);
}

/** y: (R, 16) = m: (R, K) · x: (K, 16); the rows of y lie `stride` bytes apart */
function product(y: usize, stride: usize, m: usize, x: usize, rows: usize, inner: usize): void {
  multiply<Plain>(y, stride, m, x, 0, rows, inner);
}

// One source for the four. Which ending is asked for is decided when it is compiled, so no branch on it is left.
// There must be at least one inner value.
function multiply<Ending>(y: usize, yStride: usize, m: usize, x: usize, other: usize, rows: usize, inner: usize): void {
  const biased = idof<Ending>() == idof<Relu>() || idof<Ending>() == idof<Linear>();
  const rectified = idof<Ending>() == idof<Relu>();
  const masked = idof<Ending>() == idof<Masked>();
  const whole = idof<Ending>() == idof<Plain>(); // inner is a multiple of a panel's rows
  const zero = f32x4.splat(0);
  const stride = inner << 2;
  for (let r: usize = 0; r < rows; r += 2) {
    // if the number of rows is odd, the last row is computed twice
    const single = r + 1 == rows;
    let p = m;
    let v = x;
    let a0 = biased ? v128.load_splat<f32>(other) : zero;
    let b0 = !biased ? zero : single ? a0 : v128.load_splat<f32>(other, 4);
    let a1 = a0;
    let b1 = b0;
    let a2 = a0;
    let b2 = b0;
    let a3 = a0;
    let b3 = b0;
    const below: usize = single ? 0 : stride;
    const fours = m + (stride & ~15);
    // each loop is entered by a test before it: a loop around it would check the stack's limit even for no turn
    if (p < fours) {
      do {
        const q = p + below;
        let xa = v128.load_splat<f32>(p);
        let xb = v128.load_splat<f32>(q);
        let w = v128.load(v, 48);
        a3 = f32x4.add(a3, f32x4.mul(xa, w));
        b3 = f32x4.add(b3, f32x4.mul(xb, w));
        w = v128.load(v, 32);
        a2 = f32x4.add(a2, f32x4.mul(xa, w));
        b2 = f32x4.add(b2, f32x4.mul(xb, w));
        if (q == 1) break; // never
        w = v128.load(v, 16);
        a1 = f32x4.add(a1, f32x4.mul(xa, w));
        b1 = f32x4.add(b1, f32x4.mul(xb, w));
        w = v128.load(v);
        a0 = f32x4.add(a0, f32x4.mul(xa, w));
        b0 = f32x4.add(b0, f32x4.mul(xb, w));
        if (q == 3) break; // never
        xa = v128.load_splat<f32>(p, 4);
        xb = v128.load_splat<f32>(q, 4);
        w = v128.load(v, 112);
        a3 = f32x4.add(a3, f32x4.mul(xa, w));
        b3 = f32x4.add(b3, f32x4.mul(xb, w));
        w = v128.load(v, 96);
        a2 = f32x4.add(a2, f32x4.mul(xa, w));
        b2 = f32x4.add(b2, f32x4.mul(xb, w));
        if (q == 5) break; // never
        w = v128.load(v, 80);
        a1 = f32x4.add(a1, f32x4.mul(xa, w));
        b1 = f32x4.add(b1, f32x4.mul(xb, w));
        w = v128.load(v, 64);
        a0 = f32x4.add(a0, f32x4.mul(xa, w));
        b0 = f32x4.add(b0, f32x4.mul(xb, w));
        if (q == 7) break; // never
        xa = v128.load_splat<f32>(p, 8);
        xb = v128.load_splat<f32>(q, 8);
        w = v128.load(v, 176);
        a3 = f32x4.add(a3, f32x4.mul(xa, w));
        b3 = f32x4.add(b3, f32x4.mul(xb, w));
        w = v128.load(v, 160);
        a2 = f32x4.add(a2, f32x4.mul(xa, w));
        b2 = f32x4.add(b2, f32x4.mul(xb, w));
        if (q == 9) break; // never
        w = v128.load(v, 144);
        a1 = f32x4.add(a1, f32x4.mul(xa, w));
        b1 = f32x4.add(b1, f32x4.mul(xb, w));
        w = v128.load(v, 128);
        a0 = f32x4.add(a0, f32x4.mul(xa, w));
        b0 = f32x4.add(b0, f32x4.mul(xb, w));
        if (q == 11) break; // never
        xa = v128.load_splat<f32>(p, 12);
        xb = v128.load_splat<f32>(q, 12);
        w = v128.load(v, 240);
        a3 = f32x4.add(a3, f32x4.mul(xa, w));
        b3 = f32x4.add(b3, f32x4.mul(xb, w));
        w = v128.load(v, 224);
        a2 = f32x4.add(a2, f32x4.mul(xa, w));
        b2 = f32x4.add(b2, f32x4.mul(xb, w));
        if (q == 13) break; // never
        w = v128.load(v, 208);
        a1 = f32x4.add(a1, f32x4.mul(xa, w));
        b1 = f32x4.add(b1, f32x4.mul(xb, w));
        w = v128.load(v, 192);
        a0 = f32x4.add(a0, f32x4.mul(xa, w));
        b0 = f32x4.add(b0, f32x4.mul(xb, w));
        p += 16;
        v += 256;
      } while (p < fours);
    }
    const end = m + stride;
    if (!whole && p < end) {
      do {
        const q = p + below;
        const xa = v128.load_splat<f32>(p);
        const xb = v128.load_splat<f32>(q);
        let w = v128.load(v, 48);
        a3 = f32x4.add(a3, f32x4.mul(xa, w));
        b3 = f32x4.add(b3, f32x4.mul(xb, w));
        w = v128.load(v, 32);
        a2 = f32x4.add(a2, f32x4.mul(xa, w));
        b2 = f32x4.add(b2, f32x4.mul(xb, w));
        w = v128.load(v, 16);
        a1 = f32x4.add(a1, f32x4.mul(xa, w));
        b1 = f32x4.add(b1, f32x4.mul(xb, w));
        w = v128.load(v);
        a0 = f32x4.add(a0, f32x4.mul(xa, w));
        b0 = f32x4.add(b0, f32x4.mul(xb, w));
        p += 4;
        v += 64;
      } while (p < end);
    }
    const second = single ? y : y + yStride;
    if (masked) {
      const maskBelow = single ? other : other + 64;
      v128.store(y, v128.and(a0, f32x4.gt(v128.load(other), zero)));
      v128.store(second, v128.and(b0, f32x4.gt(v128.load(maskBelow), zero)));
      v128.store(y, v128.and(a1, f32x4.gt(v128.load(other, 16), zero)), 16);
      v128.store(second, v128.and(b1, f32x4.gt(v128.load(maskBelow, 16), zero)), 16);
      v128.store(y, v128.and(a2, f32x4.gt(v128.load(other, 32), zero)), 32);
      v128.store(second, v128.and(b2, f32x4.gt(v128.load(maskBelow, 32), zero)), 32);
      v128.store(y, v128.and(a3, f32x4.gt(v128.load(other, 48), zero)), 48);
      v128.store(second, v128.and(b3, f32x4.gt(v128.load(maskBelow, 48), zero)), 48);
      other += 128;
    } else {
      v128.store(y, rectified ? relu(a0) : a0);
      v128.store(second, rectified ? relu(b0) : b0);
      v128.store(y, rectified ? relu(a1) : a1, 16);
      v128.store(second, rectified ? relu(b1) : b1, 16);
      v128.store(y, rectified ? relu(a2) : a2, 32);
      v128.store(second, rectified ? relu(b2) : b2, 32);
      v128.store(y, rectified ? relu(a3) : a3, 48);
      v128.store(second, rectified ? relu(b3) : b3, 48);
      other += 8;
    }
    y += yStride << 1;
    m += stride << 1;
  }
}

/**
 * max(x, 0), and NaN for NaN. It takes two instructions; f32x4.max takes seven on x86-64. pmax keeps −0; adding 0
 * removes it.
 */
function relu(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), f32x4.splat(0));
}

/**
 * packed: dy: (O, 16) of panel number `panel` in the other direction, for `weight_gradient`. There are 16 outputs side
 * by side, one (paddedBatch, 16) after another, and then 4 by 4, (paddedBatch, 4). The values beside the last output
 * are arbitrary; for them up to three rows are read after dy.
 */
export function pack_deltas(packed: usize, dy: usize, panel: usize, outputs: usize, paddedBatch: usize): void {
  const wide = outputs & ~15;
  for (let o: usize = 0; o < outputs; o += 4) {
    const stride: usize = o < wide ? 64 : 16;
    const first = o < wide ? (o & ~15) * paddedBatch + (o & 15) : o * paddedBatch;
    let to = packed + (first << 2) + panel * PANEL * stride;
    let from = dy + (o << 6);
    const end = from + 64;
    while (from < end) {
      transpose_4x4(to, stride, from, 64);
      to += stride << 2;
      from += 16;
    }
  }
}

/**
 * spread: (I, paddedBatch) takes x: (I, 16) of panel number `panel`, so that the rows of all panels lie one after
 * another.
 */
export function spread_rows(spread: usize, x: usize, panel: usize, inputs: usize, paddedBatch: usize): void {
  let to = spread + (panel << 6);
  const end = x + (inputs << 6);
  for (; x < end; x += 64) {
    v128.store(to, v128.load(x));
    v128.store(to, v128.load(x, 16), 16);
    v128.store(to, v128.load(x, 32), 32);
    v128.store(to, v128.load(x, 48), 48);
    to += paddedBatch << 2;
  }
}

/**
 * dw: (I, O) = Σ x·dy and db: (O) = Σ dy over the batch, rows ascending from zero.
 * @param x (I, paddedBatch) as `spread_rows` leaves it; up to three rows after it are read
 * @param packed dy as `pack_deltas` leaves it
 */
export function weight_gradient(
  dw: usize,
  db: usize,
  x: usize,
  packed: usize,
  inputs: usize,
  outputs: usize,
  paddedBatch: usize,
): void {
  const stride = outputs << 2;
  let o: usize = 0;
  for (; o + 16 <= outputs; o += 16) {
    product(dw + (o << 2), stride, x, packed, inputs, paddedBatch);
    column_sums_16(db + (o << 2), packed, paddedBatch);
    packed += paddedBatch << 6;
  }
  for (; o < outputs; o += 4) {
    const columns = min<usize>(outputs - o, 4);
    product_4(dw + (o << 2), stride, columns, x, packed, inputs, paddedBatch);
    column_sums_4(db + (o << 2), columns, packed, paddedBatch);
    packed += paddedBatch << 4;
  }
}

// y: (R, columns) = m: (R, K) · x: (K, 4) for up to 4 columns and an even K. Four rows are computed at once: four sums
// are under way while each waits for its last addition. Rows after the last are computed from whatever lies there, and
// dropped.
function product_4(y: usize, yStride: usize, columns: usize, m: usize, x: usize, rows: usize, inner: usize): void {
  const stride = inner << 2;
  for (let r: usize = 0; r < rows; r += 4) {
    let p = m;
    let q = p + stride;
    let s = q + stride;
    let t = s + stride;
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let v = x;
    const end = q;
    do {
      const w0 = v128.load(v);
      const w1 = v128.load(v, 16);
      a = f32x4.add(f32x4.add(a, f32x4.mul(v128.load_splat<f32>(p), w0)), f32x4.mul(v128.load_splat<f32>(p, 4), w1));
      b = f32x4.add(f32x4.add(b, f32x4.mul(v128.load_splat<f32>(q), w0)), f32x4.mul(v128.load_splat<f32>(q, 4), w1));
      c = f32x4.add(f32x4.add(c, f32x4.mul(v128.load_splat<f32>(s), w0)), f32x4.mul(v128.load_splat<f32>(s, 4), w1));
      d = f32x4.add(f32x4.add(d, f32x4.mul(v128.load_splat<f32>(t), w0)), f32x4.mul(v128.load_splat<f32>(t, 4), w1));
      p += 8;
      q += 8;
      s += 8;
      t += 8;
      v += 32;
    } while (p < end);
    const left = rows - r;
    store_lanes(y, a, columns);
    if (left > 1) store_lanes(y + yStride, b, columns);
    if (left > 2) store_lanes(y + 2 * yStride, c, columns);
    if (left > 3) store_lanes(y + 3 * yStride, d, columns);
    y += yStride << 2;
    m += stride << 2;
  }
}

function column_sums_16(sums: usize, y: usize, rows: usize): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  const end = y + (rows << 6);
  for (; y < end; y += 64) {
    a = f32x4.add(a, v128.load(y));
    b = f32x4.add(b, v128.load(y, 16));
    c = f32x4.add(c, v128.load(y, 32));
    d = f32x4.add(d, v128.load(y, 48));
  }
  v128.store(sums, a);
  v128.store(sums, b, 16);
  v128.store(sums, c, 32);
  v128.store(sums, d, 48);
}

function column_sums_4(sums: usize, columns: usize, y: usize, rows: usize): void {
  let sum = f32x4.splat(0);
  const end = y + (rows << 4);
  for (; y < end; y += 16) sum = f32x4.add(sum, v128.load(y));
  store_lanes(sums, sum, columns);
}

/** Stores the first 1 to 4 lanes. */
function store_lanes(to: usize, x: v128, lanes: usize): void {
  if (lanes == 4) {
    v128.store(to, x);
    return;
  }
  v128.store_lane<f32>(to, x, 0);
  if (lanes > 1) v128.store_lane<f32>(to, x, 1, 4);
  if (lanes > 2) v128.store_lane<f32>(to, x, 2, 8);
}

/**
 * One observation: y: (C) = bias: (C) + x: (K) · w: (K, C). If C is not a multiple of 4, up to three values are read
 * after the weights and the bias, and written after y.
 * @param packed whether w lies as `pack_columns` leaves it. A large w is then read from start to end (K = C = 256:
 * 4.9 µs instead of 6.0)
 */
export function affine_row(
  y: usize,
  x: usize,
  w: usize,
  packed: bool,
  bias: usize,
  inner: usize,
  columns: usize,
): void {
  const end = x + (inner << 2);
  const across: usize = packed ? inner << 2 : 4; // from one column to the next, in bytes
  const stride: usize = packed ? 64 : columns << 2;
  let c: usize = 0;
  for (; c + 32 <= columns; c += 32) {
    row_32<Dense>(y + (c << 2), x, end, w + c * across, w + (c + 16) * across, bias + (c << 2), stride);
  }
  if (c + 16 <= columns) {
    row_16(y + (c << 2), x, end, w + c * across, bias + (c << 2), stride);
    c += 16;
  }
  for (; c < columns; c += 4) {
    const together = packed ? min<usize>(columns - c, 4) : columns;
    row_4<Dense>(y + (c << 2), x, end, w + c * across, bias + (c << 2), together << 2);
  }
}

/**
 * packed: the first 16 columns of w: (K, C) as (K, 16), then the next 16; if fewer are left, 4 by 4, and then the rest.
 */
export function pack_columns(packed: usize, w: usize, inner: usize, columns: usize): void {
  let c: usize = 0;
  while (c < columns) {
    const left = columns - c;
    const together: usize = left >= 16 ? 16 : min<usize>(left, 4);
    for (let k: usize = 0; k < inner; k++) {
      copy_floats(packed, w + ((k * columns + c) << 2), together);
      packed += together << 2;
    }
    c += together;
  }
}

// how the inputs of one row are stored
/** One f32 after another, for one row of the matrix after another. */
class Dense {}
/** A list of sparse.ts, which names rows of the matrix; the bias is one of them. */
export class Listed {}

/**
 * y: (32) = bias: (32) + x: (K) · (K, 32). The rows of the matrix lie `stride` bytes apart; the first 16 columns begin
 * at v, the others at w. It computes twice 16 columns, so that the additions of one half hide the wait for those of
 * the other (64 × 64: 0.30 → 0.21 µs). The test between them is never true: see above.
 */
export function row_32<Inputs>(y: usize, x: usize, end: usize, v: usize, w: usize, bias: usize, stride: usize): void {
  const listed = idof<Inputs>() == idof<Listed>();
  const zero = f32x4.splat(0);
  let a0 = listed ? zero : v128.load(bias);
  let a1 = listed ? zero : v128.load(bias, 16);
  let a2 = listed ? zero : v128.load(bias, 32);
  let a3 = listed ? zero : v128.load(bias, 48);
  let b0 = listed ? zero : v128.load(bias, 64);
  let b1 = listed ? zero : v128.load(bias, 80);
  let b2 = listed ? zero : v128.load(bias, 96);
  let b3 = listed ? zero : v128.load(bias, 112);
  for (; x < end; x += listed ? 8 : 4) {
    const xk = listed ? v128.load_splat<f32>(x, 4) : v128.load_splat<f32>(x);
    const p = listed ? v + <usize>load<u32>(x) * stride : v;
    a0 = f32x4.add(a0, f32x4.mul(xk, v128.load(p)));
    a1 = f32x4.add(a1, f32x4.mul(xk, v128.load(p, 16)));
    a2 = f32x4.add(a2, f32x4.mul(xk, v128.load(p, 32)));
    a3 = f32x4.add(a3, f32x4.mul(xk, v128.load(p, 48)));
    if (!listed) v += stride;
    if (x == 1) break; // never
    const q = listed ? p + 64 : w;
    b0 = f32x4.add(b0, f32x4.mul(xk, v128.load(q)));
    b1 = f32x4.add(b1, f32x4.mul(xk, v128.load(q, 16)));
    b2 = f32x4.add(b2, f32x4.mul(xk, v128.load(q, 32)));
    b3 = f32x4.add(b3, f32x4.mul(xk, v128.load(q, 48)));
    if (!listed) w += stride;
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
  v128.store(y, b0, 64);
  v128.store(y, b1, 80);
  v128.store(y, b2, 96);
  v128.store(y, b3, 112);
}

function row_16(y: usize, x: usize, end: usize, w: usize, bias: usize, stride: usize): void {
  let a0 = v128.load(bias);
  let a1 = v128.load(bias, 16);
  let a2 = v128.load(bias, 32);
  let a3 = v128.load(bias, 48);
  for (; x < end; x += 4) {
    const xk = v128.load_splat<f32>(x);
    a0 = f32x4.add(a0, f32x4.mul(xk, v128.load(w)));
    a1 = f32x4.add(a1, f32x4.mul(xk, v128.load(w, 16)));
    a2 = f32x4.add(a2, f32x4.mul(xk, v128.load(w, 32)));
    a3 = f32x4.add(a3, f32x4.mul(xk, v128.load(w, 48)));
    w += stride;
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
}

/** The same for 4 columns. */
export function row_4<Inputs>(y: usize, x: usize, end: usize, w: usize, bias: usize, stride: usize): void {
  const listed = idof<Inputs>() == idof<Listed>();
  let a = listed ? f32x4.splat(0) : v128.load(bias);
  for (; x < end; x += listed ? 8 : 4) {
    const xk = listed ? v128.load_splat<f32>(x, 4) : v128.load_splat<f32>(x);
    const p = listed ? w + <usize>load<u32>(x) * stride : w;
    a = f32x4.add(a, f32x4.mul(xk, v128.load(p)));
    if (!listed) w += stride;
  }
  v128.store(y, a);
}

/** y = max(y, 0) */
export function relu_row(y: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(y, relu(v128.load(y)));
    y += 16;
  }
  for (; i < count; i++) {
    store<f32>(y, max<f32>(load<f32>(y), 0));
    y += 4;
  }
}

/**
 * t: (C, R) = transpose of w: (R, C), in blocks of 16 rows. What is read along one row of blocks stays in the first
 * cache until its lines are used up (256 × 256: 9 µs instead of 37).
 */
export function transpose(t: usize, w: usize, rows: usize, columns: usize): void {
  transpose_columns(t, w, columns << 2, rows, columns);
}

/** The same for some columns of a wider matrix, whose rows are `wStride` bytes apart. */
export function transpose_columns(t: usize, w: usize, wStride: usize, rows: usize, columns: usize): void {
  const tStride = rows << 2;
  const rows4 = rows & ~3;
  const columns4 = columns & ~3;
  for (let first: usize = 0; first < rows4; first += 16) {
    const end = min<usize>(first + 16, rows4);
    for (let c: usize = 0; c < columns4; c += 4) {
      for (let r = first; r < end; r += 4) {
        transpose_4x4(t + c * tStride + (r << 2), tStride, w + r * wStride + (c << 2), wStride);
      }
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
