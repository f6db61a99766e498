// A whole distillation update beside the same update composed of reference functions, bit for bit; each loss learns.

import {
  Distiller,
  DistillerOptions,
  distiller_create,
  distiller_fill,
  distiller_filled,
  distiller_free,
  distiller_initialise,
  distiller_label_mean,
  distiller_label_scale,
  distiller_labels,
  distiller_loss,
  distiller_masks,
  distiller_normalise,
  distiller_restored,
  distiller_standardise,
  distiller_states,
  distiller_step,
  distiller_step_within,
  distiller_taken,
  distiller_targets,
} from "../distiller";
import { at, put } from "../memory";
import { activation_count } from "../mlp";
import { below } from "../random";
import * as reference from "../reference";
import {
  array_of,
  copy_observation,
  copy_of,
  expect_same_bits,
  fill,
  fill_sparse,
  random_below,
  random_value,
  seed,
  zeros,
} from "./arrays";
import * as losses from "./losses";
import { comparison_of, Mixture, plain_sum } from "./losses";
import { copy_saved, expect_same_saved } from "./saved";

const CAPACITY: usize = 200;

const MSE = Mixture.of(losses.MSE);
const HUBER = Mixture.of(losses.HUBER);
const CROSS_ENTROPY = Mixture.of(losses.CROSS_ENTROPY);
const NLL = Mixture.of(losses.NLL);
const KL = Mixture.of(losses.KL);
const TD = Mixture.of(losses.TD);
const MIXTURE = new Mixture()
  .and(losses.MSE, 0.5)
  .and(losses.HUBER, 0.25)
  .and(losses.CROSS_ENTROPY, 2)
  .and(losses.NLL, 0.125)
  .and(losses.KL, 0.3)
  .and(losses.TD, 0.7);

function use_loss(distiller: Distiller, loss: Mixture, temperature: f32): void {
  loss.use(distiller_loss(distiller), temperature, 0.75);
}

/** A distiller, or 0. */
function create(
  widths: usize,
  layers: usize,
  batch: usize,
  capacity: usize,
  bytes: bool = false,
  most: f32 = 0,
): usize {
  const options = changetype<DistillerOptions>(zeros<u8>(offsetof<DistillerOptions>()));
  options.batchSize = batch;
  options.capacity = capacity;
  options.byteObservations = u32(bytes);
  options.largestWeight = most;
  const distiller = distiller_create(widths, layers, options);
  heap.free(changetype<usize>(options));
  return distiller;
}

/** A distiller with a fresh student and `filled` states, labelled by a random network of 8 hidden units. */
function distiller_of(sizes: u32[], batch: usize, filled: usize, bytes: bool = false, most: f32 = 0): Distiller {
  const handle = create(array_of<u32>(sizes), sizes.length - 1, batch, CAPACITY, bytes, most);
  const distiller = changetype<Distiller>(handle);
  distiller_initialise(distiller, 1, 2, 3, 4);
  const inputs = distiller.inputs;
  const outputs = distiller.outputs;
  const teacher = array_of<u32>([sizes[0], 8, sizes[sizes.length - 1]]);
  const theta = zeros<f32>((inputs + 1) * 8 + 9 * outputs);
  fill<f32>(theta, (inputs + 1) * 8 + 9 * outputs, 2);
  const activations = zeros<f32>(filled * (inputs + 8 + outputs));
  if (bytes) {
    fill_sparse(activations, filled * inputs);
    for (let i: usize = 0; i < filled * inputs; i++) {
      const state = distiller_states(distiller) + (i / inputs) * distiller.stateBytes;
      put<u8>(state, i % inputs, <u8>at<f32>(activations, i));
    }
  } else {
    fill<f32>(activations, filled * inputs, 2);
    memory.copy(distiller_states(distiller), activations, (filled * inputs) << 2);
  }
  const labels = reference.mlp_forward<f32>(teacher, 2, theta, activations, filled);
  memory.copy(distiller_labels(distiller), labels, (filled * outputs) << 2);
  for (let i: usize = 0; i < filled; i++) {
    const action = random_below(<u32>outputs);
    put<u32>(distiller_taken(distiller), i, action);
    put<f32>(distiller_targets(distiller), i, at<f32>(labels, i * outputs + action) + 1);
  }
  distiller_fill(distiller, filled);
  return distiller;
}

/** Gives every state a mask that allows at least the action that was taken there. */
function mask_at_random(distiller: Distiller): void {
  const outputs = distiller.outputs;
  const masks = distiller_masks(distiller);
  for (let row: usize = 0; row < distiller_filled(distiller); row++) {
    for (let a: usize = 0; a < outputs; a++) {
      const taken = at<u32>(distiller_taken(distiller), row);
      put<u8>(masks, row * outputs + a, u8(a == taken || random_below(3) == 0));
    }
  }
}

/** What an update changes, by the reference. */
class Twin {
  parameters: usize;
  exact: usize; // before their rounding
  firstMoment: usize;
  secondMoment: usize;
  random: usize;
  updates: usize = 0;
  loss: f32 = 0;

  // what it learns from, and for: by default from all states for all outputs
  firstState: usize = 0;
  stateCount: usize;
  firstOutput: usize = 0;
  actions: usize;

  constructor(public distiller: Distiller) {
    this.stateCount = distiller_filled(distiller);
    this.actions = distiller.outputs;
    this.parameters = copy_of<f32>(distiller.onlineWeights.parameters, distiller.count);
    this.exact = distiller.largestWeight > 0 ? copy_of<f32>(distiller.exact, distiller.count) : this.parameters;
    this.firstMoment = zeros<f32>(distiller.count);
    this.secondMoment = zeros<f32>(distiller.count);
    this.random = copy_of<u32>(distiller.random, 4);
  }

  update(learningRate: f32): void {
    const distiller = this.distiller;
    const batch = distiller.batch;
    const inputs = distiller.inputs;
    const outputs = distiller.outputs;
    const actions = this.actions;
    const count = distiller.count;
    const values = <usize>activation_count(distiller.widths, distiller.layers) * batch;

    const states = zeros<f32>(batch * inputs);
    const teacher = zeros<f32>(batch * actions);
    const masks = zeros<u8>(batch * actions);
    const taken = zeros<u32>(batch);
    const targets = zeros<f32>(batch);
    for (let b: usize = 0; b < batch; b++) {
      const row = this.firstState + below(this.random, this.stateCount);
      const state = distiller_states(distiller) + row * distiller.stateBytes;
      copy_observation(states + ((b * inputs) << 2), state, inputs, distiller.bytes);
      for (let a: usize = 0; a < actions; a++) {
        const label = at<f32>(distiller_labels(distiller), row * outputs + this.firstOutput + a);
        put<f32>(teacher, b * actions + a, this.standard(label));
        if (distiller.masks == 0) continue;
        put<u8>(masks, b * actions + a, at<u8>(distiller.masks, row * outputs + this.firstOutput + a));
      }
      put<u32>(taken, b, at<u32>(distiller_taken(distiller), row));
      put<f32>(targets, b, this.standard(at<f32>(distiller_targets(distiller), row)));
    }

    const activations = zeros<f32>(values);
    const deltas = zeros<f32>(values);
    reference.normalise<f32>(activations, states, distiller.mean, distiller.scale, batch, inputs);
    const widths = distiller.widths;
    const all = reference.mlp_forward<f32>(widths, distiller.layers, this.parameters, activations, batch);
    const dAll = deltas + (all - activations);
    const q = zeros<f32>(batch * actions);
    const dq = zeros<f32>(batch * actions);
    this.copy(q, actions, all + (this.firstOutput << 2), outputs, batch);
    const own = distiller.comparison;
    const c = comparison_of<f32>(q, teacher, batch, actions);
    c.weights = own.weights;
    c.temperature = own.temperature;
    c.huberDelta = own.huberDelta;
    c.slopes = dq;
    c.taken = taken;
    c.targets = targets;
    c.masks = distiller.masks != 0 ? masks : 0;
    this.loss = plain_sum(c);
    this.copy(dAll + (this.firstOutput << 2), outputs, dq, actions, batch);

    const gradients = zeros<f32>(count);
    reference.mlp_backward<f32>(widths, distiller.layers, this.parameters, activations, deltas, gradients, batch);
    this.updates++;
    const exact = this.exact;
    reference.adam_step<f32>(exact, gradients, this.firstMoment, this.secondMoment, count, learningRate, this.updates);
    if (distiller.largestWeight > 0) {
      reference.round_weights<f32>(this.parameters, exact, widths, distiller.layers, distiller.largestWeight);
    }
  }

  standard(label: f32): f32 {
    return (label - distiller_label_mean(this.distiller)) * distiller_label_scale(this.distiller);
  }

  /** The first `actions` of each row; rows of `toWidth` and `fromWidth` values. */
  copy(to: usize, toWidth: usize, from: usize, fromWidth: usize, rows: usize): void {
    for (let r: usize = 0; r < rows; r++) {
      memory.copy(to + ((r * toWidth) << 2), from + ((r * fromWidth) << 2), this.actions << 2);
    }
  }
}

/** Eight updates of a distiller and of its twin. */
function compare(
  sizes: u32[],
  batch: usize,
  loss: Mixture,
  temperature: f32,
  standardised: bool,
  bytes: bool = false,
  most: f32 = 0,
  masked: bool = false,
): void {
  const distiller = distiller_of(sizes, batch, 150, bytes, most);
  if (masked) mask_at_random(distiller);
  if (!bytes) distiller_normalise(distiller);
  if (standardised) distiller_standardise(distiller);
  use_loss(distiller, loss, temperature);
  const twin = new Twin(distiller);
  const what = `${sizes.join("-")}, batch ${batch}, loss${loss}`;
  for (let i: usize = 1; i <= 8; i++) {
    const value = distiller_step(distiller, 1, 1e-2);
    twin.update(1e-2);
    if (value != <f64>twin.loss) expect(value).toBe(<f64>twin.loss, `loss ${i} of ${what}`);
    expect_same_bits(distiller.onlineWeights.parameters, twin.parameters, distiller.count, `parameters of ${what}`, i);
    expect_same_bits(distiller.exact, twin.exact, distiller.count, `exact parameters of ${what}`, i);
    expect_same_bits(distiller.firstMoment, twin.firstMoment, distiller.count, `first moment of ${what}`, i);
    expect_same_bits(distiller.secondMoment, twin.secondMoment, distiller.count, `second moment of ${what}`, i);
    expect_same_bits(distiller.random, twin.random, 4, `generator of ${what}`, i);
  }
  distiller_free(distiller);
}

/** The loss mse of one state in f64. */
function squared_error(distiller: Distiller, parameters: usize, state: usize, label: usize): f64 {
  const activations = zeros<f64>(<usize>activation_count(distiller.widths, distiller.layers));
  for (let i: usize = 0; i < distiller.inputs; i++) put<f64>(activations, i, <f64>at<f32>(state, i));
  const q = reference.mlp_forward<f64>(distiller.widths, distiller.layers, parameters, activations, 1);
  let sum: f64 = 0;
  for (let a: usize = 0; a < distiller.outputs; a++) {
    const difference = at<f64>(q, a) - <f64>at<f32>(label, a);
    sum += difference * difference;
  }
  return sum / <f64>distiller.outputs;
}

/** By how much 300 updates lower a loss. */
function lowered(loss: Mixture, temperature: f32): f64 {
  const distiller = distiller_of([4, 32, 3], 32, CAPACITY);
  distiller_standardise(distiller);
  use_loss(distiller, loss, temperature);
  const before = distiller_step(distiller, 10, 1e-3);
  distiller_step(distiller, 300, 1e-2);
  return distiller_step(distiller, 10, 1e-3) / before;
}

describe("distiller_step", () => {
  it("equals the update composed of reference functions, for each loss and for a mixture", () => {
    seed(1);
    compare([4, 16, 2], 32, MSE, 1, false);
    compare([4, 16, 2], 32, MSE, 1, true);
    compare([4, 6, 2], 7, HUBER, 1, true);
    compare([3, 5, 7, 3], 9, CROSS_ENTROPY, 0.5, false);
    compare([6, 33, 17, 3], 32, NLL, 1, false);
    compare([4, 64, 64, 2], 64, KL, 0.01, false);
    compare([4, 64, 64, 2], 33, KL, 0.5, true);
    compare([5, 4], 3, MIXTURE, 2, true);
    compare([1, 1, 1], 1, MSE, 1, false);
    compare([6, 33, 17, 3], 17, MIXTURE, 0.5, false);
    compare([7, 20, 5], 48, HUBER, 1, false);
    compare([4, 16, 3], 21, TD, 1, true);
    compare([4, 16, 2], 32, TD, 1, false);
  });

  it("does so where states are bytes", () => {
    seed(8);
    compare([40, 16, 3], 32, KL, 0.5, true, true);
    compare([33, 7, 5, 2], 17, MIXTURE, 1, false, true);
    compare([5, 4], 3, MSE, 1, false, true);
  });

  it("does so through the rounding of its weights", () => {
    seed(9);
    compare([4, 16, 2], 32, MIXTURE, 0.5, true, false, 127);
    compare([3, 5, 7, 3], 9, KL, 0.5, false, false, 7);
    compare([5, 4], 3, MSE, 1, true, false, 127);
    compare([40, 16, 3], 32, MSE, 1, true, true, 127);
  });

  it("does so with masks", () => {
    seed(12);
    compare([4, 16, 3], 32, MSE, 1, true, false, 0, true);
    compare([4, 6, 5], 7, HUBER, 1, true, false, 0, true);
    compare([3, 5, 7, 3], 9, CROSS_ENTROPY, 0.5, false, false, 0, true);
    compare([6, 33, 17, 3], 32, NLL, 1, false, false, 0, true);
    compare([4, 64, 64, 2], 33, KL, 0.5, true, false, 0, true);
    compare([4, 16, 3], 21, TD, 1, true, false, 0, true);
    compare([5, 18], 17, MIXTURE, 2, true, false, 0, true);
    compare([33, 7, 5, 4], 17, MIXTURE, 1, false, true, 0, true);
    compare([3, 5, 7, 3], 9, MIXTURE, 0.5, true, false, 7, true);
  });

  it("learns the bits of no mask where every action is allowed", () => {
    seed(13);
    for (let most: f32 = 0; most < 200; most += 127) {
      const masked = distiller_of([4, 16, 3], 21, 150, false, most);
      const plain = distiller_of([4, 16, 3], 21, 20, false, most);
      copy_saved(plain, masked, 150);
      distiller_masks(masked);
      distiller_standardise(masked);
      distiller_standardise(plain);
      use_loss(masked, MIXTURE, 0.5);
      use_loss(plain, MIXTURE, 0.5);
      for (let i: usize = 0; i < 5; i++) {
        expect(distiller_step(masked, 1, 1e-2)).toBe(distiller_step(plain, 1, 1e-2));
        expect_same_bits(masked.block, plain.block, plain.savedBytes >> 2, "saved state", i);
      }
      distiller_free(masked);
      distiller_free(plain);
    }
  });

  it("learns the same bits whatever finite label a forbidden action has", () => {
    seed(14);
    for (let most: f32 = 0; most < 200; most += 127) {
      const first = distiller_of([4, 16, 3], 21, 150, false, most);
      mask_at_random(first);
      const second = distiller_of([4, 16, 3], 21, 150, false, most);
      distiller_masks(second);
      copy_saved(second, first, 150);
      for (let i: usize = 0; i < 150 * 3; i++) {
        if (!at<u8>(second.masks, i)) put<f32>(distiller_labels(second), i, <f32>(3e38 * random_value()));
      }
      distiller_standardise(first);
      distiller_standardise(second);
      use_loss(first, MIXTURE, 0.5);
      use_loss(second, MIXTURE, 0.5);
      for (let i: usize = 0; i < 20; i++) {
        expect(distiller_step(second, 1, 1e-2)).toBe(distiller_step(first, 1, 1e-2));
        expect_same_bits(second.block, first.block, first.savedBytes >> 2, "saved state", i);
      }
      distiller_free(first);
      distiller_free(second);
    }
  });

  it("within a range learns from its states, for its outputs, taking turns, as composed of reference functions", () => {
    seed(7);
    const mixtures = [MSE, HUBER, CROSS_ENTROPY, NLL, KL, TD, MIXTURE];
    for (let n = 0; n < 2 * mixtures.length; n++) {
      const i = n >> 1;
      const distiller = distiller_of([4, 9, 6], 19, 150);
      // the last task's actions taken are one of two
      for (let row: usize = 0; row < 150; row++) put<u32>(distiller_taken(distiller), row, random_below(2));
      if (n % 2 == 1) {
        mask_at_random(distiller);
        // the same actions are taken in the last task
        for (let row: usize = 0; row < 150; row++) {
          put<u8>(distiller.masks, row * 6 + 4 + at<u32>(distiller_taken(distiller), row), 1);
        }
      }
      use_loss(distiller, mixtures[i], 0.5);
      const twin = new Twin(distiller);
      for (let turn = 0; turn < 6; turn++) {
        const last = turn % 2 == 1;
        twin.firstState = last ? 100 : 3;
        twin.stateCount = last ? 50 : 70;
        twin.firstOutput = last ? 4 : 0;
        twin.actions = last ? 2 : 4;
        twin.update(1e-2);
        const loss = distiller_step_within(
          distiller,
          1,
          1e-2,
          twin.firstState,
          twin.stateCount,
          twin.firstOutput,
          twin.actions,
        );
        if (loss != <f64>twin.loss) expect(loss).toBe(<f64>twin.loss, `loss ${i}, turn ${turn}`);
        expect_same_bits(
          distiller.onlineWeights.parameters,
          twin.parameters,
          distiller.count,
          `parameters of ${i}`,
          turn,
        );
        expect_same_bits(distiller.random, twin.random, 4, `generator of ${i}`, turn);
      }
      distiller_free(distiller);
    }
  });

  it("moves exact weights by the gradient at the rounded ones", () => {
    seed(10);
    const distiller = distiller_of([3, 5, 4, 2], 8, 1, false, 3);
    use_loss(distiller, MSE, 1);
    const count = distiller.count;
    const rounded = zeros<f64>(count);
    for (let i: usize = 0; i < count; i++) put<f64>(rounded, i, <f64>at<f32>(distiller.onlineWeights.parameters, i));
    const state = copy_of<f32>(distiller_states(distiller), 3);
    const label = copy_of<f32>(distiller_labels(distiller), 2);
    let moved = 0;
    for (let i: usize = 0; i < count; i++) {
      moved += i32(at<f32>(distiller.exact, i) != at<f32>(distiller.onlineWeights.parameters, i));
    }
    distiller_step(distiller, 1, 1e-3);
    expect(moved).toBeGreaterThan(30);
    // Adam's first moment is a tenth of the gradient; the one state fills the batch
    for (let i: usize = 0; i < count; i++) {
      const value = at<f64>(rounded, i);
      put<f64>(rounded, i, value + 1e-6);
      const above = squared_error(distiller, rounded, state, label);
      put<f64>(rounded, i, value - 1e-6);
      const below = squared_error(distiller, rounded, state, label);
      put<f64>(rounded, i, value);
      expect(<f64>at<f32>(distiller.firstMoment, i) * 10).toBeCloseTo((above - below) / 2e-6, 4, `gradient ${i}`);
    }
  });

  it("n times is n updates, and their mean loss", () => {
    seed(2);
    const together = distiller_of([4, 16, 2], 16, 100);
    seed(2);
    const oneByOne = distiller_of([4, 16, 2], 16, 100);
    use_loss(together, KL, 0.5);
    use_loss(oneByOne, KL, 0.5);
    let sum = 0.0;
    for (let i = 0; i < 25; i++) sum += distiller_step(oneByOne, 1, 1e-3);
    expect(distiller_step(together, 25, 1e-3)).toBe(sum / 25);
    expect_same_saved(together, oneByOne, distiller_filled(together), "saved state");
  });

  it("lowers each loss", () => {
    seed(3);
    expect(lowered(MSE, 1)).toBeLessThan(0.2, "mse");
    expect(lowered(HUBER, 1)).toBeLessThan(0.2, "huber");
    expect(lowered(KL, 0.5)).toBeLessThan(0.2, "kl");
    expect(lowered(TD, 1)).toBeLessThan(0.2, "td");
    expect(lowered(NLL, 1)).toBeLessThan(0.5, "nll");
    // its least value is the teacher's own entropy
    expect(lowered(CROSS_ENTROPY, 0.5)).toBeLessThan(0.8, "cross-entropy");
  });

  it("draws filled states only", () => {
    seed(4);
    const distiller = distiller_of([4, 8, 2], 32, 5);
    const capacity = distiller.capacity;
    for (let i = 5 * 2; i < <i32>capacity * 2; i++) put<f32>(distiller_labels(distiller), i, NaN);
    for (let i = 5 * 4; i < <i32>capacity * 4; i++) put<f32>(distiller_states(distiller), i, NaN);
    use_loss(distiller, MSE, 1);
    expect(distiller_step(distiller, 50, 1e-3)).toBeFinite();
  });
});

describe("labels", () => {
  it("are standardised by the one mean and deviation of all that are filled", () => {
    const distiller = distiller_of([4, 8, 2], 4, 4);
    memory.copy(distiller_labels(distiller), array_of<f32>([2, 4, 4, 4, 5, 5, 7, 9, 1000, 1000]), 40);
    distiller_standardise(distiller);
    expect(distiller_label_mean(distiller)).toBe(5);
    expect(distiller_label_scale(distiller)).toBe(0.5);
    distiller_initialise(distiller, 1, 2, 3, 4);
    expect(distiller_label_mean(distiller)).toBe(0);
    expect(distiller_label_scale(distiller)).toBe(1);
  });

  it("of forbidden actions are not counted", () => {
    const distiller = distiller_of([4, 8, 2], 4, 5);
    memory.copy(distiller_labels(distiller), array_of<f32>([2, 4, -1e30, 4, 4, 5, 5, 1000, 7, 9]), 40);
    memory.copy(distiller_masks(distiller), array_of<u8>([1, 1, 0, 1, 1, 1, 1, 0, 1, 1]), 10);
    distiller_standardise(distiller);
    expect(distiller_label_mean(distiller)).toBe(5);
    expect(distiller_label_scale(distiller)).toBe(0.5);
  });

  it("standardised give the loss of the standardised numbers", () => {
    // a student of zeros: its squared error is the standardised labels' mean square, 1
    const distiller = distiller_of([1, 2], 64, 4);
    memory.copy(distiller_labels(distiller), array_of<f32>([1, 9, 9, 1, 1, 9, 9, 1]), 32);
    distiller_standardise(distiller);
    memory.fill(distiller.onlineWeights.parameters, 0, distiller.count << 2);
    use_loss(distiller, MSE, 1);
    expect(distiller_step(distiller, 1, 1e-3)).toBe(1);
  });
});

describe("a distiller", () => {
  it("goes on from another's saved bytes with the same bits", () => {
    seed(5);
    for (let most: f32 = 0; most < 200; most += 127) {
      const first = distiller_of([4, 16, 2], 16, 150, false, most);
      if (most == 0) mask_at_random(first);
      distiller_normalise(first);
      distiller_standardise(first);
      use_loss(first, KL, 0.5);
      distiller_step(first, 7, 1e-3);
      const second = distiller_of([4, 16, 2], 16, 20, false, most);
      if (most == 0) distiller_masks(second);
      use_loss(second, KL, 0.5);
      distiller_step(second, 3, 1e-3);
      copy_saved(second, first, 150);
      expect(distiller_restored(second)).toBe(true);
      expect(distiller_filled(second)).toBe(150);
      for (let round = 0; round < 5; round++) {
        expect(distiller_step(second, 3, 1e-3)).toBe(distiller_step(first, 3, 1e-3));
        expect_same_saved(second, first, 150, "saved state", <usize>round);
      }
    }
  });

  it("begins another student on the same states", () => {
    seed(6);
    const distiller = distiller_of([4, 16, 2], 16, 100);
    use_loss(distiller, MSE, 1);
    const states = copy_of<f32>(distiller_states(distiller), CAPACITY * 4);
    const labels = copy_of<f32>(distiller_labels(distiller), CAPACITY * 2);
    const loss = distiller_step(distiller, 20, 1e-3);
    distiller_initialise(distiller, 1, 2, 3, 4);
    expect(distiller_filled(distiller)).toBe(100);
    expect_same_bits(distiller_states(distiller), states, CAPACITY * 4, "states");
    expect_same_bits(distiller_labels(distiller), labels, CAPACITY * 2, "labels");
    expect(distiller_step(distiller, 20, 1e-3)).toBe(loss);
  });

  it("gives all its memory back, and takes none where it would need 1 GiB or more", () => {
    const widths = array_of<u32>([4, 64, 2]);
    const handle = create(widths, 2, 32, 1000);
    const block = changetype<Distiller>(handle).block;
    const masks = distiller_masks(changetype<Distiller>(handle));
    distiller_free(changetype<Distiller>(handle));
    const manyStates = create(widths, 2, 32, 0x10000000);
    const largeBatch = create(widths, 2, 0x10000000, 1000);
    const again = create(widths, 2, 32, 1000);
    const blockAgain = changetype<Distiller>(again).block;
    const masksAgain = distiller_masks(changetype<Distiller>(again));
    // expect() itself takes memory, so it comes last
    expect(manyStates).toBe(0);
    expect(largeBatch).toBe(0);
    expect(again).toBe(handle);
    expect(blockAgain).toBe(block);
    expect(masksAgain).toBe(masks);
  });
});
