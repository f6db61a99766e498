// One distillation update: sample labelled states → student forward → loss → backward → Adam.
import { Comparison, place_comparison, weighted_sum } from "./losses";
import { PANEL } from "./matmul";
import {
  allocate_zeroed,
  area,
  clear_floats,
  copy_floats,
  floats,
  free_block,
  lay_out,
  layout_end,
  measure,
} from "./memory";
import { answer_panel, Network, put_observation } from "./network";
import { below } from "./random";
import { round_weights } from "./rounding";
import { observation_bytes } from "./sparse";
import {
  backward,
  column_deviation,
  column_mean,
  descend,
  fit_normalisation,
  forward,
  initialise,
  inputs_at,
  place_saved,
  place_scratch,
  put_inputs,
  save_table,
  set_sizes,
  Trainable,
  transpose_weights,
  Weights,
} from "./trainable";

/** The host's options for a distiller, 4 bytes each. src/core/distiller.ts has the same names in the same order. */
@unmanaged
export class DistillerOptions {
  batchSize: usize;
  capacity: usize; // the largest number of labelled states
  byteObservations: u32; // states are whole numbers from 0 to 255 and mostly 0; kept as u8
  largestWeight: f32; // rounded weights are whole numbers up to this one, times a step: 127 for 8 bits; 0: no rounding
}

@unmanaged
export class Distiller extends Trainable {
  stateBytes: usize; // the bytes of one state
  largestWeight: f32;
  relabeller: Network | null; // labels each batch anew; null if the kept labels are used
  comparison: Comparison<f32>; // for the batch with standardised labels, and for `actions` outputs

  // the states and outputs of an update
  firstState: usize; // states are drawn from this one on
  stateCount: usize; // the number of states to draw from
  firstOutput: usize; // the loss covers the outputs from this one on, as many as are compared

  // saved
  state: DistillerState;
  exact: usize; // (count): the parameters before rounding, which Adam moves; without rounding the parameters themselves
  states: usize; // (capacity, stateBytes)
  labels: usize; // (capacity, outputs): the teacher's Q-values
  taken: usize; // (capacity) u32: the action that was taken there, for a loss that needs transitions
  targets: usize; // (capacity): the action's target, in the labels' unit
  masks: usize; // u8 (capacity, outputs), a block of its own: 1 for each allowed action; 0 while all are allowed

  // scratch
  drawn: usize; // usize (16): the addresses of a panel's states
}

@unmanaged
export class DistillerState {
  filled: usize; // the number of labelled states
  labelMean: f32; // labels are standardised to (q − labelMean)·labelScale
  labelScale: f32;
}

function place(distiller: Distiller, widths: usize): void {
  distiller.state = changetype<DistillerState>(area(offsetof<DistillerState>()));
  place_saved(distiller);
  const parameters = distiller.onlineWeights.parameters;
  distiller.exact = distiller.largestWeight > 0 ? floats(distiller.count) : parameters;
  distiller.savedBytes = <usize>layout_end() - changetype<usize>(distiller.state);
  distiller.states = area(<u64>distiller.capacity * distiller.stateBytes);
  distiller.labels = floats(<u64>distiller.capacity * distiller.outputs);
  distiller.taken = area((<u64>distiller.capacity) << 2);
  distiller.targets = floats(distiller.capacity);
  place_scratch(distiller, widths);
  distiller.drawn = area(PANEL * sizeof<usize>());
  place_comparison(distiller.comparison, distiller.batch, distiller.outputs);
}

/** A distiller for a student of these widths, or 0 if its block would be larger than 1 GiB. */
export function distiller_create(widths: usize, layers: usize, options: DistillerOptions): usize {
  const header = heap.alloc(offsetof<Distiller>() + offsetof<Weights>() + offsetof<Comparison<f32>>());
  const distiller = changetype<Distiller>(header);
  distiller.onlineWeights = changetype<Weights>(header + offsetof<Distiller>());
  distiller.comparison = changetype<Comparison<f32>>(header + offsetof<Distiller>() + offsetof<Weights>());
  const bytes = bool(options.byteObservations);
  set_sizes(distiller, widths, layers, options.batchSize, bytes);
  distiller.capacity = options.capacity;
  distiller.stateBytes = observation_bytes(distiller.inputs, bytes);
  distiller.largestWeight = options.largestWeight;
  distiller.relabeller = null;
  distiller.masks = 0;
  measure();
  place(distiller, widths);
  distiller.block = allocate_zeroed(layout_end());
  if (distiller.block == 0) {
    heap.free(header);
    return 0;
  }
  lay_out(distiller.block);
  place(distiller, widths);
  memory.copy(distiller.widths, widths, (layers + 1) << 2);
  save_table(distiller, distiller.states, distiller.stateBytes);
  save_table(distiller, distiller.labels, distiller.outputs << 2);
  save_table(distiller, distiller.taken, sizeof<u32>());
  save_table(distiller, distiller.targets, sizeof<f32>());
  return header;
}

export function distiller_free(distiller: Distiller): void {
  if (distiller.masks != 0) free_block(distiller.masks);
  free_block(distiller.block);
  heap.free(changetype<usize>(distiller));
}

/**
 * Everything was restored from a checkpoint, which may be anything.
 * @returns whether the distiller can go on: every row and action that it names exists
 */
export function distiller_restored(distiller: Distiller): bool {
  const filled = distiller.state.filled;
  if (filled > distiller.capacity) return false;
  for (let row: usize = 0; row < filled; row++) {
    if (load<u32>(distiller.taken + (row << 2)) >= <u32>distiller.outputs) return false;
  }
  return true;
}

/** Sets the loss that compares the student's Q-values with the labels. */
export function distiller_loss(distiller: Distiller): Comparison<f32> {
  return distiller.comparison;
}

/**
 * From now on each update labels its states with this network, as its parameters are then; it must have the same
 * observations and actions. The kept labels are not used, td's targets still are. With 0 the kept labels are used
 * again. The network must live as long as it is used. Not saved. guide.ts says how this differs from a guide and a
 * follower.
 */
export function distiller_relabel(distiller: Distiller, network: Network | null): void {
  distiller.relabeller = network;
}

/** Begins another student on the same labelled states, with fresh parameters and draws from 128 bits. */
export function distiller_initialise(distiller: Distiller, word0: u32, word1: u32, word2: u32, word3: u32): void {
  swap(distiller);
  initialise(distiller, word0, word1, word2, word3);
  round(distiller);
  distiller.state.labelMean = 0;
  distiller.state.labelScale = 1;
}

/** The host has written other parameters where the student's are: they take the place of the fresh ones. */
export function distiller_started(distiller: Distiller): void {
  if (distiller.largestWeight == 0) return;
  copy_floats(distiller.exact, distiller.onlineWeights.parameters, distiller.count);
  swap(distiller);
  round(distiller);
}

/**
 * Where the host writes labelled states, (capacity, inputs) of f32 or u8; `distiller_filled` says which row is next.
 */
export function distiller_states(distiller: Distiller): usize {
  return distiller.states;
}

/** Where the host writes their labels, (capacity, outputs). */
export function distiller_labels(distiller: Distiller): usize {
  return distiller.labels;
}

/** Where the host writes the actions taken, (capacity) u32, for a loss that needs transitions. */
export function distiller_taken(distiller: Distiller): usize {
  return distiller.taken;
}

/** Where the host writes their targets, (capacity). */
export function distiller_targets(distiller: Distiller): usize {
  return distiller.targets;
}

/**
 * Where the host writes which actions are allowed in each state, u8 (capacity, outputs). Before the first call all are,
 * and nothing is kept. From then on a checkpoint holds them; before a restore of one the host calls this, too.
 */
export function distiller_masks(distiller: Distiller): usize {
  if (distiller.masks == 0) {
    const kept = distiller.capacity * distiller.outputs; // fewer bytes than the labels, which were not too many
    const masks = allocate_zeroed(<u64>kept + distiller.batch * distiller.outputs);
    memory.fill(masks, 1, kept);
    distiller.masks = masks;
    distiller.comparison.masks = masks + kept;
    save_table(distiller, masks, distiller.outputs);
  }
  return distiller.masks;
}

export function distiller_filled(distiller: Distiller): usize {
  return distiller.state.filled;
}

/** Says that the first `filled` rows hold labelled states. */
export function distiller_fill(distiller: Distiller, filled: usize): void {
  distiller.state.filled = filled;
}

/** Normalises observations, unless they are bytes, by the mean and deviation of each feature of the labelled states. */
export function distiller_normalise(distiller: Distiller): void {
  fit_normalisation(distiller, distiller.states, distiller.state.filled);
}

/** Standardises labels by one mean and one deviation, those of all labels of allowed actions together. */
export function distiller_standardise(distiller: Distiller): void {
  const state = distiller.state;
  const count = state.filled * distiller.outputs;
  const mean = column_mean(distiller.labels, 4, count, distiller.masks);
  state.labelMean = <f32>mean;
  state.labelScale = <f32>(1.0 / column_deviation(distiller.labels, 4, count, mean, distiller.masks));
}

export function distiller_label_mean(distiller: Distiller): f32 {
  return distiller.state.labelMean;
}

export function distiller_label_scale(distiller: Distiller): f32 {
  return distiller.state.labelScale;
}

/** Does n whole updates. There must be at least one labelled state. @returns the mean of their losses */
export function distiller_step(distiller: Distiller, n: usize, learningRate: f32): f64 {
  return distiller_step_within(distiller, n, learningRate, 0, distiller.state.filled, 0, distiller.outputs);
}

/**
 * The same for one of several tasks. States are drawn from the `stateCount` rows that begin at `firstState`. The loss
 * covers the `actions` outputs that begin at `firstOutput`, and the labels at the same places; taken actions count from
 * `firstOutput`. No network relabels then.
 */
export function distiller_step_within(
  distiller: Distiller,
  n: usize,
  learningRate: f32,
  firstState: usize,
  stateCount: usize,
  firstOutput: usize,
  actions: usize,
): f64 {
  distiller.firstState = firstState;
  distiller.stateCount = stateCount;
  distiller.firstOutput = firstOutput;
  distiller.comparison.actions = actions;
  let sum: f64 = 0;
  for (let i: usize = 0; i < n; i++) sum += <f64>update(distiller, learningRate);
  return sum / <f64>n;
}

function update(distiller: Distiller, learningRate: f32): f32 {
  const panels = distiller.panels;
  const comparison = distiller.comparison;
  const outputValues = comparison.actions * PANEL;
  const firstOutput = distiller.firstOutput << 6;
  for (let panel: usize = 0; panel < panels; panel++) gather(distiller, panel);

  transpose_weights(distiller);
  for (let panel: usize = 0; panel < panels; panel++) {
    const qValues = forward(distiller, panel) + firstOutput;
    copy_floats(comparison.student + ((panel * outputValues) << 2), qValues, outputValues);
  }

  const loss = weighted_sum(comparison);

  for (let panel: usize = 0; panel < panels; panel++) {
    put_deltas(distiller, panel);
    backward(distiller, panel);
  }

  // The gradient with respect to rounded weights moves the exact ones, as if rounding were the identity: the
  // straight-through estimator (Bengio et al. 2013, section 2.3).
  swap(distiller);
  descend(distiller, learningRate, 0);
  round(distiller);
  return loss;
}

/** Exchanges the exact parameters and the rounded ones. */
function swap(distiller: Distiller): void {
  const weights = distiller.onlineWeights;
  const parameters = weights.parameters;
  weights.parameters = distiller.exact;
  distiller.exact = parameters;
}

/** After the parameters have changed: they become the exact ones again, and are rounded beside them. */
function round(distiller: Distiller): void {
  swap(distiller);
  if (distiller.largestWeight == 0) return;
  const parameters = distiller.onlineWeights.parameters;
  copy_floats(parameters, distiller.exact, distiller.count);
  round_weights(parameters, distiller.widths, distiller.layers, distiller.largestWeight);
}

/** The number of the batch's rows in a panel. */
function rows_in(distiller: Distiller, panel: usize): usize {
  return min<usize>(distiller.batch - panel * PANEL, PANEL);
}

/**
 * Fills a panel's inputs, labels and masks. States are drawn uniformly; labels are the kept ones, or the network's
 * answers.
 */
function gather(distiller: Distiller, panel: usize): void {
  const relabeller = distiller.relabeller;
  const transitions = distiller.comparison.transitions;
  const rows = rows_in(distiller, panel);
  for (let r: usize = 0; r < rows; r++) {
    const row = distiller.firstState + below(distiller.random, distiller.stateCount);
    const state = distiller.states + row * distiller.stateBytes;
    store<usize>(distiller.drawn + r * sizeof<usize>(), state);
    if (relabeller) put_observation(relabeller, r, state, distiller.bytes);
    else
      put_labels(distiller, panel, r, distiller.labels + ((row * distiller.outputs + distiller.firstOutput) << 2), 4);
    if (transitions) put_target(distiller, (panel * PANEL + r) << 2, row << 2);
    if (distiller.masks != 0) put_mask(distiller, panel * PANEL + r, row);
  }
  put_inputs(distiller, inputs_at(distiller, panel), distiller.drawn, rows);
  if (relabeller) {
    const qValues = answer_panel(relabeller);
    for (let r: usize = 0; r < rows; r++) put_labels(distiller, panel, r, qValues + (r << 2), 64);
  }
}

/** Writes row `r` of a panel's labels, standardised, from Q-values that lie `stride` bytes apart. */
function put_labels(distiller: Distiller, panel: usize, r: usize, qValues: usize, stride: usize): void {
  const state = distiller.state;
  const actions = distiller.comparison.actions;
  let to = distiller.comparison.teacher + ((panel * actions) << 6) + (r << 2);
  for (let a: usize = 0; a < actions; a++) {
    store<f32>(to, (load<f32>(qValues) - state.labelMean) * state.labelScale);
    to += 64;
    qValues += stride;
  }
}

/** Copies the mask of a state to the batch's row `b`. */
function put_mask(distiller: Distiller, b: usize, row: usize): void {
  const actions = distiller.comparison.actions;
  const from = distiller.masks + row * distiller.outputs + distiller.firstOutput;
  const to = distiller.comparison.masks + b * actions;
  for (let a: usize = 0; a < actions; a++) store<u8>(to + a, load<u8>(from + a));
}

/** Writes one row's taken action and its target, standardised like the labels. Both places are in bytes. */
function put_target(distiller: Distiller, to: usize, from: usize): void {
  const state = distiller.state;
  const comparison = distiller.comparison;
  store<u32>(comparison.taken + to, load<u32>(distiller.taken + from));
  const target = load<f32>(distiller.targets + from);
  store<f32>(comparison.targets + to, (target - state.labelMean) * state.labelScale);
}

/**
 * The deltas of one panel's outputs (outputs, 16) from its slopes. They are zero after the batch's last row, and for
 * outputs that the loss does not cover.
 */
function put_deltas(distiller: Distiller, panel: usize): void {
  const actions = distiller.comparison.actions;
  const outputs = distiller.deltas + distiller.outputsAt;
  if (actions < distiller.outputs) clear_floats(outputs, distiller.outputs * PANEL);
  const deltas = outputs + (distiller.firstOutput << 6);
  copy_floats(deltas, distiller.comparison.slopes + ((panel * actions) << 6), actions * PANEL);
  for (let r = rows_in(distiller, panel); r < PANEL; r++) {
    for (let a: usize = 0; a < actions; a++) store<f32>(deltas + (a << 6) + (r << 2), 0);
  }
}
