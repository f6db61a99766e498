// One distillation update: sample labelled states → student forward → loss → backward → Adam.
import { cross_entropy, huber, kl, mse, nll } from "./losses";
import { PANEL } from "./matmul";
import { allocate_zeroed, area, begin_layout, clear_floats, floats, layout_end } from "./memory";
import { outputs_offset } from "./mlp";
import { below } from "./random";
import {
  backward,
  column_deviation,
  column_mean,
  descend,
  fit_normalisation,
  forward,
  initialise,
  panel_at,
  place_saved,
  place_scratch,
  put_input,
  set_sizes,
  Trainable,
  transpose_weights,
} from "./trainable";

@unmanaged
export class Distiller extends Trainable {
  capacity: usize;

  // what the loss is made of: weights of its parts, 0 where a part is left out
  mse: f32;
  huber: f32;
  crossEntropy: f32;
  nll: f32;
  kl: f32;
  temperature: f32;
  huberDelta: f32;

  // saved
  state: DistillerState;
  states: usize; // (capacity, inputs)
  labels: usize; // (capacity, outputs): the teacher's Q-values

  // scratch
  teacher: usize; // (batch, outputs): the batch's labels, standardised
  student: usize; // (batch, outputs): the student's Q-values
  slopes: usize; // (batch, outputs): the loss's gradient with respect to them
  logs: usize; // (2, outputs)
}

@unmanaged
export class DistillerState {
  filled: usize; // labelled states
  labelMean: f32; // labels are standardised to (q − labelMean)·labelScale
  labelScale: f32;
}

function place(distiller: Distiller, widths: usize, base: usize): u64 {
  begin_layout(base);
  distiller.state = changetype<DistillerState>(area(offsetof<DistillerState>()));
  place_saved(distiller);
  distiller.states = floats(<u64>distiller.capacity * distiller.inputs);
  distiller.labels = floats(<u64>distiller.capacity * distiller.outputs);
  distiller.savedBytes = <usize>layout_end() - base;
  place_scratch(distiller, widths);
  distiller.teacher = floats(<u64>distiller.batch * distiller.outputs);
  distiller.student = floats(<u64>distiller.batch * distiller.outputs);
  distiller.slopes = floats(<u64>distiller.batch * distiller.outputs);
  distiller.logs = floats(2 * distiller.outputs);
  return layout_end() - base;
}

/** A distiller with room for `capacity` labelled states, or 0 where its block would be larger than 1 GiB. */
export function distiller_create(widths: usize, layers: usize, batch: usize, capacity: usize): usize {
  const distiller = changetype<Distiller>(heap.alloc(offsetof<Distiller>()));
  distiller.capacity = capacity;
  set_sizes(distiller, widths, layers, batch);
  distiller.block = allocate_zeroed(place(distiller, widths, 0));
  if (distiller.block == 0) {
    heap.free(changetype<usize>(distiller));
    return 0;
  }
  place(distiller, widths, distiller.block);
  memory.copy(distiller.widths, widths, (layers + 1) << 2);
  return changetype<usize>(distiller);
}

export function distiller_free(distiller: Distiller): void {
  heap.free(distiller.block);
  heap.free(changetype<usize>(distiller));
}

/** The loss: a weighted sum of the five, with their temperature and Huber's threshold. */
export function distiller_loss(
  distiller: Distiller,
  mse: f32,
  huber: f32,
  crossEntropy: f32,
  nll: f32,
  kl: f32,
  temperature: f32,
  huberDelta: f32,
): void {
  distiller.mse = mse;
  distiller.huber = huber;
  distiller.crossEntropy = crossEntropy;
  distiller.nll = nll;
  distiller.kl = kl;
  distiller.temperature = temperature;
  distiller.huberDelta = huberDelta;
}

/** Another student on the same labelled states: fresh parameters and draws from 128 bits. */
export function distiller_initialise(distiller: Distiller, word0: u32, word1: u32, word2: u32, word3: u32): void {
  initialise(distiller, word0, word1, word2, word3);
  distiller.state.labelMean = 0;
  distiller.state.labelScale = 1;
}

/** Where the host writes labelled states, (capacity, inputs); `distiller_filled` says which row is next. */
export function distiller_states(distiller: Distiller): usize {
  return distiller.states;
}

/** Where the host writes their labels, (capacity, outputs). */
export function distiller_labels(distiller: Distiller): usize {
  return distiller.labels;
}

export function distiller_filled(distiller: Distiller): usize {
  return distiller.state.filled;
}

/** The first `filled` rows hold labelled states. */
export function distiller_fill(distiller: Distiller, filled: usize): void {
  distiller.state.filled = filled;
}

/** Normalises observations by the mean and deviation of each feature of the labelled states. */
export function distiller_normalise(distiller: Distiller): void {
  fit_normalisation(distiller, distiller.states, distiller.state.filled);
}

/** Standardises labels by the one mean and one deviation of all of them. */
export function distiller_standardise(distiller: Distiller): void {
  const state = distiller.state;
  const count = state.filled * distiller.outputs;
  const mean = column_mean(distiller.labels, 4, count);
  state.labelMean = <f32>mean;
  state.labelScale = <f32>(1.0 / column_deviation(distiller.labels, 4, count, mean));
}

export function distiller_label_mean(distiller: Distiller): f32 {
  return distiller.state.labelMean;
}

export function distiller_label_scale(distiller: Distiller): f32 {
  return distiller.state.labelScale;
}

/** n whole updates; returns the mean of their losses. At least one labelled state must be there. */
export function distiller_step(distiller: Distiller, n: usize, learningRate: f32): f64 {
  let sum: f64 = 0;
  for (let i: usize = 0; i < n; i++) sum += <f64>update(distiller, learningRate);
  return sum / <f64>n;
}

function update(distiller: Distiller, learningRate: f32): f32 {
  const batch = distiller.batch;
  const actions = distiller.outputs;
  const teacher = distiller.teacher;
  const state = distiller.state;

  for (let b: usize = 0; b < batch; b++) {
    const row = below(distiller.random, state.filled);
    put_input(distiller, panel_at(distiller, b / PANEL), b % PANEL, distiller.states + ((row * distiller.inputs) << 2));
    for (let a: usize = 0; a < actions; a++) {
      const label = load<f32>(distiller.labels + ((row * actions + a) << 2));
      store<f32>(teacher + ((b * actions + a) << 2), (label - state.labelMean) * state.labelScale);
    }
  }

  transpose_weights(distiller);
  for (let panel: usize = 0; panel < distiller.panels; panel++) {
    unpack_outputs(distiller, panel, forward(distiller, panel));
  }

  const student = distiller.student;
  const slopes = distiller.slopes;
  clear_floats(slopes, batch * actions);
  const tau = distiller.temperature;
  const logs = distiller.logs;
  let loss: f32 = 0;
  let weight = distiller.mse;
  if (weight > 0) loss += weight * mse<f32>(student, teacher, batch, actions, weight, slopes);
  weight = distiller.huber;
  if (weight > 0) {
    loss += weight * huber<f32>(student, teacher, batch, actions, distiller.huberDelta, weight, slopes);
  }
  weight = distiller.crossEntropy;
  if (weight > 0) loss += weight * cross_entropy<f32>(student, teacher, batch, actions, tau, weight, slopes, logs);
  weight = distiller.nll;
  if (weight > 0) loss += weight * nll<f32>(student, teacher, batch, actions, weight, slopes, logs);
  weight = distiller.kl;
  if (weight > 0) loss += weight * kl<f32>(student, teacher, batch, actions, tau, weight, slopes, logs);

  for (let panel: usize = 0; panel < distiller.panels; panel++) {
    put_deltas(distiller, panel);
    backward(distiller, panel);
  }
  descend(distiller, learningRate);
  return loss;
}

/** student: the rows of one panel from its outputs (A, 16). */
function unpack_outputs(distiller: Distiller, panel: usize, outputs: usize): void {
  const actions = distiller.outputs;
  const rows = min<usize>(distiller.batch - panel * PANEL, PANEL);
  let to = distiller.student + ((panel * PANEL * actions) << 2);
  for (let r: usize = 0; r < rows; r++) {
    for (let a: usize = 0; a < actions; a++) {
      store<f32>(to, load<f32>(outputs + (a << 6) + (r << 2)));
      to += 4;
    }
  }
}

/** The outputs' deltas (A, 16) of one panel from its rows of slopes; zero behind the batch's last. */
function put_deltas(distiller: Distiller, panel: usize): void {
  const actions = distiller.outputs;
  const rows = min<usize>(distiller.batch - panel * PANEL, PANEL);
  const deltas = distiller.deltas + outputs_offset(distiller.widths, distiller.layers);
  let from = distiller.slopes + ((panel * PANEL * actions) << 2);
  if (rows < PANEL) clear_floats(deltas, actions * PANEL);
  for (let r: usize = 0; r < rows; r++) {
    for (let a: usize = 0; a < actions; a++) {
      store<f32>(deltas + (a << 6) + (r << 2), load<f32>(from));
      from += 4;
    }
  }
}
