// One Double-DQN update: sample → forwards → target → loss → backward → Adam.
import { polyak } from "./adam";
import { combine, split } from "./dueling";
import { add_slopes, Guide, judge, mask_at, take_panel, use_mask } from "./guide";
import { huber_slope, huber_value } from "./huber";
import { log_softmax_panels } from "./losses";
import { exp } from "./math";
import { PANEL } from "./matmul";
import { allocate_zeroed, area, clear_floats, floats, free_block, lay_out, layout_end, measure } from "./memory";
import { argmax, argmax_panel } from "./mlp";
import { put_observation } from "./network";
import { begin_priorities, draw_by_priority, own_priorities, renew, weigh } from "./priorities";
import { below, duration, uniform } from "./random";
import {
  begin_episode,
  cut,
  episodes_sound,
  is_allowed,
  leave_episode,
  mask_bytes,
  newest_at,
  observation_at,
  place_replay,
  Replay,
  record,
  replay_sound,
  sample,
  set_gamma,
  Transition,
  transition_at,
  use_masks,
} from "./replay";
import {
  begin_return_scale,
  is_far_outside,
  ReturnScale,
  renew_observations,
  renew_returns,
  SeenRange,
} from "./scales";
import {
  answer,
  backward,
  descend,
  fit_normalisation,
  forward,
  forward_inputs,
  initialise,
  inputs_at,
  panel_at,
  place_saved,
  place_scratch,
  put_inputs,
  save_table,
  set_sizes,
  Trainable,
  transpose_weights,
  Weights,
} from "./trainable";

/** The host's options for a learner, 4 bytes each. src/core/learner.ts has the same names in the same order. */
@unmanaged
export class LearnerOptions {
  batchSize: usize;
  bufferSize: usize; // the number of observations that the replay memory holds
  nStep: usize;
  gamma: f32;
  huberDelta: f32; // threshold of the Huber loss; 0: squared error
  tau: f32; // step of the target network, every targetUpdateInterval updates; 1 copies
  targetUpdateInterval: usize;
  double: u32; // whether the online network chooses the target's action; otherwise the target network does
  dueling: u32; // whether the outputs (counted in the widths) are A advantages and the value
  maxGradientNorm: f32; // larger gradients are scaled down to this norm; 0: never
  prioritized: u32; // whether transitions are drawn by their priorities
  priorityExponent: f32; // α of the priorities
  byteObservations: u32; // whether observations are whole numbers from 0 to 255 and mostly 0
  conservatism: f32; // α of conservative Q-learning; 0: none
  cutAtRandomActions: u32; // whether an n-step return ends before a random action
}

@unmanaged
export class Learner extends Trainable {
  options: LearnerOptions;
  actions: usize;
  importance: f32; // β
  guide: Guide | null; // holds the Q-values near a teacher's; null: none

  // saved
  state: LearnerState;
  returnScale: ReturnScale;
  seen: SeenRange;
  targetWeights: Weights; // both addresses are one array (count): only forward passes read it
  replay: Replay;

  // scratch
  sampled: usize; // u32 (batch): the rows of the batch
  observed: usize; // usize (batch): the address of each row's s
  succeeded: usize; // usize (batch): the address of each row's s'
  touched: u32; // takes the result of the reads that fill the caches, so that they are not removed
  nextInputs: usize; // the s' of every panel
  lookahead: usize; // the activations of one panel of s'
  chosen: usize; // u32 (panels·16)
  targets: usize; // (batch)
  losses: usize; // (batch)
  errors: usize; // (batch): Q(s, a) − y
  importanceWeights: usize; // (batch): the weights of the errors in the loss; 1 without priorities
}

/** The bytes of a learner and of the parts that lie after it. */
export const LEARNER_BYTES: usize =
  offsetof<Learner>() +
  offsetof<LearnerOptions>() +
  offsetof<Replay>() +
  2 * offsetof<Weights>() +
  offsetof<SeenRange>();

@unmanaged
export class LearnerState {
  updates: usize;
  farOutside: u32; // whether an observation was far outside what was seen when the scales were renewed
}

function place(learner: Learner, widths: usize): void {
  learner.state = changetype<LearnerState>(area(offsetof<LearnerState>()));
  learner.returnScale = changetype<ReturnScale>(area(offsetof<ReturnScale>()));
  learner.seen.lowest = floats(learner.inputs);
  learner.seen.highest = floats(learner.inputs);
  place_saved(learner);
  const target = floats(learner.count);
  learner.targetWeights.parameters = target;
  learner.targetWeights.transposed = target;
  const options = learner.options;
  const prioritised = bool(options.prioritized);
  const replay = learner.replay;
  place_replay(replay, learner.inputs, learner.bytes, options.bufferSize, options.nStep, learner.actions, prioritised);
  learner.savedBytes = replay.always - changetype<usize>(learner.state);
  place_scratch(learner, widths);
  learner.sampled = area((<u64>learner.batch) << 2);
  learner.observed = area(<u64>learner.batch * sizeof<usize>());
  learner.succeeded = area(<u64>learner.batch * sizeof<usize>());
  learner.nextInputs = area(<u64>learner.panels * learner.inputsBytes);
  learner.lookahead = area(learner.panelBytes);
  learner.chosen = area((<u64>learner.panels * PANEL) << 2);
  learner.targets = floats(learner.batch);
  learner.losses = floats(learner.batch);
  learner.errors = floats(learner.batch);
  learner.importanceWeights = floats(learner.batch);
}

/** A learner for a network of these widths, or 0 if its block would be larger than 1 GiB. The options are copied. */
export function learner_create(widths: usize, layers: usize, options: LearnerOptions): usize {
  const header = heap.alloc(LEARNER_BYTES);
  const learner = changetype<Learner>(header);
  let part = header + offsetof<Learner>();
  learner.options = changetype<LearnerOptions>(part);
  memory.copy(part, changetype<usize>(options), offsetof<LearnerOptions>());
  part += offsetof<LearnerOptions>();
  learner.replay = changetype<Replay>(part);
  part += offsetof<Replay>();
  learner.onlineWeights = changetype<Weights>(part);
  learner.targetWeights = changetype<Weights>(part + offsetof<Weights>());
  learner.seen = changetype<SeenRange>(part + 2 * offsetof<Weights>());

  set_sizes(learner, widths, layers, options.batchSize, bool(options.byteObservations));
  learner.actions = learner.outputs - usize(bool(options.dueling));
  learner.importance = 1;
  learner.guide = null;
  learner.capacity = options.bufferSize;
  measure();
  place(learner, widths);
  learner.block = allocate_zeroed(layout_end());
  if (learner.block == 0) {
    heap.free(header);
    return 0;
  }
  lay_out(learner.block);
  place(learner, widths);
  memory.copy(learner.widths, widths, (layers + 1) << 2);
  const replay = learner.replay;
  set_gamma(replay, options.gamma);
  save_table(learner, replay.observations, replay.rowBytes);
  save_table(learner, replay.transitions, offsetof<Transition>());
  if (options.prioritized) {
    begin_priorities(replay.priorities);
    save_table(learner, own_priorities(replay.priorities, replay.rows), sizeof<f64>());
  }
  for (let b: usize = 0; b < learner.batch; b++) store<f32>(learner.importanceWeights + (b << 2), 1);
  return header;
}

/** Sets β for the following updates of a learner with priorities. */
export function learner_importance(learner: Learner, importance: f32): void {
  learner.importance = importance;
}

export function learner_free(learner: Learner): void {
  free_block(learner.block);
  if (learner.replay.masks != 0) free_block(learner.replay.masks);
  heap.free(changetype<usize>(learner));
}

/**
 * From now on this guide takes part in updates; it must have the same batch, observations and actions. 0: none. Not
 * saved.
 */
export function learner_guide(learner: Learner, guide: Guide | null): void {
  learner.guide = guide;
}

/** Fresh parameters and draws from 128 bits. The target network begins as a copy. */
export function learner_initialise(learner: Learner, word0: u32, word1: u32, word2: u32, word3: u32): void {
  initialise(learner, word0, word1, word2, word3);
  begin_return_scale(learner.returnScale);
  for (let i: usize = 0; i < learner.inputs; i++) {
    store<f32>(learner.seen.lowest + (i << 2), -Infinity);
    store<f32>(learner.seen.highest + (i << 2), Infinity);
  }
  learner.state.farOutside = 0;
  update_target(learner, 1);
}

/** The host has written the parameters: a warm start. The target network begins as a copy. */
export function learner_started(learner: Learner): void {
  update_target(learner, 1);
}

/** Normalises observations, unless they are bytes, by the mean and deviation of those in the replay memory. */
export function learner_normalise(learner: Learner): void {
  fit_normalisation(learner, learner.replay.observations, learner.replay.state.filled);
}

/**
 * Renews the scales of observations, unless they are bytes, and of returns by what the replay memory holds.
 * @param fresh whether the network can do nothing yet
 */
export function learner_renew(learner: Learner, observations: bool, returns: bool, fresh: bool): void {
  const target = learner.targetWeights.parameters;
  if (observations && !learner.bytes) {
    renew_observations(learner, target, learner.replay, learner.seen, fresh);
    learner.state.farOutside = 0;
  }
  if (returns) {
    renew_returns(learner, target, learner.replay, learner.returnScale, fresh, bool(learner.options.dueling));
  }
}

/** Whether an observation was far outside what was seen when the scales were renewed. */
export function learner_far_outside(learner: Learner): bool {
  return bool(learner.state.farOutside);
}

/** Where the mean and the deviation of returns lie: Q-values are mean + deviation · outputs. */
export function learner_return_scale(learner: Learner): usize {
  return changetype<usize>(learner.returnScale);
}

/**
 * Everything was restored from a checkpoint, which may be anything.
 * @returns whether the learner can go on: every row and action that it names exists
 */
export function learner_restored(learner: Learner): bool {
  return replay_sound(learner.replay);
}

/** Whether a restored memory has exactly these open episodes: see `episodes_sound`. */
export function learner_episodes(learner: Learner, rows: usize, count: usize): bool {
  return episodes_sound(learner.replay, rows, count);
}

/** Where the observation of a row lies. */
export function learner_observation(learner: Learner, row: usize): usize {
  return observation_at(learner.replay, row);
}

/** Where the host writes the observation (inputs) that `begin` or `record` reads. */
export function learner_incoming(learner: Learner): usize {
  return learner.replay.incoming;
}

/**
 * From now on each observation has a mask of the allowed actions. At those before it, all are allowed. Call it at most
 * once, and before a memory with masks is restored.
 * @returns where the host writes the mask, u8 (actions), that `begin` or `record` reads; 0 if there is no room
 */
export function learner_masks(learner: Learner): usize {
  const replay = learner.replay;
  const masks = allocate_zeroed(<u64>replay.rows * mask_bytes(replay));
  if (masks == 0) return 0;
  use_masks(replay, masks);
  save_table(learner, masks, mask_bytes(replay));
  return replay.incomingMask;
}

/** Where the replay memory's three counts lie in the block, u32. An empty memory has zeros there. */
export function learner_counts(learner: Learner): usize {
  return changetype<usize>(learner.replay.state);
}

/** Whether an action is allowed at the observation of a row. */
export function learner_allows(learner: Learner, row: usize, action: usize): bool {
  return is_allowed(learner.replay, row, action);
}

/** An episode begins with the incoming observation. @returns its row */
export function learner_begin(learner: Learner): usize {
  return begin_episode(learner.replay);
}

/**
 * Records what the action at an episode's newest observation, in `row`, led to: see `record`.
 * @returns the row of the episode's observation that is the newest now
 */
export function learner_record(
  learner: Learner,
  row: usize,
  action: usize,
  reward: f32,
  terminated: bool,
  truncated: bool,
): usize {
  const far = !learner.bytes && is_far_outside(learner.seen, learner.replay.incoming, learner.inputs);
  if (far) learner.state.farOutside = 1;
  return record(learner.replay, row, action, reward, terminated, truncated);
}

/** Ends the open episode whose newest observation lies in this row, as truncated. */
export function learner_end(learner: Learner, row: usize): void {
  leave_episode(learner.replay, row);
}

/**
 * The action at an episode's newest observation, in this row, is not the greedy one: with `cutAtRandomActions`, the
 * n-step returns of the steps before it end here (Watkins 1989).
 */
export function learner_depart(learner: Learner, row: usize): void {
  if (learner.options.cutAtRandomActions) cut(learner.replay, row);
}

/**
 * The ε-greedy action at an episode's newest observation, which lies in this row. A random action is repeated for a
 * random number of steps, at most `longest` (Dabney et al. 2021), but not where it is forbidden. With 1 this is plain
 * ε-greedy.
 * @param chance how likely a random action is chosen where none is repeated
 */
export function learner_act(learner: Learner, row: usize, chance: f32, longest: usize): usize {
  const newest = newest_at(learner.replay, row);
  if (newest.repeatsLeft > 0) {
    newest.repeatsLeft--;
    if (is_allowed(learner.replay, row, newest.repeatedAction)) {
      learner_depart(learner, row);
      return newest.repeatedAction;
    }
    newest.repeatsLeft = 0;
  }
  if (uniform(learner.random) < chance) {
    const action = random_action(learner, row);
    if (longest > 1) {
      newest.repeatedAction = <u32>action;
      newest.repeatsLeft = <u32>duration(learner.random, longest) - 1;
    }
    learner_depart(learner, row);
    return action;
  }
  return learner_greedy(learner, row);
}

/** One of the actions that are allowed at the observation of a row. */
function random_action(learner: Learner, row: usize): usize {
  const replay = learner.replay;
  if (replay.masks == 0) return below(learner.random, learner.actions);
  let allowed: usize = 0;
  for (let action: usize = 0; action < learner.actions; action++) allowed += usize(is_allowed(replay, row, action));
  let left = below(learner.random, allowed);
  let action: usize = 0;
  while (!is_allowed(replay, row, action) || left-- > 0) action++;
  return action;
}

/** The allowed action with the largest Q-value at the observation of a row. */
export function learner_greedy(learner: Learner, row: usize): usize {
  const replay = learner.replay;
  // the advantages of a dueling head suffice: they have the same order as the Q-values
  const values = answer(learner, observation_at(replay, row));
  if (replay.masks != 0) forbid(replay, row, values, 4);
  return argmax(values, learner.actions);
}

/** Makes the values of the forbidden actions at the observation of a row the smallest. They lie `stride` bytes apart. */
function forbid(replay: Replay, row: usize, values: usize, stride: usize): void {
  for (let action: usize = 0; action < replay.actions; action++) {
    if (!is_allowed(replay, row, action)) store<f32>(values + action * stride, -Infinity);
  }
}

/**
 * Does n whole updates and returns the mean of their losses. At least one transition must be ready.
 *
 * y = R + γⁿ·(1 − terminated)·Q⁻(s', argmax_a Q(s', a)) (van Hasselt et al. 2016, equation 4, with n-step returns), or
 * without `double` R + γⁿ·(1 − terminated)·max_a Q⁻(s', a) (Mnih et al. 2015).
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
  descend(learner, learningRate, learner.options.maxGradientNorm);
  if (count_update(learner)) update_target(learner, learner.options.tau);
  renew_priorities(learner);
  return mean_loss(learner);
}

/**
 * Computes the panels of the drawn batch from `first` up to, but without, `end`: all up to the packed deltas. Panels
 * share nothing.
 */
export function pass_panels(learner: Learner, first: usize, end: usize): void {
  const double = bool(learner.options.double);
  // one set of weights after the other, so that each stays in the first cache for all panels (A1: 91 → 88 µs)
  for (let panel = first; panel < end; panel++) {
    gather(learner, panel);
  }
  for (let panel = first; panel < end; panel++) {
    if (double) choose(learner, panel, forward_next(learner, learner.onlineWeights, panel));
    q_values(learner, forward(learner, panel));
  }
  for (let panel = first; panel < end; panel++) {
    const q = forward_next(learner, learner.targetWeights, panel);
    if (!double) choose(learner, panel, q);
    set_targets(learner, panel, q);
  }
  if (learner.guide) be_guided(learner);
  for (let panel = first; panel < end; panel++) {
    set_deltas(learner, panel);
    backward(learner, panel);
  }
}

/** Writes which actions are allowed at the observation of a row, u8 (A). */
function copy_mask(replay: Replay, row: usize, to: usize): void {
  for (let action: usize = 0; action < replay.actions; action++) {
    store<u8>(to + action, u8(is_allowed(replay, row, action)));
  }
}

/** The guide's loss of all panels. Their Q-values must be there. */
function be_guided(learner: Learner): void {
  const guide = learner.guide as Guide;
  const replay = learner.replay;
  const outputs = learner.outputsAt;
  const scale = learner.returnScale;
  if (replay.masks != 0) use_mask(guide);
  for (let panel: usize = 0; panel < learner.panels; panel++) {
    const rows = rows_in(learner, panel);
    for (let r: usize = 0; r < rows; r++) {
      const row = row_of(learner, panel, r);
      put_observation(guide.network, r, observation_at(replay, row), learner.bytes);
      if (replay.masks != 0) copy_mask(replay, row, mask_at(guide, panel * PANEL + r));
    }
    take_panel(guide, panel, panel_at(learner, panel) + outputs, scale.mean, scale.deviation);
  }
  judge(guide);
}

/** Counts one more update. @returns whether the target network moves now */
export function count_update(learner: Learner): bool {
  const state = learner.state;
  state.updates++;
  return state.updates % learner.options.targetUpdateInterval == 0;
}

/**
 * Draws the batch: uniform rows, or rows by their priorities, which then get smaller weights. Finds where their
 * observations lie.
 */
export function draw(learner: Learner): void {
  const replay = learner.replay;
  const batch = learner.batch;
  const priorities = replay.priorities;
  if (priorities != 0) {
    draw_by_priority(priorities, replay.rows, learner.random, batch, learner.sampled);
    weigh(priorities, replay.rows, batch, learner.sampled, learner.importanceWeights, learner.importance);
  }
  // Random rows are in no cache. So one value of each is read here, in loops so short that the processor has dozens of
  // reads under way. This costs a third of waiting for one row after another in `gather` (A1: 6.4 → 3.5 µs for drawing
  // and gathering). s is read with its transition and then s', instead of both in the second loop: A5 gains 1 % (Node
  // 20) to 3 % (Node 24).
  let touched: u32 = 0;
  for (let b: usize = 0; b < batch; b++) {
    if (priorities == 0) store<u32>(learner.sampled + (b << 2), sample(replay, learner.random));
    const observation = observation_at(replay, load<u32>(learner.sampled + (b << 2)));
    store<usize>(learner.observed + b * sizeof<usize>(), observation);
    touched ^= load<u32>(observation);
  }
  for (let b: usize = 0; b < batch; b++) {
    const row: usize = load<u32>(learner.sampled + (b << 2));
    const observation = observation_at(replay, transition_at(replay, row).next);
    store<usize>(learner.succeeded + b * sizeof<usize>(), observation);
    touched ^= load<u32>(observation);
  }
  learner.touched = touched;
}

/** The number of the batch's rows in a panel. */
function rows_in(learner: Learner, panel: usize): usize {
  return min<usize>(learner.batch - panel * PANEL, PANEL);
}

/** The drawn row for a panel's row `r`. */
function row_of(learner: Learner, panel: usize, r: usize): usize {
  return load<u32>(learner.sampled + ((panel * PANEL + r) << 2));
}

/** Fills a panel's inputs: s of its rows, and s' beside them. */
export function gather(learner: Learner, panel: usize): void {
  const rows = rows_in(learner, panel);
  const first = panel * PANEL * sizeof<usize>();
  put_inputs(learner, inputs_at(learner, panel), learner.observed + first, rows);
  put_inputs(learner, next_inputs(learner, panel), learner.succeeded + first, rows);
}

export function next_inputs(learner: Learner, panel: usize): usize {
  return learner.nextInputs + panel * learner.inputsBytes;
}

/** The Q-values (A, 16) of a panel's s' with either set of weights; valid until the next call. */
export function forward_next(learner: Learner, weights: Weights, panel: usize): usize {
  return q_values(learner, forward_inputs(learner, weights, next_inputs(learner, panel), learner.lookahead));
}

/** Turns a panel's outputs into the Q-values (A, 16), in place. */
function q_values(learner: Learner, outputs: usize): usize {
  if (learner.options.dueling) combine(outputs, learner.actions);
  return outputs;
}

/**
 * chosen: u32 (16) of a panel: a* = argmax_a Q(s', a) over the allowed actions, the first of the largest, from
 * Q(s', ·): (A, 16). Forbidden values are overwritten.
 */
export function choose(learner: Learner, panel: usize, q: usize): void {
  const replay = learner.replay;
  if (replay.masks != 0) {
    const rows = rows_in(learner, panel);
    for (let r: usize = 0; r < rows; r++) {
      forbid(replay, transition_at(replay, row_of(learner, panel, r)).next, q + (r << 2), 64);
    }
  }
  argmax_panel(learner.chosen + ((panel * PANEL) << 2), q, learner.actions);
}

/** targets: (16) of a panel: y = R + discount · Q⁻(s', a*), from Q⁻(s', ·): (A, 16). */
export function set_targets(learner: Learner, panel: usize, q: usize): void {
  const rows = rows_in(learner, panel);
  const mean = learner.returnScale.mean;
  const unit = <f32>1 / learner.returnScale.deviation;
  for (let r: usize = 0; r < rows; r++) {
    const transition = transition_at(learner.replay, row_of(learner, panel, r));
    const at = (panel * PANEL + r) << 2;
    const value = load<f32>(q + (load<u32>(learner.chosen + at) << 6) + (r << 2));
    const discount = transition.discount;
    store<f32>(learner.targets + at, (transition.sum - mean + discount * mean) * unit + discount * value);
  }
}

/**
 * A panel's errors, losses and outputs' deltas, from its Q(s, ·): (A, 16). The deltas of Q are 0 except at the taken
 * actions, before conservatism and a guide add theirs.
 */
export function set_deltas(learner: Learner, panel: usize): void {
  const rows = rows_in(learner, panel);
  const outputs = learner.outputsAt;
  const q = panel_at(learner, panel) + outputs;
  const deltas = learner.deltas + outputs;
  const batch = <f32>learner.batch;
  const huberDelta = learner.options.huberDelta;
  clear_floats(deltas, learner.outputs * PANEL);
  for (let r: usize = 0; r < rows; r++) {
    const action: usize = transition_at(learner.replay, row_of(learner, panel, r)).action;
    const at = (action << 6) + (r << 2);
    const row = (panel * PANEL + r) << 2;
    const error = load<f32>(q + at) - load<f32>(learner.targets + row);
    const weight = load<f32>(learner.importanceWeights + row);
    store<f32>(learner.errors + row, error);
    if (huberDelta > 0) {
      store<f32>(learner.losses + row, weight * huber_value<f32>(error, huberDelta));
      store<f32>(deltas + at, (weight * huber_slope<f32>(error, huberDelta)) / batch);
    } else {
      store<f32>(learner.losses + row, weight * (error * error));
      store<f32>(deltas + at, (weight * (<f32>2 * error)) / batch);
    }
  }
  if (learner.options.conservatism > 0) add_conservatism(learner, panel, q, deltas);
  if (learner.guide) add_slopes(learner.guide as Guide, panel, deltas, rows, learner.returnScale.deviation);
  if (learner.options.dueling) split(deltas, learner.actions);
}

/**
 * Conservative Q-learning, CQL(H) (Kumar et al. 2020, arXiv 2006.04779, equation 4): adds α·(log Σ_a exp Q(s, a) −
 * Q(s, a_taken)), with the sum over the allowed actions, to a panel's losses, and its gradient α·(softmax(Q(s, ·)) −
 * onehot(a_taken)) to the deltas. It is −α·log softmax(Q(s, ·)) of the taken action, and so computed. With priorities a
 * row's weight holds for this term, too: both terms are means over the memory, and the weights undo the uneven draw.
 * @param q (A, 16): Q(s, ·) of the panel; overwritten
 */
function add_conservatism(learner: Learner, panel: usize, q: usize, deltas: usize): void {
  const replay = learner.replay;
  const actions = learner.actions;
  const rows = rows_in(learner, panel);
  const batch = <f32>learner.batch;
  const alpha = learner.options.conservatism;
  if (replay.masks != 0) {
    for (let r: usize = 0; r < rows; r++) forbid(replay, row_of(learner, panel, r), q + (r << 2), 64);
  }
  log_softmax_panels(q, q, PANEL, actions, 1);
  for (let r: usize = 0; r < rows; r++) {
    const action: usize = transition_at(replay, row_of(learner, panel, r)).action;
    const row = (panel * PANEL + r) << 2;
    const weight = load<f32>(learner.importanceWeights + row) * alpha;
    store<f32>(
      learner.losses + row,
      load<f32>(learner.losses + row) - weight * load<f32>(q + (action << 6) + (r << 2)),
    );
    for (let a: usize = 0; a < actions; a++) {
      const at = (a << 6) + (r << 2);
      const target: f32 = a == action ? 1 : 0;
      const slope = (weight * (exp<f32>(load<f32>(q + at)) - target)) / batch;
      store<f32>(deltas + at, load<f32>(deltas + at) + slope);
    }
  }
}

/** Gives the drawn rows new priorities from their errors. */
export function renew_priorities(learner: Learner): void {
  const replay = learner.replay;
  if (replay.priorities == 0) return;
  const exponent = learner.options.priorityExponent;
  renew(replay.priorities, replay.rows, learner.batch, learner.sampled, learner.errors, exponent);
}

export function mean_loss(learner: Learner): f32 {
  let sum: f32 = 0;
  for (let b: usize = 0; b < learner.batch; b++) sum += load<f32>(learner.losses + (b << 2));
  const loss = sum / <f32>learner.batch;
  return learner.guide ? loss + (learner.guide as Guide).loss : loss;
}

/** target += τ · (online − target) */
function update_target(learner: Learner, tau: f32): void {
  transpose_weights(learner);
  const online = learner.onlineWeights;
  const target = learner.targetWeights;
  const at = learner.denseAt;
  polyak(target.parameters, online.parameters, at >> 2, tau);
  polyak(target.transposed + at, online.transposed + at, learner.count - (at >> 2), tau);
}
