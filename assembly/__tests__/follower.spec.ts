// A student's update beside the same composed of reference functions, bit for bit; what it must leave alone.

import { learner_follow } from "../follower";
import {
  Learner,
  learner_begin,
  learner_create,
  learner_free,
  learner_incoming,
  learner_initialise,
  learner_masks,
  learner_record,
  learner_step,
} from "../learner";
import { at, put } from "../memory";
import { activation_count } from "../mlp";
import * as reference from "../reference";
import { observation_at, sample, transition_at } from "../replay";
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
import { allowed_only, fill_mask, learner_options } from "./learners";

function learner_of(sizes: u32[], batch: usize, rows: usize, delta: f32, bytes: bool = false): Learner {
  const widths = array_of<u32>(sizes);
  const options = learner_options(batch, rows);
  options.huberDelta = delta;
  options.tau = 0.1;
  options.byteObservations = u32(bytes);
  const learner = changetype<Learner>(learner_create(widths, sizes.length - 1, options));
  learner_initialise(learner, <u32>sizes[1], 2, 3, 4);
  return learner;
}

/** Episodes of random lengths up to 12, terminated or truncated. */
function play(learner: Learner, steps: i32): void {
  let left: u32 = 0;
  let row: usize = 0;
  for (let step = 0; step < steps; step++) {
    if (learner.bytes) fill_sparse(learner_incoming(learner), learner.inputs);
    else fill<f32>(learner_incoming(learner), learner.inputs, 2);
    fill_mask(learner);
    if (left == 0) {
      row = learner_begin(learner);
      left = 1 + random_below(12);
    } else {
      left--;
      const terminated = random_below(2) == 0;
      const action = random_below(<u32>learner.outputs);
      const reward = <f32>random_value();
      row = learner_record(learner, row, action, reward, left == 0 && terminated, left == 0 && !terminated);
    }
  }
}

/** Q-values (B, A) of observations (B, I) by the reference, and the activations that they took. */
function q_values(learner: Learner, parameters: usize, observations: usize, activations: usize, batch: usize): usize {
  memory.copy(activations, observations, (batch * learner.inputs) << 2);
  return reference.mlp_forward<f32>(learner.widths, learner.layers, parameters, activations, batch);
}

function compare(
  studentSizes: u32[],
  teacherSizes: u32[],
  batch: usize,
  bytes: bool = false,
  masked: bool = false,
): void {
  const what = `${studentSizes.join("-")} of ${teacherSizes.join("-")}, batch ${batch}`;
  const teacher = learner_of(teacherSizes, 16, 200, 1, bytes);
  const student = learner_of(studentSizes, batch, 3, 0, bytes);
  if (masked) learner_masks(teacher);
  play(teacher, 350); // more than the ring holds
  learner_step(teacher, 5, 1e-2);

  const inputs = student.inputs;
  const actions = student.outputs;
  const count = student.count;
  const parameters = copy_of<f32>(student.onlineWeights.parameters, count);
  const first = zeros<f32>(count);
  const second = zeros<f32>(count);
  const random = copy_of<u32>(student.random, 4);
  const values = <usize>activation_count(student.widths, student.layers) * batch;
  const teacherValues = <usize>activation_count(teacher.widths, teacher.layers) * batch;
  for (let i: usize = 1; i <= 6; i++) {
    // the teacher goes on learning, and the student follows it as it is by then
    learner_step(teacher, 1, 1e-2);
    const loss = learner_follow(student, teacher, 1, 1e-2);

    const observations = zeros<f32>(batch * inputs);
    const nextObservations = zeros<f32>(batch * inputs);
    const taken = zeros<u32>(batch);
    const rows = zeros<u32>(batch);
    const rewards = zeros<f32>(batch);
    const discounts = zeros<f32>(batch);
    for (let b: usize = 0; b < batch; b++) {
      const row = sample(teacher.replay, random);
      put<u32>(rows, b, <u32>row);
      const transition = transition_at(teacher.replay, row);
      const offset = (b * inputs) << 2;
      copy_observation(observations + offset, observation_at(teacher.replay, row), inputs, bytes);
      copy_observation(nextObservations + offset, observation_at(teacher.replay, transition.next), inputs, bytes);
      put<u32>(taken, b, transition.action);
      put<f32>(rewards, b, transition.sum);
      put<f32>(discounts, b, transition.discount);
    }
    // a Double-DQN target whose two networks are one is the maximum
    const next = q_values(
      teacher,
      teacher.onlineWeights.parameters,
      nextObservations,
      zeros<f32>(teacherValues),
      batch,
    );
    const targets = zeros<f32>(batch);
    const best = allowed_only(teacher.replay, rows, next, batch);
    reference.double_dqn_targets<f32>(targets, rewards, discounts, best, next, batch, actions);
    const activations = zeros<f32>(values);
    const deltas = zeros<f32>(values);
    const q = q_values(student, parameters, observations, activations, batch);
    const dq = deltas + (q - activations);
    const weights = zeros<f32>(batch);
    for (let b: usize = 0; b < batch; b++) put<f32>(weights, b, 1);
    const losses = zeros<f32>(batch);
    reference.td_losses<f32>(losses, q, taken, targets, weights, batch, actions, 0, dq);
    const expected = reference.mean<f32>(losses, batch);
    const gradients = zeros<f32>(count);
    reference.mlp_backward<f32>(student.widths, student.layers, parameters, activations, deltas, gradients, batch);
    reference.adam_step<f32>(parameters, gradients, first, second, count, 1e-2, i);

    if (loss != <f64>expected) expect(loss).toBe(<f64>expected, `loss ${i} of ${what}`);
    expect_same_bits(student.targets, targets, batch, `targets of ${what}`, i);
    expect_same_bits(student.onlineWeights.parameters, parameters, count, `parameters of ${what}`, i);
    expect_same_bits(student.random, random, 4, `generator of ${what}`, i);
  }
  learner_free(student);
  learner_free(teacher);
}

describe("learner_follow", () => {
  it("equals the update composed of reference functions", () => {
    seed(21);
    compare([4, 32, 2], [4, 64, 2], 64);
    compare([4, 5, 2], [4, 33, 17, 2], 7);
    compare([3, 19, 7, 4], [3, 8, 4], 37);
    compare([6, 3], [6, 20, 3], 1);
    compare([1, 1, 1], [1, 1], 16);
    compare([40, 7, 3], [40, 33, 17, 3], 37, true);
    compare([19, 3], [19, 5, 3], 16, true);
  });

  it("does so where actions are forbidden", () => {
    seed(24);
    compare([4, 5, 3], [4, 33, 17, 3], 37, false, true);
    compare([3, 40], [3, 8, 40], 16, false, true);
    compare([19, 4], [19, 5, 4], 7, true, true);
  });

  it("n times is n updates, and leaves the teacher as it was", () => {
    seed(22);
    const teacher = learner_of([4, 20, 3], 16, 200, 1);
    play(teacher, 150);
    const before = copy_of<f32>(teacher.block, teacher.savedBytes >> 2);
    const together = learner_of([4, 9, 3], 16, 3, 0);
    const oneByOne = learner_of([4, 9, 3], 16, 3, 0);
    let sum = 0.0;
    for (let i = 0; i < 10; i++) sum += learner_follow(oneByOne, teacher, 1, 1e-3);
    expect(learner_follow(together, teacher, 10, 1e-3)).toBe(sum / 10);
    expect_same_bits(together.block, oneByOne.block, together.savedBytes >> 2, "the student's saved state");
    expect_same_bits(teacher.block, before, teacher.savedBytes >> 2, "the teacher's saved state");
  });

  it("bootstraps by the teacher's best action, but not where the episode terminated", () => {
    seed(23);
    const teacher = learner_of([2, 3], 16, 200, 1);
    play(teacher, 150);
    memory.copy(teacher.onlineWeights.parameters, array_of<f32>([0, 0, 0, 0, 0, 0, 5, 20, 10]), 36);
    const student = learner_of([2, 4, 3], 133, 3, 0);
    learner_follow(student, teacher, 1, 1e-3);
    let terminated = 0;
    for (let b: usize = 0; b < 133; b++) {
      const transition = transition_at(teacher.replay, at<u32>(student.sampled, b));
      terminated += i32(transition.discount == 0);
      const target = transition.sum + (transition.discount == 0 ? 0 : <f32>0.97 * <f32>20);
      if (at<f32>(student.targets, b) != target) expect(at<f32>(student.targets, b)).toBe(target, `row ${b}`);
    }
    expect(terminated).toBeGreaterThan(0);
    expect(terminated).toBeLessThan(133);
  });
});
