// The forward and backward pass of an MLP over flat parameters: linear layers with ReLU between them (or tanh, forward
// only), and nothing after the last.
//
// widths: u32 × (L + 1): the inputs, the hidden widths, the outputs.
// parameters, gradients: for each layer W (in × out, row-major), then b (out).
// transposed: the same with Wᵀ (out × in) in W's place; the forward pass reads this.
// A batch is computed in panels of 16 rows (matmul.ts). A panel's activations are a matrix (w_l, 16) for each width
// w_l, one after another: the inputs first, the outputs last. Its deltas, the loss's gradients of each activation, lie
// in the same way.

import { tanh_row } from "./math";
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
} from "./matmul";
import { copy_floats } from "./memory";

export function width(widths: usize, layer: usize): usize {
  return load<u32>(widths + (layer << 2));
}

/** The number of weights and biases. */
export function parameter_count(widths: usize, layers: usize): u64 {
  let count: u64 = 0;
  for (let l: usize = 0; l < layers; l++) count += <u64>(width(widths, l) + 1) * width(widths, l + 1);
  return count;
}

/** The sum of all widths: the number of values that one row of a batch has in the activations. */
export function activation_count(widths: usize, layers: usize): u64 {
  let count: u64 = 0;
  for (let l: usize = 0; l <= layers; l++) count += width(widths, l);
  return count;
}

/** The number of values that one row has in the packed deltas: each width except the inputs', rounded up to fours. */
export function packed_count(widths: usize, layers: usize): u64 {
  let count: u64 = 0;
  for (let l: usize = 1; l <= layers; l++) count += (<u64>width(widths, l) + 3) & ~3;
  return count;
}

/** The number of panels that a batch fills; the last one may be filled in part. */
export function panel_count(batch: usize): usize {
  return batch / PANEL + usize(batch % PANEL != 0);
}

/** The bytes of a panel's activations. */
export function panel_bytes(widths: usize, layers: usize): usize {
  return (<usize>activation_count(widths, layers)) << 6;
}

/** Where a panel's outputs (w_L, 16) lie in its activations and in its deltas, in bytes. */
export function outputs_offset(widths: usize, layers: usize): usize {
  return panel_bytes(widths, layers) - (width(widths, layers) << 6);
}

/** transposed = the parameters with each W: (in, out) turned into Wᵀ: (out, in) */
export function transpose_parameters(transposed: usize, parameters: usize, widths: usize, layers: usize): void {
  for (let l: usize = 0; l < layers; l++) {
    const inputs = width(widths, l);
    const outputs = width(widths, l + 1);
    const weights = (inputs * outputs) << 2;
    transpose(transposed, parameters, inputs, outputs);
    copy_floats(transposed + weights, parameters + weights, outputs);
    transposed += weights + (outputs << 2);
    parameters += weights + (outputs << 2);
  }
}

/**
 * Fills the layers of a panel's activations from the inputs (w_0, 16), which may lie elsewhere. Returns the address of
 * the outputs.
 */
export function forward_panel(
  widths: usize,
  layers: usize,
  transposed: usize,
  x: usize,
  panel: usize,
  tanh: bool = false,
): usize {
  for (let l: usize = 0; l < layers; l++) {
    const inputs = width(widths, l);
    const outputs = width(widths, l + 1);
    const bias = transposed + ((inputs * outputs) << 2);
    panel += inputs << 6;
    const y = panel;
    const hidden = l + 1 < layers;
    if (hidden && !tanh) affine_relu(y, transposed, x, bias, outputs, inputs);
    else affine(y, transposed, x, bias, outputs, inputs);
    if (hidden && tanh) activate(y, outputs << 4, tanh);
    transposed = bias + (outputs << 2);
    x = y;
  }
  return x;
}

/**
 * Fills a panel's deltas of the hidden layers, from the deltas of its outputs and its activations.
 * @param toInputs whether the inputs need deltas, too, because they are activations of a ReLU
 */
export function backward_panel(
  widths: usize,
  layers: usize,
  parameters: usize,
  panel: usize,
  deltas: usize,
  toInputs: bool,
): void {
  let weight = parameters + ((<usize>parameter_count(widths, layers)) << 2);
  let at = outputs_offset(widths, layers);
  for (let l = layers; l > usize(!toInputs); l--) {
    const inputs = width(widths, l - 1);
    const outputs = width(widths, l);
    weight -= ((inputs + 1) * outputs) << 2;
    const dy = deltas + at;
    at -= inputs << 6;
    product_masked(deltas + at, weight, dy, panel + at, inputs, outputs);
  }
}

/**
 * Lays out a panel's activations and deltas for `mlp_gradients`: for each layer its inputs with `spread_rows`, and the
 * deltas of its outputs with `pack_deltas`.
 */
export function pack_panel(
  widths: usize,
  layers: usize,
  activations: usize,
  deltas: usize,
  spread: usize,
  packed: usize,
  panel: usize,
  panels: usize,
): void {
  const batch = panels * PANEL;
  for (let l: usize = 0; l < layers; l++) {
    const inputs = width(widths, l);
    const outputs = width(widths, l + 1);
    deltas += inputs << 6;
    spread_rows(spread, activations, panel, inputs, batch);
    pack_deltas(packed, deltas, panel, outputs, batch);
    activations += inputs << 6;
    spread += (inputs * batch) << 2;
    packed += (batch * ((outputs + 3) & ~3)) << 2;
  }
}

/** Fills the gradients of all layers from the spread activations and the packed deltas of all panels. */
export function mlp_gradients(
  widths: usize,
  layers: usize,
  spread: usize,
  packed: usize,
  gradients: usize,
  panels: usize,
): void {
  const batch = panels * PANEL;
  for (let l: usize = 0; l < layers; l++) {
    const inputs = width(widths, l);
    const outputs = width(widths, l + 1);
    const bias = gradients + ((inputs * outputs) << 2);
    weight_gradient(gradients, bias, spread, packed, inputs, outputs, batch);
    spread += (inputs * batch) << 2;
    packed += (batch * ((outputs + 3) & ~3)) << 2;
    gradients = bias + (outputs << 2);
  }
}

/**
 * packed = the parameters with each W as `pack_columns` leaves it; `forward_row` reads large ones faster in this way.
 */
export function pack_parameters(packed: usize, parameters: usize, widths: usize, layers: usize): void {
  for (let l: usize = 0; l < layers; l++) {
    const inputs = width(widths, l);
    const outputs = width(widths, l + 1);
    const weights = (inputs * outputs) << 2;
    pack_columns(packed, parameters, inputs, outputs);
    copy_floats(packed + weights, parameters + weights, outputs);
    packed += weights + (outputs << 2);
    parameters += weights + (outputs << 2);
  }
}

/**
 * Sends one observation through the network: fills the activations, (w_0) then (w_1) and so on, from its inputs.
 * Returns the address of the outputs (w_L). The three values after them are scratch, too.
 */
export function forward_row(
  widths: usize,
  layers: usize,
  parameters: usize,
  packed: bool,
  activations: usize,
  tanh: bool = false,
): usize {
  let x = activations;
  for (let l: usize = 0; l < layers; l++) {
    const inputs = width(widths, l);
    const outputs = width(widths, l + 1);
    const bias = parameters + ((inputs * outputs) << 2);
    const y = x + (inputs << 2);
    affine_row(y, x, parameters, packed, bias, inputs, outputs);
    if (l + 1 < layers) activate(y, outputs, tanh);
    parameters = bias + (outputs << 2);
    x = y;
  }
  return x;
}

/** y = max(y, 0), or tanh(y). One value after them is scratch. */
export function activate(y: usize, count: usize, tanh: bool): void {
  if (tanh) tanh_row(y, count);
  else relu_row(y, count);
}

/** The greedy action for a row of Q-values: the first of the largest of `count` values. */
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

/** best: u32 (16): for each row of a panel of Q-values (A, 16), the first of the largest. */
export function argmax_panel(best: usize, q: usize, actions: usize): void {
  for (let column: usize = 0; column < 64; column += 16) {
    let largest = v128.load(q + column);
    let action = i32x4.splat(0);
    for (let a: usize = 1; a < actions; a++) {
      const value = v128.load(q + column + (a << 6));
      const larger = f32x4.gt(value, largest);
      largest = v128.bitselect(value, largest, larger);
      action = v128.bitselect(i32x4.splat(<i32>a), action, larger);
    }
    v128.store(best + column, action);
  }
}
