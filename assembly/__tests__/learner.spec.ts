// A whole Double-DQN update beside the same composed of reference functions, bit for bit; acting; the life cycle.

import { Guide, guide_create, guide_free, guide_loss } from "../guide";
import {
  LEARNER_BYTES,
  Learner,
  learner_act,
  learner_begin,
  learner_create,
  learner_end,
  learner_free,
  learner_guide,
  learner_importance,
  learner_incoming,
  learner_initialise,
  learner_masks,
  learner_normalise,
  learner_record,
  learner_restored,
  learner_step,
} from "../learner";
import { exp, log } from "../math";
import { at, put } from "../memory";
import { activation_count, parameter_count } from "../mlp";
import { Network, network_create, network_free, network_parameters, network_ready } from "../network";
import { draw_by_priority, priority_of, set_priority } from "../priorities";
import * as reference from "../reference";
import { is_allowed, newest_at, observation_at, sample, transition_at } from "../replay";
import {
  array_of,
  copy_observation,
  copy_of,
  expect_near,
  expect_same_bits,
  fill,
  fill_sparse,
  random_array,
  random_below,
  random_value,
  seed,
  zeros,
} from "./arrays";
import { allowed_only, fill_mask, learner_options } from "./learners";
import { CROSS_ENTROPY, comparison_of, Mixture, MSE, plain_sum } from "./losses";
import { copy_saved, expect_same_saved } from "./saved";

const ROWS: usize = 300;

/** What is not as in plain Double DQN. */
class Options {
  double: bool = true;
  dueling: bool = false;
  maxGradientNorm: f32 = 0;
  prioritised: bool = false;
  exponent: f32 = 0.6;
  bytes: bool = false;
  masked: bool = false;
  conservatism: f32 = 0;
  guide: Mixture = new Mixture(); // its loss
}
const plain = new Options();

/** A learner with fresh parameters. delta 0 is the squared error; tau 1 copies every `interval` updates. */
function learner_of(
  sizes: u32[],
  batch: usize,
  nStep: usize,
  delta: f32,
  tau: f32,
  interval: usize,
  options: Options = plain,
): Learner {
  const given = learner_options(batch, ROWS);
  given.nStep = nStep;
  given.huberDelta = delta;
  given.tau = tau;
  given.targetUpdateInterval = interval;
  given.double = u32(options.double);
  given.dueling = u32(options.dueling);
  given.maxGradientNorm = options.maxGradientNorm;
  given.prioritized = u32(options.prioritised);
  given.priorityExponent = options.exponent;
  given.byteObservations = u32(options.bytes);
  given.conservatism = options.conservatism;
  const learner = changetype<Learner>(learner_create(array_of<u32>(sizes), sizes.length - 1, given));
  learner_initialise(learner, 1, 2, 3, 4);
  if (options.masked) learner_masks(learner);
  return learner;
}

/** The end of each episode of `play` is drawn, or always the same. */
const RANDOM = 0;
const TERMINATED = 1;
const TRUNCATED = 2;

/** Episodes of random lengths up to `longest`, random in everything else too. */
function play(learner: Learner, steps: i32, longest: u32, ending: i32): void {
  let left: u32 = 0;
  let row: usize = 0;
  for (let step = 0; step < steps; step++) {
    if (learner.bytes) fill_sparse(learner_incoming(learner), learner.inputs);
    else fill<f32>(learner_incoming(learner), learner.inputs, 2);
    fill_mask(learner);
    if (left == 0) {
      row = learner_begin(learner);
      left = <u32>1 + random_below(longest);
    } else {
      left--;
      const end = ending == RANDOM ? TERMINATED + <i32>random_below(2) : ending;
      let action = random_below(<u32>learner.actions);
      while (!is_allowed(learner.replay, row, action)) action = (action + 1) % <u32>learner.actions;
      const reward = <f32>random_value();
      row = learner_record(learner, row, action, reward, left == 0 && end == TERMINATED, left == 0 && end == TRUNCATED);
    }
  }
  if (left > 0) learner_end(learner, row);
}

/** What an update changes, by the reference. */
class Twin {
  parameters: usize;
  target: usize;
  firstMoment: usize;
  secondMoment: usize;
  random: usize;
  priorities: usize = 0;
  updates: usize = 0;

  // of the last update
  targets: usize;
  loss: f32 = 0;

  constructor(public learner: Learner) {
    this.parameters = copy_of<f32>(learner.onlineWeights.parameters, learner.count);
    this.target = copy_of<f32>(learner.onlineWeights.parameters, learner.count);
    this.firstMoment = zeros<f32>(learner.count);
    this.secondMoment = zeros<f32>(learner.count);
    this.random = copy_of<u32>(learner.random, 4);
    this.targets = zeros<f32>(learner.batch);
    const replay = learner.replay;
    if (replay.priorities != 0) this.priorities = copy_of<f64>(replay.priorities, 2 * replay.rows);
  }

  /** Q-values of (B, I) raw observations, and the activations that they took. */
  forward(parameters: usize, observations: usize, activations: usize): usize {
    const learner = this.learner;
    const batch = learner.batch;
    reference.normalise<f32>(activations, observations, learner.mean, learner.scale, batch, learner.inputs);
    const outputs = reference.mlp_forward<f32>(learner.widths, learner.layers, parameters, activations, batch);
    if (!learner.options.dueling) return outputs;
    const q = zeros<f32>(batch * learner.actions);
    reference.dueling_forward<f32>(q, outputs, batch, learner.actions);
    return q;
  }

  /** The guide's loss beside q: (B, A), whose weighted gradient is added to dq. */
  guide(rows: usize, observations: usize, q: usize, dq: usize): f32 {
    const guide = this.learner.guide as Guide;
    const batch = this.learner.batch;
    const actions = this.learner.actions;
    const network = guide.network;
    const activations = zeros<f32>(batch * <usize>activation_count(network.widths, network.layers));
    memory.copy(activations, observations, (batch * this.learner.inputs) << 2);
    const teacher = reference.mlp_forward<f32>(network.widths, network.layers, network.parameters, activations, batch);
    const c = comparison_of<f32>(q, teacher, batch, actions);
    c.weights = guide.comparison.weights;
    c.temperature = guide.comparison.temperature;
    const replay = this.learner.replay;
    if (replay.masks != 0) {
      c.masks = zeros<u8>(batch * actions);
      for (let b: usize = 0; b < batch; b++) {
        for (let a: usize = 0; a < actions; a++) {
          put<u8>(c.masks, b * actions + a, u8(is_allowed(replay, at<u32>(rows, b), a)));
        }
      }
    }
    const loss = plain_sum(c);
    const slopes = c.slopes;
    for (let i: usize = 0; i < batch * actions; i++) put<f32>(dq, i, at<f32>(dq, i) + at<f32>(slopes, i));
    return loss;
  }

  /** The batch's rows: u32 (B), and their weights: (B), by Schaul et al. 2016, algorithm 1, as in priorities.ts. */
  draw(rows: usize, weights: usize): void {
    const replay = this.learner.replay;
    const batch = this.learner.batch;
    for (let b: usize = 0; b < batch; b++) put<f32>(weights, b, 1);
    if (this.priorities == 0) {
      for (let b: usize = 0; b < batch; b++) put<u32>(rows, b, <u32>sample(replay, this.random));
      return;
    }
    draw_by_priority(this.priorities, replay.rows, this.random, batch, rows);
    let smallest = f64.MAX_VALUE;
    for (let b: usize = 0; b < batch; b++) smallest = min(smallest, this.priority(at<u32>(rows, b)));
    for (let b: usize = 0; b < batch; b++) {
      const share = <f32>(smallest / this.priority(at<u32>(rows, b)));
      put<f32>(weights, b, exp<f32>(this.learner.importance * log<f32>(share)));
    }
  }

  priority(row: usize): f64 {
    return priority_of(this.priorities, this.learner.replay.rows, row);
  }

  /** (|δ| + ε)^α of the batch's rows. */
  renew(rows: usize, q: usize, taken: usize): void {
    if (this.priorities == 0) return;
    const learner = this.learner;
    for (let b: usize = 0; b < learner.batch; b++) {
      const error = at<f32>(q, b * learner.actions + at<u32>(taken, b)) - at<f32>(this.targets, b);
      const priority = <f64>exp<f32>(learner.options.priorityExponent * log<f32>(abs<f32>(error) + <f32>1e-6));
      set_priority(this.priorities, learner.replay.rows, at<u32>(rows, b), priority);
      put<f64>(this.priorities, 0, max(priority, at<f64>(this.priorities, 0)));
    }
  }

  update(learningRate: f32): void {
    const learner = this.learner;
    const replay = learner.replay;
    const batch = learner.batch;
    const inputs = learner.inputs;
    const actions = learner.actions;
    const count = learner.count;
    const values = <usize>activation_count(learner.widths, learner.layers) * batch;

    const observations = zeros<f32>(batch * inputs);
    const nextObservations = zeros<f32>(batch * inputs);
    const taken = zeros<u32>(batch);
    const returns = zeros<f32>(batch);
    const discounts = zeros<f32>(batch);
    const rows = zeros<u32>(batch);
    const weights = zeros<f32>(batch);
    this.draw(rows, weights);
    for (let b: usize = 0; b < batch; b++) {
      const row = at<u32>(rows, b);
      const offset = (b * inputs) << 2;
      copy_observation(observations + offset, observation_at(replay, row), inputs, learner.bytes);
      const transition = transition_at(replay, row);
      copy_observation(nextObservations + offset, observation_at(replay, transition.next), inputs, learner.bytes);
      put<u32>(taken, b, transition.action);
      put<f32>(returns, b, transition.sum);
      put<f32>(discounts, b, transition.discount);
    }

    const online = this.forward(this.parameters, nextObservations, zeros<f32>(values));
    const target = this.forward(this.target, nextObservations, zeros<f32>(values));
    if (learner.options.double) {
      const best = allowed_only(replay, rows, online, batch);
      reference.double_dqn_targets<f32>(this.targets, returns, discounts, best, target, batch, actions);
    } else {
      const best = allowed_only(replay, rows, target, batch);
      reference.dqn_targets<f32>(this.targets, returns, discounts, best, batch, actions);
    }

    const activations = zeros<f32>(values);
    const deltas = zeros<f32>(values);
    const q = this.forward(this.parameters, observations, activations);
    const dq = zeros<f32>(batch * actions);
    const losses = zeros<f32>(batch);
    const options = learner.options;
    reference.td_losses<f32>(losses, q, taken, this.targets, weights, batch, actions, options.huberDelta, dq);
    const conservatism = options.conservatism;
    if (conservatism > 0) {
      const allowed = allowed_only(replay, rows, q, batch, false);
      reference.conservative_losses<f32>(losses, allowed, taken, weights, batch, actions, conservatism, dq);
    }
    this.loss = reference.mean<f32>(losses, batch);
    this.renew(rows, q, taken);
    if (learner.guide) this.loss += this.guide(rows, observations, q, dq);
    const outputDeltas = deltas + ((values - batch * learner.outputs) << 2);
    if (learner.options.dueling) reference.dueling_backward<f32>(outputDeltas, dq, batch, actions);
    else memory.copy(outputDeltas, dq, (batch * actions) << 2);

    const gradients = zeros<f32>(count);
    reference.mlp_backward<f32>(learner.widths, learner.layers, this.parameters, activations, deltas, gradients, batch);
    if (learner.options.maxGradientNorm > 0)
      reference.clip_norm<f32>(gradients, count, learner.options.maxGradientNorm);
    this.updates++;
    const parameters = this.parameters;
    reference.adam_step<f32>(
      parameters,
      gradients,
      this.firstMoment,
      this.secondMoment,
      count,
      learningRate,
      this.updates,
    );
    if (this.updates % learner.options.targetUpdateInterval == 0) {
      reference.polyak<f32>(this.target, parameters, count, learner.options.tau);
    }
  }
}

/** A network's parameters as the target network holds its own: each W transposed, of bytes all but the first. */
function transposed(learner: Learner, parameters: usize): usize {
  const turned = copy_of<f32>(parameters, learner.count);
  const at = learner.denseAt;
  reference.transpose_parameters<f32>(turned + at, parameters + at, learner.denseWidths, learner.denseLayers);
  return turned;
}

/** Twelve updates of a learner and of its twin. */
function compare(
  sizes: u32[],
  batch: usize,
  nStep: usize,
  delta: f32,
  tau: f32,
  interval: usize,
  options: Options = plain,
): void {
  const learner = learner_of(sizes, batch, nStep, delta, tau, interval, options);
  // more than the ring holds, so that it has wrapped around
  play(learner, 500, 20, RANDOM);
  if (!options.bytes) learner_normalise(learner);
  const network = changetype<Network>(network_create(array_of<u32>([sizes[0], 9, <u32>learner.actions]), 2, 1, false));
  fill<f32>(network_parameters(network), <usize>parameter_count(network.widths, 2), 1);
  network_ready(network);
  const guide = changetype<Guide>(guide_create(network, batch));
  options.guide.use(guide_loss(guide), 0.3, 1);
  if (!options.guide.empty) learner_guide(learner, guide);
  const twin = new Twin(learner);
  const what = `${sizes.join("-")}, batch ${batch}, n = ${nStep}, delta ${delta}, tau ${tau}`;
  for (let i: usize = 1; i <= 12; i++) {
    learner_importance(learner, <f32>0.4 + <f32>0.05 * <f32>i);
    const loss = learner_step(learner, 1, 1e-2);
    twin.update(1e-2);
    if (loss != <f64>twin.loss) expect(loss).toBe(<f64>twin.loss, `loss ${i} of ${what}`);
    expect_same_bits(learner.targets, twin.targets, batch, `targets of ${what}`, i);
    expect_same_bits(learner.onlineWeights.parameters, twin.parameters, learner.count, `parameters of ${what}`, i);
    const target = transposed(learner, twin.target);
    expect_same_bits(learner.targetWeights.parameters, target, learner.count, `target network of ${what}`, i);
    expect_same_bits(learner.firstMoment, twin.firstMoment, learner.count, `first moment of ${what}`, i);
    expect_same_bits(learner.secondMoment, twin.secondMoment, learner.count, `second moment of ${what}`, i);
    expect_same_bits(learner.random, twin.random, 4, `generator of ${what}`, i);
    if (twin.priorities != 0) {
      expect_same_bits(
        learner.replay.priorities,
        twin.priorities,
        learner.replay.rows << 2,
        `priorities of ${what}`,
        i,
      );
    }
  }
  expect(learner.state.updates).toBe(12);
  guide_free(guide);
  network_free(network);
  learner_free(learner);
}

describe("learner_step", () => {
  it("equals the update composed of reference functions", () => {
    seed(1);
    compare([4, 64, 64, 2], 64, 1, 1, 0.005, 1);
    compare([4, 64, 64, 2], 64, 5, 1, 1, 2);
    compare([3, 5, 7, 2], 7, 3, 0, 0.005, 1);
    compare([6, 33, 17, 3], 32, 1, 0.1, 1, 5);
    compare([8, 19, 4], 5, 10, 0, 0.3, 2);
    compare([5, 3], 9, 2, 1, 1, 2);
    compare([1, 1, 1], 1, 1, 0, 1, 1);
    compare([6, 33, 17, 3], 17, 3, 1, 0.005, 1);
    compare([7, 20, 5], 48, 1, 0, 1, 3);
  });

  it("does so with each option, and with all of them", () => {
    seed(10);
    const single = new Options();
    single.double = false;
    compare([4, 16, 16, 3], 33, 3, 1, 0.005, 1, single);
    const clipped = new Options();
    clipped.maxGradientNorm = 0.1;
    compare([4, 16, 16, 3], 33, 3, 0, 0.005, 1, clipped);
    compare([3, 5, 7, 2], 7, 1, 0, 1, 2, clipped);
    const dueling = new Options();
    dueling.dueling = true;
    compare([4, 16, 16, 4], 33, 3, 1, 0.005, 1, dueling);
    compare([5, 3], 9, 2, 1, 1, 2, dueling);
    const prioritised = new Options();
    prioritised.prioritised = true;
    compare([4, 16, 16, 3], 33, 3, 1, 0.005, 1, prioritised);
    compare([4, 16, 3], 6, 1, 0, 1, 2, prioritised);
    const conservative = new Options();
    conservative.conservatism = 1;
    compare([4, 16, 16, 3], 33, 3, 1, 0.005, 1, conservative);
    conservative.conservatism = 0.3;
    compare([4, 16, 5], 16, 1, 0, 1, 2, conservative);
    compare([2, 1], 9, 2, 0, 1, 1, conservative);
    const guided = new Options();
    guided.guide.and(MSE, 0.5);
    compare([4, 16, 16, 3], 33, 3, 1, 0.005, 1, guided);
    guided.guide.and(CROSS_ENTROPY, 2);
    compare([4, 16, 3], 16, 1, 0, 1, 2, guided);
    const all = new Options();
    all.guide.and(CROSS_ENTROPY, 0.3);
    all.double = false;
    all.dueling = true;
    all.maxGradientNorm = 0.5;
    all.prioritised = true;
    all.conservatism = 0.5;
    all.exponent = 1;
    compare([6, 33, 17, 6], 48, 5, 1, 0.005, 1, all);
  });

  it("does so where observations are bytes", () => {
    seed(11);
    const bytes = new Options();
    bytes.bytes = true;
    compare([40, 64, 64, 3], 32, 1, 1, 0.005, 1, bytes);
    compare([33, 37, 5, 2], 17, 5, 1, 1, 2, bytes);
    compare([16, 3], 9, 2, 0, 1, 2, bytes);
    compare([1, 1, 1], 1, 1, 0, 1, 1, bytes);
    bytes.guide.and(CROSS_ENTROPY, 0.3).and(MSE, 0.5);
    bytes.double = false;
    bytes.dueling = true;
    bytes.maxGradientNorm = 0.5;
    bytes.prioritised = true;
    compare([50, 33, 17, 6], 48, 5, 1, 0.005, 1, bytes);
  });

  it("does so where actions are forbidden", () => {
    seed(13);
    const masked = new Options();
    masked.masked = true;
    compare([4, 16, 16, 3], 33, 3, 1, 0.005, 1, masked);
    compare([4, 16, 40], 17, 1, 1, 0.005, 1, masked); // more actions than a word of a mask has bits
    compare([2, 1], 9, 2, 0, 1, 1, masked);
    masked.double = false;
    compare([4, 16, 5], 16, 2, 0, 1, 2, masked);
    masked.dueling = true;
    masked.prioritised = true;
    masked.guide.and(CROSS_ENTROPY, 0.3);
    compare([6, 33, 17, 6], 48, 5, 1, 0.005, 1, masked);
    masked.conservatism = 2;
    compare([6, 33, 17, 6], 48, 5, 1, 0.005, 1, masked);
    masked.double = true;
    masked.bytes = true;
    compare([40, 33, 4], 33, 3, 1, 0.005, 1, masked);
  });

  it("has targets by the best of the allowed actions", () => {
    seed(14);
    const masked = new Options();
    masked.masked = true;
    for (let double = 0; double < 2; double++) {
      masked.double = bool(double);
      const learner = learner_of([4, 16, 5], 37, 1, 1, 0.005, 1, masked);
      play(learner, 200, 1, TRUNCATED);
      // the target network answers 10 to 50, and the online network has the opposite order
      memory.fill(learner.targetWeights.parameters, 0, learner.count << 2);
      memory.fill(learner.onlineWeights.parameters, 0, learner.count << 2);
      const biases = (learner.count - 5) << 2;
      memory.copy(learner.targetWeights.parameters + biases, array_of<f32>([10, 20, 30, 40, 50]), 20);
      memory.copy(learner.onlineWeights.parameters + biases, array_of<f32>([5, 4, 3, 2, 1]), 20);
      learner_step(learner, 1, 1e-3);
      for (let b: usize = 0; b < 37; b++) {
        const transition = transition_at(learner.replay, at<u32>(learner.sampled, b));
        let first = 5;
        let last = 0;
        for (let a = 4; a >= 0; a--) if (is_allowed(learner.replay, transition.next, a)) first = a;
        for (let a = 0; a < 5; a++) if (is_allowed(learner.replay, transition.next, a)) last = a;
        const best: i32 = 10 + 10 * (double == 1 ? first : last);
        const target = transition.sum + <f32>0.97 * <f32>best;
        if (at<f32>(learner.targets, b) != target) expect(at<f32>(learner.targets, b)).toBe(target, `row ${b}`);
      }
      learner_free(learner);
    }
  });

  it("n times is n updates, and their mean loss", () => {
    seed(2);
    const together = learner_of([4, 32, 2], 16, 3, 1, 0.005, 1);
    play(together, 400, 20, RANDOM);
    seed(2);
    const oneByOne = learner_of([4, 32, 2], 16, 3, 1, 0.005, 1);
    play(oneByOne, 400, 20, RANDOM);
    let sum = 0.0;
    for (let i = 0; i < 25; i++) sum += learner_step(oneByOne, 1, 1e-3);
    expect(learner_step(together, 25, 1e-3)).toBe(sum / 25);
    expect_same_saved(together, oneByOne, together.replay.state.filled, "saved state");
  });

  it("has targets that are the reward where the episode terminated", () => {
    seed(3);
    const learner = learner_of([4, 16, 2], 32, 1, 1, 0.005, 1);
    play(learner, 200, 1, TERMINATED);
    fill<f32>(learner.targetWeights.parameters, learner.count, 100);
    learner_step(learner, 1, 1e-3);
    for (let b: usize = 0; b < 32; b++) {
      const row = at<u32>(learner.sampled, b);
      const reward = transition_at(learner.replay, row).sum;
      if (at<f32>(learner.targets, b) != reward) expect(at<f32>(learner.targets, b)).toBe(reward, `row ${row}`);
    }
  });

  it("has targets that bootstrap where the episode was truncated", () => {
    seed(4);
    const learner = learner_of([4, 16, 2], 32, 1, 1, 0.005, 1);
    play(learner, 200, 1, TRUNCATED);
    // the target network answers 10 for the first action and 20 for the second, the online network prefers the first
    memory.fill(learner.targetWeights.parameters, 0, learner.count << 2);
    memory.fill(learner.onlineWeights.parameters, 0, learner.count << 2);
    put<f32>(learner.targetWeights.parameters, learner.count - 2, 10);
    put<f32>(learner.targetWeights.parameters, learner.count - 1, 20);
    put<f32>(learner.onlineWeights.parameters, learner.count - 2, 1);
    learner_step(learner, 1, 1e-3);
    for (let b: usize = 0; b < 32; b++) {
      const row = at<u32>(learner.sampled, b);
      const target = transition_at(learner.replay, row).sum + <f32>0.97 * <f32>10;
      if (at<f32>(learner.targets, b) != target) expect(at<f32>(learner.targets, b)).toBe(target, `row ${row}`);
    }
  });

  it("has targets by the first of equally good actions", () => {
    seed(9);
    const learner = learner_of([4, 16, 5], 37, 1, 1, 0.005, 1);
    play(learner, 200, 1, TRUNCATED);
    // the target network answers 10, 20, 30, 40, 50; to the online network the second to the fourth are alike
    memory.fill(learner.targetWeights.parameters, 0, learner.count << 2);
    memory.fill(learner.onlineWeights.parameters, 0, learner.count << 2);
    const biases = (learner.count - 5) << 2;
    memory.copy(learner.targetWeights.parameters + biases, array_of<f32>([10, 20, 30, 40, 50]), 20);
    memory.copy(learner.onlineWeights.parameters + biases, array_of<f32>([1, 3, 3, 3, 2]), 20);
    learner_step(learner, 1, 1e-3);
    for (let b: usize = 0; b < 37; b++) {
      const row = at<u32>(learner.sampled, b);
      const target = transition_at(learner.replay, row).sum + <f32>0.97 * <f32>20;
      if (at<f32>(learner.targets, b) != target) expect(at<f32>(learner.targets, b)).toBe(target, `row ${row}`);
    }
  });

  it("with conservatism lowers the Q-values of allowed actions that were never taken, and of no others", () => {
    seed(15);
    const conservative = new Options();
    conservative.conservatism = 1;
    conservative.masked = true;
    const learner = learner_of([1, 3], 16, 1, 1, 1, 1, conservative);
    learner.options.gamma = 0;
    memory.fill(learner.onlineWeights.parameters, 0, learner.count << 2);
    const masks = array_of<u8>([1, 1, 0]);
    for (let e = 0; e < 40; e++) {
      memory.copy(learner.replay.incomingMask, masks, 3);
      const row = learner_begin(learner);
      learner_record(learner, row, 0, 0, true, false);
    }
    learner_step(learner, 1, 1e-3);
    const biases = learner.onlineWeights.parameters + (3 << 2);
    expect(at<f32>(biases, 0)).toBeGreaterThan(0);
    expect(at<f32>(biases, 1)).toBeLessThan(0);
    expect(at<f32>(biases, 2)).toBe(0);
    learner_free(learner);
  });

  it("learns rewards that the observation tells", () => {
    seed(5);
    const learner = learner_of([2, 32, 2], 32, 1, 1, 1, 10);
    for (let e = 0; e < 140; e++) {
      const x = <f32>random_value();
      store<f32>(learner_incoming(learner), x);
      const row = learner_begin(learner);
      // the right action is the one on the side of x
      const action = random_below(2);
      learner_record(learner, row, action, action == u32(x > 0) ? 1 : 0, true, false);
    }
    const before = learner_step(learner, 1, 1e-2);
    learner_step(learner, 500, 1e-2);
    const after = learner_step(learner, 10, 1e-2);
    expect(after).toBeLessThan(0.2 * before);
    let right = 0;
    for (let i = 0; i < 100; i++) {
      const x = <f32>random_value();
      store<f32>(learner_incoming(learner), x);
      const row = learner_begin(learner);
      right += i32(learner_act(learner, row, 0, 1) == u32(x > 0));
      learner_end(learner, row);
    }
    expect(right).toBeGreaterThan(90);
  });

  it("takes no memory", () => {
    seed(6);
    const learner = learner_of([4, 32, 2], 16, 3, 1, 0.005, 1);
    play(learner, 100, 20, RANDOM);
    const probe = heap.alloc(64);
    heap.free(probe);
    learner_step(learner, 3, 1e-3);
    const row = learner_begin(learner);
    learner_act(learner, row, 0.5, 10);
    learner_end(learner, row);
    const again = heap.alloc(64);
    expect(again).toBe(probe);
  });
});

describe("learner_act", () => {
  it("is the best action of bytes, too", () => {
    seed(12);
    const options = new Options();
    options.bytes = true;
    for (let i = 0; i < 200; i++) {
      const size: u32 = 1 + random_below(70);
      const learner = learner_of([size, 1 + random_below(70), 3], 8, 1, 1, 1, 1, options);
      const activations = zeros<f32>(<usize>activation_count(learner.widths, 2));
      fill_sparse(activations, size);
      memory.copy(learner_incoming(learner), activations, size << 2);
      const row = learner_begin(learner);
      const q = reference.mlp_forward<f32>(learner.widths, 2, learner.onlineWeights.parameters, activations, 1);
      const action = learner_act(learner, row, 0, 1);
      if (action != reference.argmax<f32>(q, 3)) expect(action).toBe(reference.argmax<f32>(q, 3), `act ${i}`);
      learner_free(learner);
    }
  });

  it("is the best action by the online network without exploration", () => {
    seed(7);
    const learner = learner_of([4, 16, 3], 8, 1, 1, 1, 1);
    play(learner, 50, 10, RANDOM);
    learner_normalise(learner);
    fill<f32>(learner.targetWeights.parameters, learner.count, 1);
    const activations = zeros<f32>(4 + 16 + 3);
    const counts = new Array<i32>(3);
    let row: usize = 0;
    for (let i = 0; i < 200; i++) {
      const observation = random_array<f32>(4, 2);
      memory.copy(learner_incoming(learner), observation, 16);
      if (i == 0) row = learner_begin(learner);
      else row = learner_record(learner, row, 0, 0, false, false);
      reference.normalise<f32>(activations, observation, learner.mean, learner.scale, 1, 4);
      const q = reference.mlp_forward<f32>(learner.widths, 2, learner.onlineWeights.parameters, activations, 1);
      const action = learner_act(learner, row, 0, 1);
      counts[<i32>action]++;
      if (action != reference.argmax<f32>(q, 3)) expect(action).toBe(reference.argmax<f32>(q, 3), `act ${i}`);
    }
    for (let a = 0; a < 3; a++) expect(counts[a]).toBeGreaterThan(0, "each action was best somewhere");
  });

  it("is uniform with nothing but exploration", () => {
    const learner = learner_of([4, 16, 3], 8, 1, 1, 1, 1);
    const row = learner_begin(learner);
    const counts = new Array<i32>(3);
    for (let i = 0; i < 30000; i++) counts[<i32>learner_act(learner, row, 1, 1)]++;
    for (let a = 0; a < 3; a++) expect_near(<f64>counts[a] / 30000, 1.0 / 3.0, 0.012, `share of action ${a}`);
  });

  it("is uniform over the allowed actions, and the greedy one is the best of them", () => {
    seed(15);
    for (let kind = 0; kind < 3; kind++) {
      const options = new Options();
      options.masked = true;
      options.dueling = kind == 1;
      options.bytes = kind == 2;
      const learner = learner_of([4, 16, 40], 8, 1, 1, 1, 1, options);
      const activations = zeros<f32>(4 + 16 + 41);
      for (let i = 0; i < 20; i++) {
        if (options.bytes) fill_sparse(activations, 4);
        else fill<f32>(activations, 4, 2);
        memory.copy(learner_incoming(learner), activations, 16);
        fill_mask(learner);
        const row = learner_begin(learner);
        const q = reference.mlp_forward<f32>(learner.widths, 2, learner.onlineWeights.parameters, activations, 1);
        let allowed = 0;
        for (let a: usize = 0; a < 40; a++) {
          if (is_allowed(learner.replay, row, a)) allowed++;
          else put<f32>(q, a, -Infinity);
        }
        expect(learner_act(learner, row, 0, 1)).toBe(reference.argmax<f32>(q, 40), `act ${i} of kind ${kind}`);
        const counts = new Array<i32>(40);
        for (let n = 0; n < 400 * allowed; n++) counts[<i32>learner_act(learner, row, 1, 1)]++;
        for (let a = 0; a < 40; a++) {
          const expected = is_allowed(learner.replay, row, a) ? 400 : 0;
          if (expected == 0 && counts[a] != 0) expect(counts[a]).toBe(0, `forbidden action ${a}`);
          if (abs(counts[a] - expected) > 100) expect(counts[a]).toBe(expected, `action ${a} of kind ${kind}`);
        }
        learner_end(learner, row);
      }
      learner_free(learner);
    }
  });

  it("repeats a random action only until it is forbidden", () => {
    const options = new Options();
    options.masked = true;
    const learner = learner_of([1, 1000], 1, 1, 1, 1, 1, options);
    const mask = learner.replay.incomingMask;
    memory.fill(mask, 1, 1000);
    let row = learner_begin(learner);
    const best = learner_act(learner, row, 0, 1);
    let stopped = 0;
    for (let i = 0; i < 200; i++) {
      const action = learner_act(learner, row, 1, 100);
      if (action == best || newest_at(learner.replay, row).repeatsLeft < 2) {
        newest_at(learner.replay, row).repeatsLeft = 0;
        continue;
      }
      stopped++;
      store<u8>(mask + action, 0);
      row = learner_record(learner, row, action, 0, false, false);
      expect(learner_act(learner, row, 0, 100)).toBe(best, "the repeated action is forbidden");
      store<u8>(mask + action, 1);
      row = learner_record(learner, row, best, 0, false, false);
      expect(learner_act(learner, row, 0, 100)).toBe(best, "it does not come back");
    }
    expect(stopped).toBeGreaterThan(40);
  });

  it("explores in the share ε of its steps", () => {
    const learner = learner_of([1, 1000], 8, 1, 1, 1, 1);
    const row = learner_begin(learner);
    const best = learner_act(learner, row, 0, 1);
    let others = 0;
    for (let i = 0; i < 20000; i++) others += i32(learner_act(learner, row, 0.25, 1) != best);
    expect_near(<f64>others / 20000, 0.25, 0.012, "share of other actions");
  });

  it("repeats a random action at most `longest` times, and half of them more than once", () => {
    const longest = 12;
    // so many actions that the same one is hardly drawn twice in a row
    const learner = learner_of([1, 100000], 1, 1, 1, 1, 1);
    const row = learner_begin(learner);
    let runs = 0;
    let repeated = 0;
    let full = 0;
    let run = 1;
    let last = learner_act(learner, row, 1, longest);
    for (let i = 0; i < 20000; i++) {
      const action = learner_act(learner, row, 1, longest);
      if (action == last) {
        run++;
        continue;
      }
      if (run > longest) expect(run).toBeLessThanOrEqual(longest);
      runs++;
      repeated += i32(run > 1);
      full += i32(run == longest);
      run = 1;
      last = action;
    }
    expect_near(<f64>repeated / runs, 0.5, 0.02, "runs of two and more");
    expect_near(<f64>full / runs, 1.0 / longest, 0.02, "runs of full length");
  });

  it("does not carry a repeated action into the next episode", () => {
    const learner = learner_of([1, 1000], 1, 1, 1, 1, 1);
    let row = learner_begin(learner);
    const best = learner_act(learner, row, 0, 100);
    let repeats = 0;
    for (let i = 0; i < 100; i++) {
      const action = learner_act(learner, row, 1, 100);
      if (newest_at(learner.replay, row).repeatsLeft == 0) continue;
      repeats++;
      if (learner_act(learner, row, 0, 100) != action) expect(i).toBe(-1, "a repeat comes before the greedy action");
      learner_end(learner, row);
      row = learner_begin(learner);
      if (learner_act(learner, row, 0, 100) != best) expect(i).toBe(-1, "a new episode begins greedily");
    }
    expect(repeats).toBeGreaterThan(20);
  });
});

describe("a learner", () => {
  it("goes on from another's saved bytes with the same bits", () => {
    seed(8);
    const first = learner_of([4, 33, 17, 3], 16, 3, 1, 0.005, 2);
    play(first, 500, 20, RANDOM);
    learner_normalise(first);
    learner_step(first, 7, 1e-3);
    const row = learner_begin(first);
    learner_act(first, row, 1, 10);

    const second = learner_of([4, 33, 17, 3], 16, 3, 1, 0.005, 2);
    play(second, 90, 20, RANDOM);
    learner_step(second, 3, 1e-3);
    copy_saved(second, first, first.replay.state.filled);
    expect(learner_restored(second)).toBe(true);
    for (let round = 0; round < 5; round++) {
      const action = learner_act(first, row, 0.5, 10);
      expect(learner_act(second, row, 0.5, 10)).toBe(action);
      seed(100 + round);
      play(first, 50, 20, RANDOM);
      seed(100 + round);
      play(second, 50, 20, RANDOM);
      expect(learner_step(second, 3, 1e-3)).toBe(learner_step(first, 3, 1e-3));
      expect_same_saved(second, first, first.replay.state.filled, "saved state", <usize>round);
    }
  });

  it("is not restored where a mask forbids every action", () => {
    seed(16);
    const masked = new Options();
    masked.masked = true;
    const learner = learner_of([4, 9, 40], 8, 2, 1, 1, 1, masked);
    play(learner, 100, 20, RANDOM);
    expect(learner_restored(learner)).toBe(true);
    const mask = learner.replay.masks + 7 * 8;
    store<u64>(mask, (<u64>1) << 39);
    expect(learner_restored(learner)).toBe(true, "the last action is allowed");
    store<u64>(mask, (<u64>1) << 40);
    expect(learner_restored(learner)).toBe(false, "no action is");
  });

  it("begins with its target network as a copy", () => {
    const learner = learner_of([4, 16, 2], 8, 1, 1, 1, 1);
    expect_same_bits(
      learner.targetWeights.parameters,
      transposed(learner, learner.onlineWeights.parameters),
      learner.count,
      "target network",
    );
  });

  it("gives all its memory back", () => {
    const widths = array_of<u32>([4, 64, 2]);
    const options = learner_options(32, 1000);
    const handle = learner_create(widths, 2, options);
    const block = changetype<Learner>(handle).block;
    learner_free(changetype<Learner>(handle));
    const again = learner_create(widths, 2, options);
    const blockAgain = changetype<Learner>(again).block;
    // expect() itself takes memory, so it comes last
    expect(again).toBe(handle);
    expect(blockAgain).toBe(block);
  });

  it("is 0 where it would take 1 GiB or more, and takes nothing then", () => {
    const widths = array_of<u32>([4, 64, 2]);
    const wide = array_of<u32>([100000, 100000]);
    const options = learner_options(32, 0x10000000);
    const large = learner_options(0x10000000, 1000);
    const long = learner_options(32, 1000);
    long.nStep = 0x10000000;
    const usual = learner_options(32, 1000);
    const probe = heap.alloc(LEARNER_BYTES);
    heap.free(probe);
    const manyRows = learner_create(widths, 2, options);
    const largeBatch = learner_create(widths, 2, large);
    const longSteps = learner_create(widths, 2, long);
    const wideLayer = learner_create(wide, 1, usual);
    const again = heap.alloc(LEARNER_BYTES);
    expect(manyRows).toBe(0);
    expect(largeBatch).toBe(0);
    expect(longSteps).toBe(0);
    expect(wideLayer).toBe(0);
    expect(again).toBe(probe);
  });
});
