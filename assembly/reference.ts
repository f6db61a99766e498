// The same functions as plain scalar loops, generic over f32 and f64: slow and obvious. The tests compare the fast
// ones with these. Compiled only for tests.
//
// Matrices are row-major, a batch's are (B, C), and there are no panels. Parameters are flat; activations are one
// matrix after another. The order of every sum is the core's: an output is its bias, then the products, k ascending,
// and each product and sum is rounded to T. The losses are already generic and are in losses.ts.
import { huber_slope, huber_value } from "./huber";
import { exp, log } from "./math";
import { at, put } from "./memory";
import { width } from "./mlp";

/** y: (R, C) = bias: (C) + x: (R, K) · w: (K, C) */
export function affine<T>(y: usize, x: usize, w: usize, bias: usize, rows: usize, inner: usize, columns: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    for (let c: usize = 0; c < columns; c++) {
      let sum = at<T>(bias, c);
      for (let k: usize = 0; k < inner; k++) sum += at<T>(x, r * inner + k) * at<T>(w, k * columns + c);
      put<T>(y, r * columns + c, sum);
    }
  }
}

/** sums: (C) = Σ over rows of y: (R, C) */
export function column_sums<T>(sums: usize, y: usize, rows: usize, columns: usize): void {
  for (let c: usize = 0; c < columns; c++) {
    let sum: T = 0;
    for (let r: usize = 0; r < rows; r++) sum += at<T>(y, r * columns + c);
    put<T>(sums, c, sum);
  }
}

/** t: (C, R) = transpose of w: (R, C) */
export function transpose<T>(t: usize, w: usize, rows: usize, columns: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    for (let c: usize = 0; c < columns; c++) put<T>(t, c * rows + r, at<T>(w, r * columns + c));
  }
}

/** y = max(y, 0) */
export function relu<T>(y: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) put<T>(y, i, max<T>(at<T>(y, i), 0));
}

/** y = tanh(y), computed in f64 */
export function tanh<T>(y: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) {
    let x: f64 = at<T>(y, i);
    if (x > 10) x = 10;
    if (x < -10) x = -10;
    // u = e^(x/128) − 1, then e^(x/64) − 1 and so on to e^(2x) − 1
    const r = x / 128;
    let u = r * (1 + r * (0.5 + r * (1.0 / 6 + r * (1.0 / 24))));
    for (let doubling = 0; doubling < 8; doubling++) u *= u + 2;
    put<T>(y, i, <T>(u / (u + 2)));
  }
}

/** dx = dx where the activation x is above 0, else 0 */
export function relu_backward<T>(dx: usize, x: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) put<T>(dx, i, at<T>(x, i) > 0 ? at<T>(dx, i) : 0);
}

/** transposed = the parameters with each W: (in, out) turned into Wᵀ: (out, in) */
export function transpose_parameters<T>(transposed: usize, parameters: usize, widths: usize, layers: usize): void {
  let layer: usize = 0;
  for (let l: usize = 0; l < layers; l++) {
    const inputs = width(widths, l);
    const outputs = width(widths, l + 1);
    const bias = layer + inputs * outputs;
    transpose<T>(transposed + (layer << alignof<T>()), parameters + (layer << alignof<T>()), inputs, outputs);
    for (let o: usize = 0; o < outputs; o++) put<T>(transposed, bias + o, at<T>(parameters, bias + o));
    layer = bias + outputs;
  }
}

/** Fills the activations, which begin with the inputs (B, w_0). Returns the address of the outputs (B, w_L). */
export function mlp_forward<T>(
  widths: usize,
  layers: usize,
  parameters: usize,
  activations: usize,
  batch: usize,
  isTanh: bool = false,
): usize {
  let weight = parameters;
  let x = activations;
  for (let l: usize = 0; l < layers; l++) {
    const inputs = width(widths, l);
    const outputs = width(widths, l + 1);
    const bias = weight + ((inputs * outputs) << alignof<T>());
    const y = x + ((batch * inputs) << alignof<T>());
    affine<T>(y, x, weight, bias, batch, inputs, outputs);
    if (l + 1 < layers) {
      if (isTanh) tanh<T>(y, batch * outputs);
      else relu<T>(y, batch * outputs);
    }
    weight = bias + (outputs << alignof<T>());
    x = y;
  }
  return x;
}

/** Fills the gradients from the activations of a forward pass and the outputs' deltas (B, w_L). */
export function mlp_backward<T>(
  widths: usize,
  layers: usize,
  parameters: usize,
  activations: usize,
  deltas: usize,
  gradients: usize,
  batch: usize,
): void {
  // after the last layer's parameters, and at its outputs
  let parameter: usize = 0;
  let value: usize = 0;
  for (let l: usize = 0; l < layers; l++) {
    parameter += (width(widths, l) + 1) * width(widths, l + 1);
    value += batch * width(widths, l);
  }

  for (let l = layers; l > 0; l--) {
    const inputs = width(widths, l - 1);
    const outputs = width(widths, l);
    const dy = deltas + (value << alignof<T>());
    value -= batch * inputs;
    const x = activations + (value << alignof<T>());
    const dx = deltas + (value << alignof<T>());
    parameter -= (inputs + 1) * outputs;
    const weight = parameters + (parameter << alignof<T>());
    const dw = gradients + (parameter << alignof<T>());
    const db = dw + ((inputs * outputs) << alignof<T>());

    // dW_io = Σ_b x_bi · dy_bo
    for (let i: usize = 0; i < inputs; i++) {
      for (let o: usize = 0; o < outputs; o++) {
        let sum: T = 0;
        for (let b: usize = 0; b < batch; b++) sum += at<T>(x, b * inputs + i) * at<T>(dy, b * outputs + o);
        put<T>(dw, i * outputs + o, sum);
      }
    }

    // db_o = Σ_b dy_bo
    column_sums<T>(db, dy, batch, outputs);

    // dx_bi = Σ_o dy_bo · W_io if the ReLU let its input through; the network's own inputs need no dx
    if (l == 1) return;
    for (let b: usize = 0; b < batch; b++) {
      for (let i: usize = 0; i < inputs; i++) {
        let sum: T = 0;
        for (let o: usize = 0; o < outputs; o++) sum += at<T>(dy, b * outputs + o) * at<T>(weight, i * outputs + o);
        put<T>(dx, b * inputs + i, sum);
      }
    }
    relu_backward<T>(dx, x, batch * inputs);
  }
}

/** rounded = the parameters with W_io = nearest(W_io / step_o) · step_o, step_o = max(max_i |W_io|, 1e-30) / most */
export function round_weights<T>(rounded: usize, parameters: usize, widths: usize, layers: usize, most: T): void {
  let layer: usize = 0;
  for (let l: usize = 0; l < layers; l++) {
    const inputs = width(widths, l);
    const outputs = width(widths, l + 1);
    for (let i: usize = 0; i <= inputs; i++) {
      for (let o: usize = 0; o < outputs; o++) {
        let largest: T = 1e-30;
        for (let k: usize = 0; k < inputs; k++) {
          largest = max<T>(largest, abs<T>(at<T>(parameters, layer + k * outputs + o)));
        }
        const step: T = largest / most;
        const value = at<T>(parameters, layer + i * outputs + o);
        put<T>(rounded, layer + i * outputs + o, i < inputs ? nearest<T>(value / step) * step : value); // the last row holds biases
      }
    }
    layer += (inputs + 1) * outputs;
  }
}

/** to: (R, C) = (x: (R, C) − mean: (C)) · scale: (C) */
export function normalise<T>(to: usize, x: usize, mean: usize, scale: usize, rows: usize, columns: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    for (let c: usize = 0; c < columns; c++) {
      put<T>(to, r * columns + c, (at<T>(x, r * columns + c) - at<T>(mean, c)) * at<T>(scale, c));
    }
  }
}

/** The first of the largest of `count` values. */
export function argmax<T>(values: usize, count: usize): usize {
  let best: usize = 0;
  for (let i: usize = 1; i < count; i++) {
    if (at<T>(values, i) > at<T>(values, best)) best = i;
  }
  return best;
}

/** The t-th step of Adam, t from 1 (Kingma & Ba 2015, algorithm 1); firstMoment: m, secondMoment: v. */
export function adam_step<T>(
  parameters: usize,
  gradients: usize,
  firstMoment: usize,
  secondMoment: usize,
  count: usize,
  learningRate: T,
  t: usize,
): void {
  let power1: f64 = 1;
  let power2: f64 = 1;
  for (let i: usize = 0; i < t; i++) {
    power1 *= 0.9;
    power2 *= 0.999;
  }
  const correction1 = <T>(1.0 / (1.0 - power1));
  const correction2 = <T>(1.0 / (1.0 - power2));
  adam_update<T>(parameters, gradients, firstMoment, secondMoment, count, learningRate, correction1, correction2);
  if (t % 64 == 0) {
    flush_denormals<T>(firstMoment, count);
    flush_denormals<T>(secondMoment, count);
  }
}

/** Sets values below the smallest normal number of f32 to 0. */
function flush_denormals<T>(values: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) {
    if (abs<T>(at<T>(values, i)) < <T>1.1754943508222875e-38) put<T>(values, i, 0);
  }
}

/** The element-wise part of a step, given 1/(1 − β₁ᵗ) and 1/(1 − β₂ᵗ). */
export function adam_update<T>(
  parameters: usize,
  gradients: usize,
  firstMoment: usize,
  secondMoment: usize,
  count: usize,
  learningRate: T,
  correction1: T,
  correction2: T,
): void {
  const beta1 = <T>0.9;
  const beta2 = <T>0.999;
  const epsilon = <T>1e-8;
  for (let i: usize = 0; i < count; i++) {
    const g = at<T>(gradients, i);
    const m: T = beta1 * at<T>(firstMoment, i) + (<T>1 - beta1) * g;
    const v: T = beta2 * at<T>(secondMoment, i) + (<T>1 - beta2) * (g * g);
    put<T>(firstMoment, i, m);
    put<T>(secondMoment, i, v);
    const step: T = (learningRate * (m * correction1)) / (sqrt<T>(v * correction2) + epsilon);
    put<T>(parameters, i, at<T>(parameters, i) - step);
  }
}

/** target += τ · (online − target); τ = 1 copies */
export function polyak<T>(target: usize, online: usize, count: usize, tau: T): void {
  for (let i: usize = 0; i < count; i++) {
    const old = at<T>(target, i);
    put<T>(target, i, tau == 1 ? at<T>(online, i) : old + tau * (at<T>(online, i) - old));
  }
}

/**
 * targets: (B): y = R + discount · Q⁻(s', argmax_a Q(s', a)) (van Hasselt et al. 2016, equation 4). The discount of a
 * terminated transition is 0, so its target is its return.
 * @param online (B, A): Q(s', ·)
 * @param target (B, A): Q⁻(s', ·)
 */
export function double_dqn_targets<T>(
  targets: usize,
  returns: usize,
  discounts: usize,
  online: usize,
  target: usize,
  batch: usize,
  actions: usize,
): void {
  for (let b: usize = 0; b < batch; b++) {
    const best = argmax<T>(online + ((b * actions) << alignof<T>()), actions);
    const value = at<T>(target, b * actions + best);
    put<T>(targets, b, at<T>(returns, b) + at<T>(discounts, b) * value);
  }
}

/**
 * The loss of each Q(s, a) − y, and the gradient of their mean. The loss is Huber's, or the square if delta is 0.
 * @param losses (B)
 * @param q (B, A): Q(s, ·)
 * @param taken u32 (B): a
 * @param weights (B): the weight of each row's loss (Schaul et al. 2016, algorithm 1)
 * @param gradient (B, A): ∂mean/∂q, 0 except at the taken action
 */
export function td_losses<T>(
  losses: usize,
  q: usize,
  taken: usize,
  targets: usize,
  weights: usize,
  batch: usize,
  actions: usize,
  delta: T,
  gradient: usize,
): void {
  for (let i: usize = 0; i < batch * actions; i++) put<T>(gradient, i, 0);
  for (let b: usize = 0; b < batch; b++) {
    const i = b * actions + at<u32>(taken, b);
    const error: T = at<T>(q, i) - at<T>(targets, b);
    const weight = at<T>(weights, b);
    const loss: T = delta > 0 ? huber_value<T>(error, delta) : error * error;
    put<T>(losses, b, weight * loss);
    const slope: T = delta > 0 ? huber_slope<T>(error, delta) : <T>2 * error;
    put<T>(gradient, i, (weight * slope) / <T>batch);
  }
}

/**
 * Adds α·(log Σ_a exp Q(s, a) − Q(s, a_taken)) to the loss of each row, and its gradient α·(softmax(Q(s, ·)) −
 * onehot(a_taken)) to that of their mean: CQL(H) (Kumar et al. 2020, arXiv 2006.04779, equation 4). Both are computed
 * from log softmax(Q(s, ·)), and that from the differences to the largest value.
 * @param losses (B)
 * @param q (B, A): Q(s, ·); −∞ for a forbidden action
 * @param taken u32 (B): a
 * @param weights (B): the weight of each row's loss
 * @param gradient (B, A)
 */
export function conservative_losses<T>(
  losses: usize,
  q: usize,
  taken: usize,
  weights: usize,
  batch: usize,
  actions: usize,
  alpha: T,
  gradient: usize,
): void {
  for (let b: usize = 0; b < batch; b++) {
    const row = b * actions;
    let largest = at<T>(q, row);
    for (let a: usize = 1; a < actions; a++) largest = max<T>(largest, at<T>(q, row + a));
    let sum: T = 0;
    for (let a: usize = 0; a < actions; a++) sum += exp<T>(at<T>(q, row + a) - largest);
    const normaliser = log<T>(sum);
    const weight: T = at<T>(weights, b) * alpha;
    for (let a: usize = 0; a < actions; a++) {
      const logShare: T = at<T>(q, row + a) - largest - normaliser;
      const isTaken = a == at<u32>(taken, b);
      if (isTaken) put<T>(losses, b, at<T>(losses, b) - weight * logShare);
      const slope: T = (weight * (exp<T>(logShare) - <T>(isTaken ? 1 : 0))) / <T>batch;
      put<T>(gradient, row + a, at<T>(gradient, row + a) + slope);
    }
  }
}

/** targets: (B): y = R + discount · max_a Q⁻(s', a) (Mnih et al. 2015). @param target (B, A): Q⁻(s', ·) */
export function dqn_targets<T>(
  targets: usize,
  returns: usize,
  discounts: usize,
  target: usize,
  batch: usize,
  actions: usize,
): void {
  for (let b: usize = 0; b < batch; b++) {
    let largest = at<T>(target, b * actions);
    for (let a: usize = 1; a < actions; a++) largest = max<T>(largest, at<T>(target, b * actions + a));
    put<T>(targets, b, at<T>(returns, b) + at<T>(discounts, b) * largest);
  }
}

/** The mean over `count` values, added in order. */
export function mean<T>(values: usize, count: usize): T {
  let sum = at<T>(values, 0);
  for (let i: usize = 1; i < count; i++) sum += at<T>(values, i);
  return sum / <T>count;
}

/**
 * q: (B, A): Q_a = V + (A_a − mean_a A) (Wang et al. 2016, equation 9).
 * @param outputs (B, A + 1): the advantages, then the value
 */
export function dueling_forward<T>(q: usize, outputs: usize, batch: usize, actions: usize): void {
  for (let b: usize = 0; b < batch; b++) {
    const row = outputs + ((b * (actions + 1)) << alignof<T>());
    const center = mean<T>(row, actions);
    for (let a: usize = 0; a < actions; a++) {
      put<T>(q, b * actions + a, at<T>(row, actions) + (at<T>(row, a) - center));
    }
  }
}

/** deltas: (B, A + 1): dA_a = dQ_a − mean_a dQ, then dV = Σ_a dQ_a. @param dq (B, A) */
export function dueling_backward<T>(deltas: usize, dq: usize, batch: usize, actions: usize): void {
  for (let b: usize = 0; b < batch; b++) {
    const from = dq + ((b * actions) << alignof<T>());
    const to = deltas + ((b * (actions + 1)) << alignof<T>());
    const center = mean<T>(from, actions);
    let sum: T = at<T>(from, 0);
    for (let a: usize = 1; a < actions; a++) sum += at<T>(from, a);
    for (let a: usize = 0; a < actions; a++) put<T>(to, a, at<T>(from, a) - center);
    put<T>(to, actions, sum);
  }
}

/**
 * gradients: (count), times most / norm if their norm is larger than `most` (Pascanu et al. 2013, algorithm 1). There
 * are four sums in f64, each of every fourth square. The first is added to the third, the second to the fourth, then
 * both.
 */
export function clip_norm<T>(gradients: usize, count: usize, most: T): void {
  const sums = new StaticArray<f64>(4);
  for (let i: usize = 0; i < count; i++) {
    const value = <f64>at<T>(gradients, i);
    sums[<i32>(i % 4)] += value * value;
  }
  const norm = sqrt<f64>(sums[0] + sums[2] + (sums[1] + sums[3]));
  if (norm <= <f64>most) return;
  const factor = <T>(<f64>most / norm);
  for (let i: usize = 0; i < count; i++) put<T>(gradients, i, at<T>(gradients, i) * factor);
}
