// One Double-DQN update: sample → forwards → target → loss → backward → Adam.
import { polyak } from "./adam";
import { huber_slope, huber_value } from "./losses";
import { allocate_zeroed, area, begin_layout, floats, layout_end } from "./memory";
import { argmax } from "./mlp";
import { below, duration, uniform } from "./random";
import { begin_episode, next_row, observation_at, place_replay, Replay, record, sample, set_gamma } from "./replay";
import {
  cleared_deltas,
  descend,
  fit_normalisation,
  forward,
  initialise,
  place_saved,
  place_scratch,
  put_input,
  set_sizes,
  Trainable,
} from "./trainable";

@unmanaged
export class Learner extends Trainable {
  huberDelta: f32; // 0: squared error
  tau: f32;
  targetUpdateInterval: usize;

  // saved
  state: LearnerState;
  target: usize; // (count)
  replay: Replay;

  // scratch
  sampled: usize; // u32 (batch): the rows of the batch
  bestActions: usize; // u32 (batch)
  targets: usize; // (batch)
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
  learner.bestActions = area((<u64>learner.batch) << 2);
  learner.targets = floats(learner.batch);
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
  polyak(learner.target, learner.parameters, learner.count, 1);
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
  const replay = learner.replay;
  put_input(learner, 0, observation_at(replay, replay.state.current));
  return argmax(forward(learner, learner.parameters, 1), learner.outputs);
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
  const replay = learner.replay;
  const batch = learner.batch;
  const actions = learner.outputs;

  for (let b: usize = 0; b < batch; b++) {
    const row = sample(replay, learner.random);
    store<u32>(learner.sampled + (b << 2), row);
    put_input(learner, b, observation_at(replay, next_row(replay, row)));
  }

  // a* = argmax_a Q(s', a) by the online network
  let q = forward(learner, learner.parameters, batch);
  for (let b: usize = 0; b < batch; b++) {
    store<u32>(learner.bestActions + (b << 2), argmax(q + ((b * actions) << 2), actions));
  }

  // y = R + discount · Q⁻(s', a*) by the target network
  q = forward(learner, learner.target, batch);
  for (let b: usize = 0; b < batch; b++) {
    const row = load<u32>(learner.sampled + (b << 2)) << 2;
    const best = load<u32>(learner.bestActions + (b << 2));
    const value = load<f32>(q + ((b * actions + best) << 2));
    store<f32>(learner.targets + (b << 2), load<f32>(replay.returns + row) + load<f32>(replay.discounts + row) * value);
  }

  // the loss and its gradient at the action taken
  for (let b: usize = 0; b < batch; b++) {
    put_input(learner, b, observation_at(replay, load<u32>(learner.sampled + (b << 2))));
  }
  q = forward(learner, learner.parameters, batch);
  const deltas = cleared_deltas(learner);
  let loss: f32 = 0;
  for (let b: usize = 0; b < batch; b++) {
    const row = load<u32>(learner.sampled + (b << 2));
    const at = (b * actions + load<u32>(replay.actions + (row << 2))) << 2;
    const error = load<f32>(q + at) - load<f32>(learner.targets + (b << 2));
    if (learner.huberDelta > 0) {
      loss += huber_value<f32>(error, learner.huberDelta);
      store<f32>(deltas + at, huber_slope<f32>(error, learner.huberDelta) / <f32>batch);
    } else {
      loss += error * error;
      store<f32>(deltas + at, (<f32>2 * error) / <f32>batch);
    }
  }

  descend(learner, learningRate);

  const state = learner.state;
  state.updates++;
  if (state.updates % learner.targetUpdateInterval == 0) {
    polyak(learner.target, learner.parameters, learner.count, learner.tau);
  }
  return loss / <f32>batch;
}
