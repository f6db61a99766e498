// One Double-DQN update: sample → forwards → target → loss → backward → Adam.
import { polyak } from "./adam";
import { huber_slope, huber_value } from "./losses";
import { PANEL } from "./matmul";
import { allocate_zeroed, area, begin_layout, clear_floats, floats, free_block, layout_end } from "./memory";
import { activation_count, forward_panel, outputs_offset } from "./mlp";
import { below, duration, uniform } from "./random";
import {
  begin_episode,
  observation_at,
  place_replay,
  Replay,
  record,
  sample,
  set_gamma,
  transition_at,
} from "./replay";
import {
  backward,
  descend,
  fit_normalisation,
  forward,
  greedy_action,
  initialise,
  panel_at,
  place_saved,
  place_scratch,
  put_inputs,
  set_sizes,
  Trainable,
  transpose_weights,
} from "./trainable";

@unmanaged
export class Learner extends Trainable {
  huberDelta: f32; // 0: squared error
  tau: f32;
  targetUpdateInterval: usize;

  // saved
  state: LearnerState;
  target: usize; // (count): its weights transposed, because only forward passes read them
  replay: Replay;

  // scratch
  sampled: usize; // u32 (batch): the rows of the batch
  observed: usize; // usize (batch): where s of each lies
  succeeded: usize; // usize (batch): and its s'
  touched: u32; // keeps the reads that fill the caches
  nextInputs: usize; // s' of every panel, (inputs, 16) each
  lookahead: usize; // the activations of one panel of them
  chosen: usize; // u32 (panels·16)
  targets: usize; // (batch)
  losses: usize; // (batch)
}

@unmanaged
export class LearnerState {
  updates: usize;
  repeatedAction: usize; // the exploring action under way
  repeatsLeft: usize;
}

function place(learner: Learner, widths: usize, rows: usize, nStep: usize, base: usize): u64 {
  begin_layout(base);
  learner.state = changetype<LearnerState>(area(offsetof<LearnerState>()));
  place_saved(learner);
  learner.target = floats(learner.count);
  place_replay(learner.replay, learner.inputs, rows, nStep);
  learner.savedBytes = <usize>layout_end() - base;
  place_scratch(learner, widths);
  learner.sampled = area((<u64>learner.batch) << 2);
  learner.observed = area(<u64>learner.batch * sizeof<usize>());
  learner.succeeded = area(<u64>learner.batch * sizeof<usize>());
  learner.nextInputs = floats(<u64>learner.panels * PANEL * learner.inputs);
  learner.lookahead = floats(activation_count(widths, learner.layers) * PANEL);
  learner.chosen = area((<u64>learner.panels * PANEL) << 2);
  learner.targets = floats(learner.batch);
  learner.losses = floats(learner.batch);
  return layout_end() - base;
}

/**
 * A learner for a network of these widths, or 0 where its block would be larger than 1 GiB.
 * @param rows observations that the replay memory holds
 * @param huberDelta threshold of the Huber loss; 0 means squared error
 * @param tau step of the target network, every targetUpdateInterval updates; 1 copies
 */
export function learner_create(
  widths: usize,
  layers: usize,
  batch: usize,
  rows: usize,
  nStep: usize,
  gamma: f32,
  huberDelta: f32,
  tau: f32,
  targetUpdateInterval: usize,
): usize {
  const header = heap.alloc(offsetof<Learner>() + offsetof<Replay>());
  const learner = changetype<Learner>(header);
  learner.replay = changetype<Replay>(header + offsetof<Learner>());
  learner.huberDelta = huberDelta;
  learner.tau = tau;
  learner.targetUpdateInterval = targetUpdateInterval;
  set_sizes(learner, widths, layers, batch);
  learner.block = allocate_zeroed(place(learner, widths, rows, nStep, 0));
  if (learner.block == 0) {
    heap.free(header);
    return 0;
  }
  place(learner, widths, rows, nStep, learner.block);
  memory.copy(learner.widths, widths, (layers + 1) << 2);
  set_gamma(learner.replay, gamma);
  return header;
}

export function learner_free(learner: Learner): void {
  free_block(learner.block);
  heap.free(changetype<usize>(learner));
}

/** Fresh parameters and draws from 128 bits; the target network begins as a copy. */
export function learner_initialise(learner: Learner, word0: u32, word1: u32, word2: u32, word3: u32): void {
  initialise(learner, word0, word1, word2, word3);
  update_target(learner, 1);
}

/** Normalises observations by the mean and deviation of those in the replay memory. */
export function learner_normalise(learner: Learner): void {
  fit_normalisation(learner, learner.replay.observations, learner.replay.state.filled);
}

/** Where the host writes the observation (inputs) that `begin` or `record` takes in. */
export function learner_incoming(learner: Learner): usize {
  return learner.replay.incoming;
}

export function learner_begin(learner: Learner): void {
  learner.state.repeatsLeft = 0;
  begin_episode(learner.replay);
}

export function learner_record(learner: Learner, action: usize, reward: f32, terminated: bool, truncated: bool): void {
  record(learner.replay, action, reward, terminated, truncated);
}

/**
 * The ε-greedy action at the newest observation. A random action is kept for a random number of steps, at most
 * `longest` (Dabney et al. 2021); with 1 this is plain ε-greedy.
 */
export function learner_act(learner: Learner, epsilon: f32, longest: usize): usize {
  const state = learner.state;
  if (state.repeatsLeft > 0) {
    state.repeatsLeft--;
    return state.repeatedAction;
  }
  if (uniform(learner.random) < epsilon) {
    const action = below(learner.random, learner.outputs);
    if (longest > 1) {
      state.repeatedAction = action;
      state.repeatsLeft = duration(learner.random, longest) - 1;
    }
    return action;
  }
  return greedy_action(learner, observation_at(learner.replay, learner.replay.state.current));
}

/**
 * n whole updates; returns the mean of their losses. At least one transition must be ready.
 *
 * y = R + γⁿ·(1 − terminated)·Q⁻(s', argmax_a Q(s', a)) (van Hasselt et al. 2016, equation 4, with n-step returns).
 */
export function learner_step(learner: Learner, n: usize, learningRate: f32): f64 {
  let sum: f64 = 0;
  for (let i: usize = 0; i < n; i++) sum += <f64>update(learner, learningRate);
  return sum / <f64>n;
}

function update(learner: Learner, learningRate: f32): f32 {
  draw(learner);
  transpose_weights(learner);
  pass_panels(learner, 0, learner.panels);
  descend(learner, learningRate);
  if (count_update(learner)) update_target(learner, learner.tau);
  return mean_loss(learner);
}

/** Panels of the drawn batch, from `first` to before `end`, all the way to the packed deltas. They share nothing. */
export function pass_panels(learner: Learner, first: usize, end: usize): void {
  // one set of weights after the other, so that it stays in the first cache while the panels pass (A1: 91 → 88 µs)
  for (let panel = first; panel < end; panel++) {
    gather(learner, panel);
  }
  for (let panel = first; panel < end; panel++) {
    choose(learner, panel, forward_next(learner, learner.transposed, panel));
    forward(learner, panel);
  }
  for (let panel = first; panel < end; panel++) {
    set_targets(learner, panel, forward_next(learner, learner.target, panel));
  }
  for (let panel = first; panel < end; panel++) {
    set_deltas(learner, panel);
    backward(learner, panel);
  }
}

/** One update more; whether the target network moves now. */
export function count_update(learner: Learner): bool {
  const state = learner.state;
  state.updates++;
  return state.updates % learner.targetUpdateInterval == 0;
}

/** The batch: uniformly drawn rows, and where their observations lie. */
export function draw(learner: Learner): void {
  const replay = learner.replay;
  // Random rows are in no cache. Reading a value of each here, in loops so short that the processor has dozens of them
  // under way, costs a third of waiting for one after the other in `gather` (A1: 6.4 → 3.5 µs for drawing and gathering);
  // s with its transition and then s', rather than both in the second loop: A5 1 % (Node 20) to 3 % (Node 24).
  let touched: u32 = 0;
  for (let b: usize = 0; b < learner.batch; b++) {
    const row = sample(replay, learner.random);
    const observation = observation_at(replay, row);
    store<u32>(learner.sampled + (b << 2), row);
    store<usize>(learner.observed + b * sizeof<usize>(), observation);
    touched ^= load<u32>(observation);
  }
  for (let b: usize = 0; b < learner.batch; b++) {
    const row: usize = load<u32>(learner.sampled + (b << 2));
    const observation = observation_at(replay, transition_at(replay, row).next);
    store<usize>(learner.succeeded + b * sizeof<usize>(), observation);
    touched ^= load<u32>(observation);
  }
  learner.touched = touched;
}

/** The rows of the batch in a panel. */
function rows_in(learner: Learner, panel: usize): usize {
  return min<usize>(learner.batch - panel * PANEL, PANEL);
}

/** The drawn row of a panel's row `r`. */
function row_of(learner: Learner, panel: usize, r: usize): usize {
  return load<u32>(learner.sampled + ((panel * PANEL + r) << 2));
}

/** A panel's inputs: s of its rows, and s' beside them. */
export function gather(learner: Learner, panel: usize): void {
  const rows = rows_in(learner, panel);
  const first = panel * PANEL * sizeof<usize>();
  put_inputs(learner, panel_at(learner, panel), learner.observed + first, rows);
  put_inputs(learner, next_inputs(learner, panel), learner.succeeded + first, rows);
}

function next_inputs(learner: Learner, panel: usize): usize {
  return learner.nextInputs + panel * (learner.inputs << 6);
}

/** The Q-values (A, 16) of a panel's s' by transposed parameters; valid until the next call. */
export function forward_next(learner: Learner, transposed: usize, panel: usize): usize {
  return forward_panel(learner.widths, learner.layers, transposed, next_inputs(learner, panel), learner.lookahead);
}

/** chosen: u32 (16) of a panel: a* = argmax_a Q(s', a), the first of the largest, from Q(s', ·): (A, 16). */
export function choose(learner: Learner, panel: usize, q: usize): void {
  const chosen = learner.chosen + ((panel * PANEL) << 2);
  for (let column: usize = 0; column < 64; column += 16) {
    let largest = v128.load(q + column);
    let best = i32x4.splat(0);
    for (let a: usize = 1; a < learner.outputs; a++) {
      const value = v128.load(q + column + (a << 6));
      const larger = f32x4.gt(value, largest);
      largest = v128.bitselect(value, largest, larger);
      best = v128.bitselect(i32x4.splat(<i32>a), best, larger);
    }
    v128.store(chosen + column, best);
  }
}

/** targets: (16) of a panel: y = R + discount · Q⁻(s', a*), from Q⁻(s', ·): (A, 16). */
export function set_targets(learner: Learner, panel: usize, q: usize): void {
  const rows = rows_in(learner, panel);
  for (let r: usize = 0; r < rows; r++) {
    const transition = transition_at(learner.replay, row_of(learner, panel, r));
    const at = (panel * PANEL + r) << 2;
    const value = load<f32>(q + (load<u32>(learner.chosen + at) << 6) + (r << 2));
    store<f32>(learner.targets + at, transition.sum + transition.discount * value);
  }
}

/** A panel's losses and the outputs' deltas, 0 but at the actions taken, from its Q(s, ·): (A, 16). */
export function set_deltas(learner: Learner, panel: usize): void {
  const rows = rows_in(learner, panel);
  const outputs = outputs_offset(learner.widths, learner.layers);
  const q = panel_at(learner, panel) + outputs;
  const deltas = learner.deltas + outputs;
  const batch = <f32>learner.batch;
  const huberDelta = learner.huberDelta;
  clear_floats(deltas, learner.outputs * PANEL);
  for (let r: usize = 0; r < rows; r++) {
    const action: usize = transition_at(learner.replay, row_of(learner, panel, r)).action;
    const at = (action << 6) + (r << 2);
    const row = (panel * PANEL + r) << 2;
    const error = load<f32>(q + at) - load<f32>(learner.targets + row);
    if (huberDelta > 0) {
      store<f32>(learner.losses + row, huber_value<f32>(error, huberDelta));
      store<f32>(deltas + at, huber_slope<f32>(error, huberDelta) / batch);
    } else {
      store<f32>(learner.losses + row, error * error);
      store<f32>(deltas + at, (<f32>2 * error) / batch);
    }
  }
}

export function mean_loss(learner: Learner): f32 {
  let sum: f32 = 0;
  for (let b: usize = 0; b < learner.batch; b++) sum += load<f32>(learner.losses + (b << 2));
  return sum / <f32>learner.batch;
}

/** target += τ · (online − target) */
function update_target(learner: Learner, tau: f32): void {
  transpose_weights(learner);
  polyak(learner.target, learner.transposed, learner.count, tau);
}
