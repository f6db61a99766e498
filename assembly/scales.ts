// The scales in which a learner sees observations and returns. They are found in its replay memory and renewed now and
// then. Whenever a scale changes, the layer beside it is changed too, so that the network computes what it did before
// (for returns: van Hasselt et al. 2016, arXiv 1602.07714, proposition 1). So does the target network, and Adam's moments
// follow the gradients.
import { allocate_zeroed, at, free_block, put } from "./memory";
import { width } from "./mlp";
import { is_ready, observation_at, Replay, transition_at } from "./replay";
import { find_spread, Spread, Trainable } from "./trainable";

/** A deviation counts as at least this share of the whole range: one-hot features and rare returns stay moderate. */
const LEAST_SHARE: f64 = 1.0 / 8;
/** Returns that differ by less than this share of their size count as equal: f32 can hardly tell them apart. */
const EQUAL: f64 = 1e-5;
/** The largest number of the newest rows from whose returns the scale is found. */
const MOST_ROWS: usize = 65_536;

/** Q-values are mean + deviation · outputs. */
@unmanaged
export class ReturnScale {
  mean: f32;
  deviation: f32;
}

export function begin_return_scale(scale: ReturnScale): void {
  scale.mean = 0;
  scale.deviation = 1;
}

/** What is saved beside the scales of observations: what was seen when they were last renewed. */
@unmanaged
export class SeenRange {
  lowest: usize; // (inputs): lower bounds beyond which a value is far outside what was seen
  highest: usize; // (inputs)
}

/** A layer, and the same layer of the target network and of Adam's moments. */
@unmanaged
class Layer {
  weights: usize;
  target: usize;
  firstMoment: usize;
  secondMoment: usize;
  inputs: usize;
  outputs: usize;
}

/** Layer number `index` of a network whose layers are all dense, if it is not the first one for bytes. */
function layer_at(layer: Layer, net: Trainable, target: usize, index: usize): void {
  let before: usize = 0;
  for (let l: usize = 0; l < index; l++) before += ((width(net.widths, l) + 1) * width(net.widths, l + 1)) << 2;
  layer.weights = net.onlineWeights.parameters + before;
  layer.target = target + before;
  layer.firstMoment = net.firstMoment + before;
  layer.secondMoment = net.secondMoment + before;
  layer.inputs = width(net.widths, index);
  layer.outputs = width(net.widths, index + 1);
}

/** Multiplies a value by a factor in f64 and rounds once. */
function times(address: usize, factor: f64): void {
  store<f32>(address, <f32>(<f64>load<f32>(address) * factor));
}

/**
 * Renews the scales of observations: (x − mean)·scale. The scale of a feature that never changed is 0, so that nothing
 * depends on it before something can be learned about it. A feature that does not change any more keeps its scale, and
 * so does one that never changed if the network can do something already.
 * @param fresh whether the network can do nothing yet: its weights then stay
 */
export function renew_observations(net: Trainable, target: usize, replay: Replay, seen: SeenRange, fresh: bool): void {
  const layer = changetype<Layer>(heap.alloc(offsetof<Layer>()));
  layer_at(layer, net, target, 0);
  const spread = changetype<Spread>(heap.alloc(offsetof<Spread>()));
  const rows = replay.state.filled;
  const stride = replay.rowBytes;
  for (let i: usize = 0; i < net.inputs; i++) {
    find_spread(spread, observation_at(replay, 0) + (i << 2), stride, rows);
    const lowest = spread.lowest;
    const highest = spread.highest;
    const range = <f64>highest - <f64>lowest;
    put<f32>(seen.lowest, i, <f32>(<f64>lowest - range));
    put<f32>(seen.highest, i, <f32>(<f64>highest + range));
    const before = <f64>at<f32>(net.scale, i);
    if (range == 0) {
      if (!fresh) continue;
      put<f32>(net.mean, i, lowest);
      put<f32>(net.scale, i, 0);
      continue;
    }
    const mean = <f32>spread.mean;
    const scale = <f32>(1.0 / (spread.outliers ? spread.deviation : max(spread.deviation, range * LEAST_SHARE)));
    const shift = before * (<f64>mean - <f64>at<f32>(net.mean, i));
    put<f32>(net.mean, i, mean);
    put<f32>(net.scale, i, scale);
    if (fresh) continue;
    if (before == 0) forget_input(layer, i);
    else keep_inputs(layer, i, before / <f64>scale, shift);
  }
  heap.free(changetype<usize>(spread));
  heap.free(changetype<usize>(layer));
}

/** A feature changes for the first time: nothing has depended on it, and nothing does before it is learned. */
function forget_input(layer: Layer, i: usize): void {
  const outputs = layer.outputs;
  for (let o: usize = 0; o < outputs; o++) {
    store<f32>(layer.weights + ((i * outputs + o) << 2), 0);
    store<f32>(layer.target + ((o * layer.inputs + i) << 2), 0);
  }
}

/** A feature is divided by `ratio` from now on, and was moved by `shift` in the old unit. */
function keep_inputs(layer: Layer, i: usize, ratio: f64, shift: f64): void {
  const outputs = layer.outputs;
  const inputs = layer.inputs;
  for (let o: usize = 0; o < outputs; o++) {
    const online = layer.weights + ((i * outputs + o) << 2);
    const bias = layer.weights + ((inputs * outputs + o) << 2);
    store<f32>(bias, <f32>(<f64>load<f32>(bias) + <f64>load<f32>(online) * shift));
    times(online, ratio);
    // the target network's weights lie as (out, in)
    const target = layer.target + ((o * inputs + i) << 2);
    const targetBias = layer.target + ((inputs * outputs + o) << 2);
    store<f32>(targetBias, <f32>(<f64>load<f32>(targetBias) + <f64>load<f32>(target) * shift));
    times(target, ratio);
    times(layer.firstMoment + ((i * outputs + o) << 2), 1.0 / ratio);
    times(layer.secondMoment + ((i * outputs + o) << 2), 1.0 / (ratio * ratio));
  }
}

/**
 * Renews the scale of returns, from the discounted return that followed each of the newest steps. Where an episode was
 * cut off or is still open, the mean of all stands for what would have followed.
 * @param fresh whether the network has learned nothing yet: its weights then stay
 * @param dueling whether only the last output has the mean: it is the value, the others are advantages
 */
export function renew_returns(
  net: Trainable,
  target: usize,
  replay: Replay,
  scale: ReturnScale,
  fresh: bool,
  dueling: bool,
): void {
  const count = min(replay.state.filled, MOST_ROWS);
  // the return of the row that was written j rows ago is known + left · (the mean of all)
  const returns = allocate_zeroed((<u64>count) << 4);
  if (returns == 0) return;
  const rows = replay.rows;
  const newest = replay.state.head + rows - 1;
  let knownSum: f64 = 0;
  let leftSum: f64 = 0;
  let ready: f64 = 0;
  for (let j: usize = 0; j < count; j++) {
    const transition = transition_at(replay, (newest - j) % rows);
    const to = returns + (j << 4);
    store<f64>(to, 1, 8);
    if (!is_ready(transition.next)) continue;
    const next = (newest - transition.next) % rows;
    const discount = <f64>transition.discount;
    let known: f64 = 0;
    let left: f64 = 1;
    if (next < j) {
      known = load<f64>(returns + (next << 4));
      left = load<f64>(returns + (next << 4), 8);
    }
    known = <f64>transition.sum + discount * known;
    left *= discount;
    store<f64>(to, known);
    store<f64>(to, left, 8);
    knownSum += known;
    leftSum += left;
    ready++;
  }
  if (ready > 0) {
    const ended = ready - leftSum;
    const mean = ended > 1e-3 * ready ? knownSum / ended : knownSum / ready;
    let lowest = <f64>Infinity;
    let highest = <f64>-Infinity;
    let squares: f64 = 0;
    for (let j: usize = 0; j < count; j++) {
      if (!is_ready(transition_at(replay, (newest - j) % rows).next)) continue;
      const value = load<f64>(returns + (j << 4)) + load<f64>(returns + (j << 4), 8) * mean;
      lowest = min(lowest, value);
      highest = max(highest, value);
      squares += (value - mean) * (value - mean);
    }
    let deviation = max(sqrt<f64>(squares / ready), (highest - lowest) * LEAST_SHARE);
    const size = max(abs(lowest), abs(highest));
    if (deviation <= EQUAL * size) {
      // all are the same: the reward of one step is the unit
      deviation = abs(mean) * (1.0 - <f64>load<f32>(replay.powers, 4));
      if (deviation <= EQUAL * size) deviation = size > 0 ? size : 1;
    }
    set_return_scale(net, target, scale, <f32>mean, <f32>deviation, fresh, dueling);
  }
  free_block(returns);
}

function set_return_scale(
  net: Trainable,
  target: usize,
  scale: ReturnScale,
  mean: f32,
  deviation: f32,
  fresh: bool,
  dueling: bool,
): void {
  const ratio = <f64>scale.deviation / <f64>deviation;
  const shift = (<f64>scale.mean - <f64>mean) / <f64>deviation;
  scale.mean = mean;
  scale.deviation = deviation;
  if (fresh) return;
  const layer = changetype<Layer>(heap.alloc(offsetof<Layer>()));
  const last = net.layers - 1;
  layer_at(layer, net, target, last);
  const weights = layer.inputs * layer.outputs;
  for (let w: usize = 0; w < weights + layer.outputs; w++) {
    times(layer.weights + (w << 2), ratio);
    times(layer.target + (w << 2), ratio);
  }
  for (let o: usize = dueling ? layer.outputs - 1 : 0; o < layer.outputs; o++) {
    const bias = (weights + o) << 2;
    store<f32>(layer.weights + bias, <f32>(<f64>load<f32>(layer.weights + bias) + shift));
    store<f32>(layer.target + bias, <f32>(<f64>load<f32>(layer.target + bias) + shift));
  }
  // errors are ratio times as large, and those that reach the layers before it ratio²
  const hidden = (layer.weights - net.onlineWeights.parameters) >> 2;
  for (let w: usize = 0; w < net.count; w++) {
    const factor = w < hidden ? ratio * ratio : ratio;
    times(net.firstMoment + (w << 2), factor);
    times(net.secondMoment + (w << 2), factor * factor);
  }
  heap.free(changetype<usize>(layer));
}

/** Whether the incoming observation is far outside what was seen when the scales were renewed. */
export function is_far_outside(seen: SeenRange, observation: usize, inputs: usize): bool {
  for (let i: usize = 0; i < inputs; i++) {
    const value = at<f32>(observation, i);
    if (value < at<f32>(seen.lowest, i) || value > at<f32>(seen.highest, i)) return true;
  }
  return false;
}
