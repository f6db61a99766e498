// One Double-DQN update: sample → forwards → target → loss → backward → Adam.
import { polyak } from "./adam";
import { huber_slope, huber_value } from "./losses";
import { PANEL } from "./matmul";
import { allocate_zeroed, area, begin_layout, floats, layout_end } from "./memory";
import { activation_count, outputs_offset } from "./mlp";
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
  put_input,
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
  lookahead: usize; // the activations of a panel of next observations
  targets: usize; // (panels·16)
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
  learner.lookahead = floats(activation_count(widths, learner.layers) * PANEL);
  learner.targets = floats(learner.panels * PANEL);
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
  heap.free(learner.block);
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
  const batch = learner.batch;
  for (let b: usize = 0; b < batch; b++) {
    store<u32>(learner.sampled + (b << 2), sample(learner.replay, learner.random));
  }
  transpose_weights(learner);
  for (let panel: usize = 0; panel < learner.panels; panel++) {
    set_targets(learner, panel);
    set_deltas(learner, panel);
    backward(learner, panel);
  }
  descend(learner, learningRate);

  const state = learner.state;
  state.updates++;
  if (state.updates % learner.targetUpdateInterval == 0) update_target(learner, learner.tau);

  let loss: f32 = 0;
  for (let b: usize = 0; b < batch; b++) loss += load<f32>(learner.losses + (b << 2));
  return loss / <f32>batch;
}

/** The sampled row of the batch's row `b`. */
function sampled_row(learner: Learner, b: usize): usize {
  return load<u32>(learner.sampled + (b << 2));
}

/** y = R + discount · Q⁻(s', a*), a* = argmax_a Q(s', a), for the rows of one panel. */
export function set_targets(learner: Learner, panel: usize): void {
  const replay = learner.replay;
  const lookahead = learner.lookahead;
  const actions = learner.outputs;
  const first = panel * PANEL;
  const rows = min<usize>(learner.batch - first, PANEL);
  for (let r: usize = 0; r < rows; r++) {
    const transition = transition_at(replay, sampled_row(learner, first + r));
    put_input(learner, lookahead, r, observation_at(replay, transition.next));
  }

  // the online network chooses, the target network values; both answers lie in the same place, so the choice is kept
  const targets = learner.targets + (first << 2);
  choose(targets, forward(learner, learner.transposed, lookahead), actions);
  const q = forward(learner, learner.target, lookahead);
  for (let r: usize = 0; r < rows; r++) {
    const transition = transition_at(replay, sampled_row(learner, first + r));
    const best: usize = load<u32>(targets + (r << 2));
    const value = load<f32>(q + (best << 6) + (r << 2));
    store<f32>(targets + (r << 2), transition.sum + transition.discount * value);
  }
}

/** best: u32 (16): the first of the largest of each column's Q-values (A, 16). */
function choose(best: usize, q: usize, actions: usize): void {
  for (let column: usize = 0; column < 64; column += 16) {
    let largest = v128.load(q + column);
    let chosen = i32x4.splat(0);
    for (let a: usize = 1; a < actions; a++) {
      const value = v128.load(q + column + (a << 6));
      const larger = f32x4.gt(value, largest);
      largest = v128.bitselect(value, largest, larger);
      chosen = v128.bitselect(i32x4.splat(<i32>a), chosen, larger);
    }
    v128.store(best + column, chosen);
  }
}

/** The losses of one panel's rows, and their gradient with respect to the Q-values of the actions taken. */
export function set_deltas(learner: Learner, panel: usize): void {
  const replay = learner.replay;
  const activations = panel_at(learner, panel);
  const first = panel * PANEL;
  const rows = min<usize>(learner.batch - first, PANEL);
  for (let r: usize = 0; r < rows; r++) {
    put_input(learner, activations, r, observation_at(replay, sampled_row(learner, first + r)));
  }

  const q = forward(learner, learner.transposed, activations);
  const deltas = learner.deltas + outputs_offset(learner.widths, learner.layers);
  const scale = <f32>learner.batch;
  const huberDelta = learner.huberDelta;
  memory.fill(deltas, 0, learner.outputs << 6);
  for (let r: usize = 0; r < rows; r++) {
    const transition = transition_at(replay, sampled_row(learner, first + r));
    const at = ((<usize>transition.action) << 6) + (r << 2);
    const error = load<f32>(q + at) - load<f32>(learner.targets + ((first + r) << 2));
    const loss = learner.losses + ((first + r) << 2);
    if (huberDelta > 0) {
      store<f32>(loss, huber_value<f32>(error, huberDelta));
      store<f32>(deltas + at, huber_slope<f32>(error, huberDelta) / scale);
    } else {
      store<f32>(loss, error * error);
      store<f32>(deltas + at, (<f32>2 * error) / scale);
    }
  }
}

/** target += τ · (online − target) */
function update_target(learner: Learner, tau: f32): void {
  transpose_weights(learner);
  polyak(learner.target, learner.transposed, learner.count, tau);
}
