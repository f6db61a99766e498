// mlp_forward and mlp_backward over flat parameters: affine layers, ReLU between them, none after the last.
//
// widths: usize × (L + 1), the inputs, the hidden widths, the outputs.
// parameters, gradients: for each layer W (in × out, row-major), then b (out).
// activations: for each width w_l a matrix (B, w_l), one after another: the inputs first, the outputs last.
// deltas: laid out as the activations: the loss's gradient with respect to each.
import { affine, column_sums, transpose } from "./matmul";

export function width(widths: usize, layer: usize): usize {
  return load<u32>(widths + (layer << 2));
}

/** The number of weights and biases. */
export function parameter_count(widths: usize, layers: usize): u64 {
  let count: u64 = 0;
  for (let l: usize = 0; l < layers; l++) count += <u64>(width(widths, l) + 1) * width(widths, l + 1);
  return count;
}

/** The sum of all widths: the values that one row of a batch has in the activations. */
export function activation_count(widths: usize, layers: usize): u64 {
  let count: u64 = 0;
  for (let l: usize = 0; l <= layers; l++) count += width(widths, l);
  return count;
}

/** The largest weight matrix, in values: what the transposed copy in the backward pass needs. */
export function largest_layer(widths: usize, layers: usize): u64 {
  let largest: u64 = 0;
  for (let l: usize = 0; l < layers; l++) largest = max<u64>(largest, <u64>width(widths, l) * width(widths, l + 1));
  return largest;
}

/** The largest width. */
export function largest_width(widths: usize, layers: usize): usize {
  let largest: usize = 0;
  for (let l: usize = 0; l <= layers; l++) largest = max<usize>(largest, width(widths, l));
  return largest;
}

/** Where the outputs (B, w_L) lie in the activations. */
export function outputs_of(widths: usize, layers: usize, activations: usize, batch: usize): usize {
  let at = activations;
  for (let l: usize = 0; l < layers; l++) at += (batch * width(widths, l)) << 2;
  return at;
}

/**
 * Fills the activations from the inputs (B, w_0) that they begin with; returns the address of the outputs (B, w_L).
 */
export function mlp_forward(widths: usize, layers: usize, parameters: usize, activations: usize, batch: usize): usize {
  let weight = parameters;
  let x = activations;
  for (let l: usize = 0; l < layers; l++) {
    const inputs = width(widths, l);
    const outputs = width(widths, l + 1);
    const bias = weight + ((inputs * outputs) << 2);
    const y = x + ((batch * inputs) << 2);
    affine(y, x, inputs << 2, 4, weight, bias, batch, inputs, outputs);
    if (l + 1 < layers) relu(y, batch * outputs);
    weight = bias + (outputs << 2);
    x = y;
  }
  return x;
}

/**
 * Fills the gradients from the activations of a forward pass and the outputs' deltas (B, w_L).
 * @param transposed scratch for the largest weight matrix
 * @param zeros as many zeros as the largest width
 */
export function mlp_backward(
  widths: usize,
  layers: usize,
  parameters: usize,
  activations: usize,
  deltas: usize,
  gradients: usize,
  batch: usize,
  transposed: usize,
  zeros: usize,
): void {
  let offset = (<usize>parameter_count(widths, layers)) << 2;
  let depth = outputs_of(widths, layers, 0, batch);
  for (let l = layers; l > 0; l--) {
    const inputs = width(widths, l - 1);
    const outputs = width(widths, l);
    const dy = deltas + depth;
    depth -= (batch * inputs) << 2;
    const x = activations + depth;
    const dx = deltas + depth;
    offset -= ((inputs + 1) * outputs) << 2;
    const weight = parameters + offset;
    const dw = gradients + offset;

    // dW: (I, O) = Xᵀ·dY and db: (O) = Σ dY, batch rows ascending
    affine(dw, x, 4, inputs << 2, dy, zeros, inputs, batch, outputs);
    column_sums(dw + ((inputs * outputs) << 2), dy, batch, outputs);

    if (l > 1) {
      // dX: (B, I) = dY·Wᵀ where the ReLU let its input through
      transpose(transposed, weight, inputs, outputs);
      affine(dx, dy, outputs << 2, 4, transposed, zeros, batch, outputs, inputs);
      relu_backward(dx, x, batch * inputs);
    }
  }
}

/** y = max(y, 0) */
export function relu(y: usize, count: usize): void {
  const zero = f32x4.splat(0);
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(y, f32x4.max(v128.load(y), zero));
    y += 16;
  }
  for (; i < count; i++) {
    store<f32>(y, max<f32>(load<f32>(y), 0));
    y += 4;
  }
}

/** dx = dx where the activation x is above 0, else 0 */
export function relu_backward(dx: usize, x: usize, count: usize): void {
  const zero = f32x4.splat(0);
  let i: usize = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(dx, v128.and(v128.load(dx), f32x4.gt(v128.load(x), zero)));
    dx += 16;
    x += 16;
  }
  for (; i < count; i++) {
    if (!(load<f32>(x) > 0)) store<f32>(dx, 0);
    dx += 4;
    x += 4;
  }
}

/** The first of the largest of `count` values: the greedy action of a row of Q-values. */
export function argmax(values: usize, count: usize): usize {
  let best: usize = 0;
  let largest = load<f32>(values);
  for (let i: usize = 1; i < count; i++) {
    const value = load<f32>(values + (i << 2));
    if (value > largest) {
      largest = value;
      best = i;
    }
  }
  return best;
}
