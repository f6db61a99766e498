// A network in training: its parameters and Adam's moments, which are saved, and the scratch of one update.
import { AdamPowers, adam_step } from "./adam";
import { clip_norm } from "./clipping";
import { PANEL, relu_row, transpose } from "./matmul";
import { area, floats } from "./memory";
import {
  activation_count,
  backward_panel,
  forward_panel,
  forward_row,
  mlp_gradients,
  pack_panel,
  packed_count,
  panel_count,
  parameter_count,
  transpose_parameters,
  width,
} from "./mlp";
import { uniform } from "./random";
import { first_layer, first_layer_gradient, first_layer_row, lists_bytes, put_lists } from "./sparse";

/** A set of a network's weights, in the two forms in which they are read. */
@unmanaged
export class Weights {
  parameters: usize; // (count): the trained parameters; the first layer of a network for bytes is read here
  transposed: usize; // (count): the dense layers with each W transposed; forward passes read these
}

@unmanaged
export class Trainable {
  onlineWeights: Weights; // the weights that are trained
  layers: usize;
  batch: usize;
  panels: usize; // the number of panels, 16 rows each, that the batch fills
  inputs: usize;
  outputs: usize;
  count: usize; // the number of parameters
  block: usize; // what is always saved comes first in it

  // what a checkpoint holds, beside the first bytes of the block: the filled rows of these tables
  savedBytes: usize; // the number of those first bytes
  tables: usize; // Table (tableCount)
  tableCount: usize;
  capacity: usize; // the number of rows that each table has

  // With observations of bytes, mostly 0, the first layer is computed by sparse.ts. The dense layers are the others;
  // mlp.ts computes them as a network without the first layer. With other observations all layers are dense.
  bytes: bool;
  denseWidths: usize; // the widths of the dense layers, within widths
  denseLayers: usize;
  denseAt: usize; // where the dense layers begin in the parameters, in bytes
  panelBytes: usize; // the bytes of a panel's activations, and also of its deltas
  outputsAt: usize; // where a panel's outputs (w_L, 16) lie in both, in bytes
  inputsBytes: usize; // the bytes of a panel's inputs: (inputs, 16), or lists

  // saved, with the parameters between the powers and the moments
  random: usize; // the generator's 4 words
  powers: AdamPowers;
  firstMoment: usize; // (count)
  secondMoment: usize; // (count)
  mean: usize; // (inputs): observations are normalised to (x − mean)·scale
  scale: usize; // (inputs)

  // scratch
  widths: usize; // u32 × (layers + 1)
  gradients: usize; // (count)
  activations: usize; // of every panel; the rows after the batch's last stay zero
  deltas: usize; // of one panel
  spread: usize; // the activations of every panel, as mlp_gradients reads them
  packed: usize; // the deltas of every panel, as mlp_gradients reads them
  row: usize; // the activations of one observation, for choosing an action
  lists: usize; // with bytes: the inputs of every panel that are not 0
  firstDeltas: usize; // with bytes: (panels, 16, w_1), the first layer's deltas
}

/** Takes the sizes from the caller's widths, before anything is placed. */
export function set_sizes(net: Trainable, widths: usize, layers: usize, batch: usize, bytes: bool): void {
  net.layers = layers;
  net.batch = batch;
  net.panels = panel_count(batch);
  net.inputs = width(widths, 0);
  net.outputs = width(widths, layers);
  net.count = <usize>min<u64>(parameter_count(widths, layers), u32.MAX_VALUE); // a larger number would be far too large for a block
  net.bytes = bytes;
  net.denseLayers = layers - usize(bytes);
  net.inputsBytes = bytes ? lists_bytes(net.inputs) : net.inputs << 6;
  net.denseAt = bytes ? ((net.inputs + 1) * width(widths, 1)) << 2 : 0;
}

/** Places what a checkpoint always holds. */
export function place_saved(net: Trainable): void {
  net.random = area(16);
  net.powers = changetype<AdamPowers>(area(offsetof<AdamPowers>()));
  net.onlineWeights.parameters = floats(net.count);
  net.firstMoment = floats(net.count);
  net.secondMoment = floats(net.count);
  net.mean = floats(net.inputs);
  net.scale = floats(net.inputs);
}

/** A table whose filled rows a checkpoint holds. */
@unmanaged
export class Table {
  address: usize;
  rowBytes: usize;
}

/** The most tables that a learner or a distiller has. */
const MOST_TABLES: usize = 5;

/** Adds a table to what a checkpoint holds, when there is memory. */
export function save_table(net: Trainable, address: usize, rowBytes: usize): void {
  const table = changetype<Table>(net.tables + net.tableCount * offsetof<Table>());
  table.address = address;
  table.rowBytes = rowBytes;
  net.tableCount++;
}

/** Places the scratch of an update. `widths` only get their place: the caller copies them when there is memory. */
export function place_scratch(net: Trainable, widths: usize): void {
  net.tables = area(MOST_TABLES * offsetof<Table>());
  net.tableCount = 0;
  net.widths = area((<u64>(net.layers + 1)) << 2);
  net.denseWidths = net.widths + (usize(net.bytes) << 2);
  const batch = net.panels * PANEL;
  const denseWidths = widths + (usize(net.bytes) << 2);
  const rowValues = activation_count(denseWidths, net.denseLayers);
  net.panelBytes = (<usize>rowValues) << 6;
  net.outputsAt = net.panelBytes - (net.outputs << 6);
  net.gradients = floats(net.count);
  net.onlineWeights.transposed = floats(net.count);
  net.activations = floats(rowValues * batch);
  net.deltas = floats(rowValues * PANEL + 3); // with bytes, the first layer writes up to three values after its rows
  net.spread = floats((rowValues - net.outputs) * batch);
  net.packed = floats(packed_count(denseWidths, net.denseLayers) * batch);
  net.row = floats(rowValues + 3); // `forward_row` writes up to three values after its outputs
  if (!net.bytes) return;
  net.lists = area(<u64>net.panels * net.inputsBytes);
  net.firstDeltas = floats(<u64>batch * width(denseWidths, 0));
}

/** Where the inputs of panel number `panel` lie. */
export function inputs_at(net: Trainable, panel: usize): usize {
  return net.bytes ? net.lists + panel * net.inputsBytes : panel_at(net, panel);
}

/** Fresh parameters from a fresh generator, uniform in ±1/√inputs of each layer. Adam starts over. */
export function initialise(net: Trainable, word0: u32, word1: u32, word2: u32, word3: u32): void {
  store<u32>(net.random, word0);
  store<u32>(net.random, word1, 4);
  store<u32>(net.random, word2, 8);
  store<u32>(net.random, word3 | 1, 12); // never all zero
  let at = net.onlineWeights.parameters;
  for (let l: usize = 0; l < net.layers; l++) {
    const inputs = width(net.widths, l);
    const bound = <f32>1 / sqrt<f32>(<f32>inputs);
    const values = (inputs + 1) * width(net.widths, l + 1);
    for (let i: usize = 0; i < values; i++) {
      store<f32>(at, (<f32>2 * uniform(net.random) - <f32>1) * bound);
      at += 4;
    }
  }
  memory.fill(net.firstMoment, 0, net.count << 2);
  memory.fill(net.secondMoment, 0, net.count << 2);
  net.powers.beta1 = 1;
  net.powers.beta2 = 1;
  net.powers.steps = 0;
  for (let i: usize = 0; i < net.inputs; i++) {
    store<f32>(net.mean + (i << 2), 0);
    store<f32>(net.scale + (i << 2), 1);
  }
}

/**
 * Computes the scaling that makes the mean 0 and the standard deviation 1 for each feature of `rows` observations:
 * (rows, inputs). Outliers do not count.
 */
export function fit_normalisation(net: Trainable, observations: usize, rows: usize): void {
  const stride = net.inputs << 2;
  const spread = changetype<Spread>(heap.alloc(offsetof<Spread>()));
  for (let i: usize = 0; i < net.inputs; i++) {
    find_spread(spread, observations + (i << 2), stride, rows);
    store<f32>(net.mean + (i << 2), <f32>spread.mean);
    store<f32>(net.scale + (i << 2), <f32>(1.0 / spread.deviation));
  }
  heap.free(changetype<usize>(spread));
}

/**
 * The mean of `rows` f32 values, `stride` bytes apart, summed in f64.
 * @param mask u8 (rows): only values that have a 1 here count; 0: all do
 * @param from only values from here on count
 * @param to only values up to here count
 */
export function column_mean(
  values: usize,
  stride: usize,
  rows: usize,
  mask: usize = 0,
  from: f64 = -Infinity,
  to: f64 = Infinity,
): f64 {
  let sum: f64 = 0;
  let counted: usize = 0;
  for (let r: usize = 0; r < rows; r++) {
    const value = <f64>load<f32>(values + r * stride);
    if (!counts(mask, r) || value < from || value > to) continue;
    counted++;
    sum += value;
  }
  return sum / <f64>counted;
}

function counts(mask: usize, row: usize): bool {
  return mask == 0 || load<u8>(mask + row) != 0;
}

/** What rounding alone can make of the deviation of equal values, as a share of them; f32 values that differ exceed it. */
const ROUNDING: f64 = 1e-9;
/** A smaller deviation has no reciprocal that f32 can multiply weights with. */
const SMALLEST_DEVIATION: f64 = 1e-30;

/**
 * Their standard deviation around `mean`; 1 if they are all the same, so that one can divide by it. How small the values
 * are does not matter.
 */
export function column_deviation(values: usize, stride: usize, rows: usize, mean: f64, mask: usize = 0): f64 {
  const deviation = deviation_within(values, stride, rows, mean, mask, -Infinity, Infinity);
  return deviation > 0 ? deviation : 1.0;
}

/** The deviation of the values that count, as for {@link column_mean}; 0 if they are all the same. */
function deviation_within(values: usize, stride: usize, rows: usize, mean: f64, mask: usize, from: f64, to: f64): f64 {
  let sum: f64 = 0;
  let counted: usize = 0;
  for (let r: usize = 0; r < rows; r++) {
    const value = <f64>load<f32>(values + r * stride);
    if (!counts(mask, r) || value < from || value > to) continue;
    counted++;
    sum += (value - mean) * (value - mean);
  }
  const deviation = sqrt<f64>(sum / <f64>counted);
  return deviation > max<f64>(ROUNDING * abs<f64>(mean), SMALLEST_DEVIATION) ? deviation : 0;
}

/** Where the values of a feature lie. */
@unmanaged
export class Spread {
  lowest: f32;
  highest: f32;
  mean: f64;
  deviation: f64; // 1 if all are the same
  outliers: bool; // whether some are so far away that mean and deviation are those of the others
}

/** Values farther from the mean than so many deviations may be outliers, such as the error code of a sensor. */
const FAR: f64 = 4;
/** They are, if without them the deviation is less than this share. */
const FAR_SMALLER: f64 = 1.0 / 8;
/** Beside outliers a deviation counts as at least this share of the whole range, so that no input is huge. */
const LEAST_OF_RANGE: f64 = 1.0 / 256;
/** So often what is far away is left out, and the mean and the deviation of the others are taken. */
const MOST_PASSES = 5;

/** Looks at `rows` f32 values, `stride` bytes apart. */
export function find_spread(spread: Spread, values: usize, stride: usize, rows: usize): void {
  let lowest: f32 = Infinity;
  let highest: f32 = -Infinity;
  for (let r: usize = 0; r < rows; r++) {
    const value = load<f32>(values + r * stride);
    lowest = min(lowest, value);
    highest = max(highest, value);
  }
  const mean = column_mean(values, stride, rows);
  const deviation = column_deviation(values, stride, rows, mean);
  spread.lowest = lowest;
  spread.highest = highest;
  spread.mean = mean;
  spread.deviation = deviation;
  spread.outliers = false;
  const range = <f64>highest - <f64>lowest;
  if (range == 0) return;
  let usualMean = mean;
  let usual = deviation;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const from = usualMean - FAR * usual;
    const to = usualMean + FAR * usual;
    if (<f64>lowest >= from && <f64>highest <= to) break;
    usualMean = column_mean(values, stride, rows, 0, from, to);
    usual = deviation_within(values, stride, rows, usualMean, 0, from, to);
    if (usual == 0) return; // the others are all the same: a rare value beside them may mean much
  }
  if (usual >= FAR_SMALLER * deviation) return;
  spread.mean = usualMean;
  spread.deviation = max(usual, LEAST_OF_RANGE * range);
  spread.outliers = true;
}

/**
 * Fills the first `rows` rows of a panel's inputs: lists of bytes; or (inputs, 16) = the observations, normalised:
 * (x − mean)·scale.
 * @param observations usize (rows): the address of each
 */
export function put_inputs(net: Trainable, panel: usize, observations: usize, rows: usize): void {
  if (net.bytes) {
    put_lists(panel, observations, rows, net.inputs);
    return;
  }
  const whole = rows & ~3;
  for (let r: usize = 0; r < whole; r += 4) put_four(net, panel + (r << 2), observations + r * sizeof<usize>());
  for (let r = whole; r < rows; r++) {
    const observation = load<usize>(observations + r * sizeof<usize>());
    for (let i: usize = 0; i < net.inputs; i++) {
      store<f32>(panel + (i << 6) + (r << 2), normalised(net, observation, i << 2));
    }
  }
}

// Four rows and four features at a time are transposed in registers (row by row: A5 2 % slower, A1 1 %).
function put_four(net: Trainable, to: usize, observations: usize): void {
  const a = load<usize>(observations);
  const b = load<usize>(observations, sizeof<usize>());
  const c = load<usize>(observations, 2 * sizeof<usize>());
  const d = load<usize>(observations, 3 * sizeof<usize>());
  const whole = (net.inputs & ~3) << 2;
  const end = net.inputs << 2;
  let at: usize = 0;
  for (; at < whole; at += 16) {
    const mean = v128.load(net.mean + at);
    const scale = v128.load(net.scale + at);
    const x0 = f32x4.mul(f32x4.sub(v128.load(a + at), mean), scale);
    const x1 = f32x4.mul(f32x4.sub(v128.load(b + at), mean), scale);
    const x2 = f32x4.mul(f32x4.sub(v128.load(c + at), mean), scale);
    const x3 = f32x4.mul(f32x4.sub(v128.load(d + at), mean), scale);
    const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 64);
    v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 128);
    v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 192);
    to += 256;
  }
  for (; at < end; at += 4) {
    store<f32>(to, normalised(net, a, at));
    store<f32>(to, normalised(net, b, at), 4);
    store<f32>(to, normalised(net, c, at), 8);
    store<f32>(to, normalised(net, d, at), 12);
    to += 64;
  }
}

/** The value that lies `at` bytes into an observation, normalised. */
function normalised(net: Trainable, observation: usize, at: usize): f32 {
  return (load<f32>(observation + at) - load<f32>(net.mean + at)) * load<f32>(net.scale + at);
}

/** The outputs of the network for one observation, until the next call. */
export function answer(net: Trainable, observation: usize): usize {
  const parameters = net.onlineWeights.parameters;
  if (net.bytes) {
    const outputs = width(net.denseWidths, 0);
    store<usize>(net.row, observation);
    put_lists(net.lists, net.row, 1, net.inputs);
    first_layer_row(net.row, net.lists, parameters, outputs);
    if (net.denseLayers > 0) relu_row(net.row, outputs);
  } else {
    for (let i: usize = 0; i < net.inputs; i++) {
      store<f32>(net.row + (i << 2), normalised(net, observation, i << 2));
    }
  }
  return forward_row(net.denseWidths, net.denseLayers, parameters + net.denseAt, false, net.row);
}

/** Where the activations of panel number `panel` begin. */
export function panel_at(net: Trainable, panel: usize): usize {
  return net.activations + panel * net.panelBytes;
}

/** An update begins: transposes the weights of the dense layers, for the forward passes. */
export function transpose_weights(net: Trainable): void {
  const weights = net.onlineWeights;
  const at = net.denseAt;
  transpose_parameters(weights.transposed + at, weights.parameters + at, net.denseWidths, net.denseLayers);
}

/** The Q-values (outputs, 16) of a panel's inputs. */
export function forward(net: Trainable, panel: usize): usize {
  return forward_inputs(net, net.onlineWeights, inputs_at(net, panel), panel_at(net, panel));
}

/**
 * The outputs (outputs, 16) of a panel's inputs, which may lie elsewhere, with any weights; also fills its activations.
 */
export function forward_inputs(net: Trainable, weights: Weights, inputs: usize, panel: usize): usize {
  if (net.bytes) {
    first_layer(panel, inputs, weights.parameters, width(net.denseWidths, 0), net.denseLayers > 0, net.deltas);
    inputs = panel;
  }
  return forward_panel(net.denseWidths, net.denseLayers, weights.transposed + net.denseAt, inputs, panel);
}

/** Computes the deltas of a panel's hidden layers from those of its outputs, and lays them out for `descend`. */
export function backward(net: Trainable, panel: usize): void {
  const activations = panel_at(net, panel);
  const widths = net.denseWidths;
  const layers = net.denseLayers;
  backward_panel(widths, layers, net.onlineWeights.parameters + net.denseAt, activations, net.deltas, net.bytes);
  pack_panel(widths, layers, activations, net.deltas, net.spread, net.packed, panel, net.panels);
  if (net.bytes) {
    const outputs = width(widths, 0);
    transpose(net.firstDeltas + panel * (outputs << 6), net.deltas, outputs, PANEL);
  }
}

/**
 * Changes the parameters, from the packed deltas of all panels: the gradients, and one Adam step.
 * @param maxNorm larger gradients are scaled down to this norm; 0: never
 */
export function descend(net: Trainable, learningRate: f32, maxNorm: f32): void {
  gradients(net);
  if (maxNorm > 0) clip_norm(net.gradients, net.count, maxNorm);
  const parameters = net.onlineWeights.parameters;
  adam_step(parameters, net.gradients, net.firstMoment, net.secondMoment, net.count, learningRate, net.powers);
}

/** The gradients from the packed deltas of all panels. */
export function gradients(net: Trainable): void {
  if (net.bytes) first_gradients(net, 0, net.inputs + 1);
  const to = net.gradients + net.denseAt;
  mlp_gradients(net.denseWidths, net.denseLayers, net.spread, net.packed, to, net.panels);
}

/**
 * With bytes: the first layer's gradients for the inputs from `first` up to, but without, `end`; the bias is the last.
 */
export function first_gradients(net: Trainable, first: usize, end: usize): void {
  const outputs = width(net.denseWidths, 0);
  memory.fill(net.gradients + ((first * outputs) << 2), 0, ((end - first) * outputs) << 2);
  for (let panel: usize = 0; panel < net.panels; panel++) {
    const dy = net.firstDeltas + panel * (outputs << 6);
    first_layer_gradient(net.gradients, inputs_at(net, panel), dy, outputs, first, end);
  }
}
