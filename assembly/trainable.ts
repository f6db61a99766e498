// A network in training: its parameters and Adam's moments, which are saved, and the scratch of one update.
import { AdamPowers, adam_step } from "./adam";
import { area, floats } from "./memory";
import {
  activation_count,
  largest_layer,
  largest_width,
  mlp_backward,
  mlp_forward,
  outputs_of,
  parameter_count,
  width,
} from "./mlp";
import { uniform } from "./random";

@unmanaged
export class Trainable {
  layers: usize;
  batch: usize;
  inputs: usize;
  outputs: usize;
  count: usize; // of parameters
  block: usize; // what is saved lies first in it
  savedBytes: usize;

  // saved
  widths: usize; // u32 × (layers + 1)
  random: usize; // the generator's 4 words
  powers: AdamPowers;
  parameters: usize; // (count)
  first: usize; // (count)
  second: usize; // (count)
  mean: usize; // (inputs): observations are normalised to (x − mean)·scale
  scale: usize; // (inputs)

  // scratch
  gradients: usize; // (count)
  activations: usize;
  deltas: usize;
  transposed: usize;
  zeros: usize;
}

/** Takes the sizes over from the caller's widths, before anything is placed. */
export function set_sizes(net: Trainable, widths: usize, layers: usize, batch: usize): void {
  net.layers = layers;
  net.batch = batch;
  net.inputs = width(widths, 0);
  net.outputs = width(widths, layers);
  net.count = <usize>min<u64>(parameter_count(widths, layers), u32.MAX_VALUE); // more is far too large for a block
}

/** Places what a checkpoint holds. `widths` is only measured: the caller copies it when there is memory. */
export function place_saved(net: Trainable): void {
  net.widths = area((<u64>(net.layers + 1)) << 2);
  net.random = area(16);
  net.powers = changetype<AdamPowers>(area(offsetof<AdamPowers>()));
  net.parameters = floats(net.count);
  net.first = floats(net.count);
  net.second = floats(net.count);
  net.mean = floats(net.inputs);
  net.scale = floats(net.inputs);
}

/** Places what an update needs and leaves behind. */
export function place_scratch(net: Trainable, widths: usize): void {
  const rowValues = activation_count(widths, net.layers);
  net.gradients = floats(net.count);
  net.activations = floats(rowValues * net.batch);
  net.deltas = floats(rowValues * net.batch);
  net.transposed = floats(largest_layer(widths, net.layers));
  net.zeros = floats(largest_width(widths, net.layers));
}

/** Fresh parameters from a fresh generator, uniform in ±1/√inputs of each layer, and Adam at its start. */
export function initialise(net: Trainable, word0: u32, word1: u32, word2: u32, word3: u32): void {
  store<u32>(net.random, word0);
  store<u32>(net.random, word1, 4);
  store<u32>(net.random, word2, 8);
  store<u32>(net.random, word3 | 1, 12); // never all zero
  let at = net.parameters;
  for (let l: usize = 0; l < net.layers; l++) {
    const inputs = width(net.widths, l);
    const bound = <f32>1 / sqrt<f32>(<f32>inputs);
    const values = (inputs + 1) * width(net.widths, l + 1);
    for (let i: usize = 0; i < values; i++) {
      store<f32>(at, (<f32>2 * uniform(net.random) - <f32>1) * bound);
      at += 4;
    }
  }
  memory.fill(net.first, 0, net.count << 2);
  memory.fill(net.second, 0, net.count << 2);
  net.powers.beta1 = 1;
  net.powers.beta2 = 1;
  for (let i: usize = 0; i < net.inputs; i++) {
    store<f32>(net.mean + (i << 2), 0);
    store<f32>(net.scale + (i << 2), 1);
  }
}

/** Makes the mean 0 and the standard deviation 1 for each feature of `rows` observations: (rows, inputs). */
export function fit_normalisation(net: Trainable, observations: usize, rows: usize): void {
  const stride = net.inputs << 2;
  for (let i: usize = 0; i < net.inputs; i++) {
    const column = observations + (i << 2);
    const mean = column_mean(column, stride, rows);
    store<f32>(net.mean + (i << 2), <f32>mean);
    store<f32>(net.scale + (i << 2), <f32>(1.0 / column_deviation(column, stride, rows, mean)));
  }
}

/** The mean of `rows` f32 values, `stride` bytes apart, summed in f64. */
export function column_mean(values: usize, stride: usize, rows: usize): f64 {
  let sum: f64 = 0;
  for (let r: usize = 0; r < rows; r++) sum += <f64>load<f32>(values + r * stride);
  return sum / <f64>rows;
}

/** Their standard deviation around `mean`; 1 where they are all (nearly) the same, so that one can divide by it. */
export function column_deviation(values: usize, stride: usize, rows: usize, mean: f64): f64 {
  let sum: f64 = 0;
  for (let r: usize = 0; r < rows; r++) {
    const difference = <f64>load<f32>(values + r * stride) - mean;
    sum += difference * difference;
  }
  const deviation = sqrt<f64>(sum / <f64>rows);
  return deviation > 1e-6 ? deviation : 1.0;
}

/** Row `row` of the inputs = the observation, normalised: (x − mean)·scale. */
export function put_input(net: Trainable, row: usize, observation: usize): void {
  let to = net.activations + ((row * net.inputs) << 2);
  let mean = net.mean;
  let scale = net.scale;
  let i: usize = 0;
  for (; i + 4 <= net.inputs; i += 4) {
    v128.store(to, f32x4.mul(f32x4.sub(v128.load(observation), v128.load(mean)), v128.load(scale)));
    to += 16;
    observation += 16;
    mean += 16;
    scale += 16;
  }
  for (; i < net.inputs; i++) {
    store<f32>(to, (load<f32>(observation) - load<f32>(mean)) * load<f32>(scale));
    to += 4;
    observation += 4;
    mean += 4;
    scale += 4;
  }
}

/** The Q-values of the first `rows` inputs: (rows, outputs), by the given parameters. */
export function forward(net: Trainable, parameters: usize, rows: usize): usize {
  return mlp_forward(net.widths, net.layers, parameters, net.activations, rows);
}

/** The outputs' deltas of a whole batch, (batch, outputs), set to zero for a loss to be added to. */
export function cleared_deltas(net: Trainable): usize {
  const deltas = outputs_of(net.widths, net.layers, net.deltas, net.batch);
  memory.fill(deltas, 0, (net.batch * net.outputs) << 2);
  return deltas;
}

/** From the outputs' deltas to changed parameters: backward and one Adam step. */
export function descend(net: Trainable, learningRate: f32): void {
  mlp_backward(
    net.widths,
    net.layers,
    net.parameters,
    net.activations,
    net.deltas,
    net.gradients,
    net.batch,
    net.transposed,
    net.zeros,
  );
  adam_step(net.parameters, net.gradients, net.first, net.second, net.count, learningRate, net.powers);
}
