// The scales of observations and returns: what is found, and that a network computes what it did before.

import {
  Learner,
  learner_begin,
  learner_create,
  learner_end,
  learner_far_outside,
  learner_free,
  learner_incoming,
  learner_initialise,
  learner_record,
  learner_renew,
  learner_step,
} from "../learner";
import { at, put } from "../memory";
import { observation_at, transition_at } from "../replay";
import { answer } from "../trainable";
import { array_of, copy_of, expect_near, fill, random_below, random_value, seed, zeros } from "./arrays";
import { learner_options } from "./learners";

const INPUTS: usize = 5;
const ACTIONS: usize = 3;
const GAMMA: f64 = 0.9;

function learner_of(rows: usize, nStep: usize = 1, dueling: bool = false, hidden: u32 = 8): Learner {
  const options = learner_options(32, rows);
  options.nStep = nStep;
  options.gamma = <f32>GAMMA;
  options.tau = 0.1;
  options.dueling = u32(dueling);
  const outputs = <u32>ACTIONS + u32(dueling);
  const widths: u32[] = [<u32>INPUTS, hidden, 7, outputs];
  const learner = changetype<Learner>(learner_create(array_of<u32>(widths), 3, options));
  learner_initialise(learner, 1, 2, 3, 4);
  return learner;
}

/** Writes an observation: features of very different sizes; number 3 never changes, number 4 is one-hot. */
function observe(learner: Learner, size: f64 = 1): void {
  const to = learner_incoming(learner);
  put<f32>(to, 0, <f32>(size * (100 + 5 * random_value())));
  put<f32>(to, 1, <f32>(1e-6 * random_value()));
  put<f32>(to, 2, <f32>(1e6 * random_value()));
  put<f32>(to, 3, 7);
  put<f32>(to, 4, random_below(50) == 0 ? 1 : 0);
}

/** Plays episodes of random lengths. What they pay is kept in `rewards`, with the row of each step in `rows`. */
class Played {
  rewards: f64[] = [];
  rows: usize[] = [];
  /** Of each step: what follows it: the next one of its episode, −1 after a terminal step, −2 after any other end. */
  next: i32[] = [];

  constructor(learner: Learner, steps: i32, scale: f64, offset: f64, size: f64 = 1) {
    let row: usize = 0;
    let left: i32 = 0;
    for (let step = 0; step < steps; step++) {
      if (left == 0) {
        observe(learner, size);
        row = learner_begin(learner);
        left = 1 + <i32>random_below(20);
      }
      const reward = <f32>(offset + scale * random_value());
      const terminated = --left == 0 && random_below(2) == 0;
      observe(learner, size);
      this.rewards.push(<f64>reward);
      this.rows.push(row);
      this.next.push(left > 0 ? step + 1 : terminated ? -1 : -2);
      row = learner_record(learner, row, random_below(<u32>ACTIONS), reward, terminated, left == 0 && !terminated);
    }
    if (left > 0) {
      learner_end(learner, row);
      this.next[steps - 1] = -2;
    }
  }

  /** The discounted return of each step, if `rest` follows where an episode was cut off. */
  returns(rest: f64): f64[] {
    const all = new Array<f64>(this.rewards.length);
    for (let step = this.rewards.length - 1; step >= 0; step--) {
      const next = this.next[step];
      const value = next >= 0 ? all[next] : next == -1 ? 0 : rest;
      all[step] = this.rewards[step] + GAMMA * value;
    }
    return all;
  }
}

function mean_of(values: f64[]): f64 {
  let sum = 0.0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / <f64>values.length;
}

/** The Q-values of the network, or of the target network, at rows of the memory, in the unit of rewards. */
function q_values(learner: Learner, rows: usize[], actions: usize): f64[] {
  const scale = learner.returnScale;
  const all: f64[] = [];
  for (let i = 0; i < rows.length; i++) {
    const outputs = answer(learner, observation_at(learner.replay, rows[i]));
    const value = <f64>at<f32>(outputs, actions);
    let mean = 0.0;
    for (let a: usize = 0; a < actions; a++) mean += <f64>at<f32>(outputs, a) / <f64>actions;
    for (let a: usize = 0; a < actions; a++) {
      const output = <f64>at<f32>(outputs, a);
      const q = learner.options.dueling ? value + output - mean : output;
      all.push(<f64>scale.mean + <f64>scale.deviation * q);
    }
  }
  return all;
}

function expect_all_near(values: f64[], expected: f64[], tolerance: f64): void {
  for (let i = 0; i < values.length; i++) expect_near(values[i], expected[i], tolerance, "a Q-value");
}

describe("the scale of returns", () => {
  it("is the mean and the deviation of the discounted returns, where what was cut off counts as the mean", () => {
    for (let nStep: usize = 1; nStep <= 5; nStep += 2) {
      seed(11);
      const learner = learner_of(500, nStep);
      const played = new Played(learner, 300, 3, 2);
      learner_renew(learner, false, true, true);
      const mean = <f64>learner.returnScale.mean;
      const returns = played.returns(mean);
      expect_near(mean, mean_of(returns), 1e-4, "the mean of returns");
      let squares = 0.0;
      for (let i = 0; i < returns.length; i++) squares += (returns[i] - mean) * (returns[i] - mean);
      expect_near(
        <f64>learner.returnScale.deviation,
        sqrt<f64>(squares / <f64>returns.length),
        1e-4,
        "the deviation of returns",
      );
      learner_free(learner);
    }
  });

  it("is found when the ring has been filled more than once", () => {
    seed(12);
    const learner = learner_of(200, 3);
    new Played(learner, 350, 1, -5);
    seed(13);
    new Played(learner, 400, 1, 5); // overwrites all
    learner_renew(learner, false, true, true);
    expect(learner.returnScale.mean).toBeGreaterThan(15);
    learner_free(learner);
  });

  it("has a deviation of an eighth of the range if one return in a thousand differs", () => {
    const learner = learner_of(3000);
    seed(14);
    for (let episode = 0; episode < 1000; episode++) {
      observe(learner);
      const row = learner_begin(learner);
      observe(learner);
      learner_record(learner, row, 0, episode == 500 ? 80 : 0, true, false);
    }
    learner_renew(learner, false, true, true);
    expect_near(<f64>learner.returnScale.deviation, 10, 1e-6, "the deviation of returns");
    learner_free(learner);
  });

  it("is the reward of one step if all returns are the same, and 1 if there never was a reward", () => {
    const rewards: f32[] = [-1, -1e5, 0];
    const deviations: f64[] = [1, 1e5, 1];
    for (let i = 0; i < rewards.length; i++) {
      seed(15);
      const learner = learner_of(300);
      observe(learner);
      let row = learner_begin(learner);
      for (let step = 0; step < 100; step++) {
        observe(learner);
        row = learner_record(learner, row, 0, rewards[i], false, step % 10 == 9);
        if (step % 10 < 9) continue;
        observe(learner);
        row = learner_begin(learner);
      }
      learner_renew(learner, false, true, true);
      expect_near(<f64>learner.returnScale.deviation / deviations[i], 1, 1e-3, "the deviation of returns");
      if (rewards[i] != 0)
        expect_near(<f64>learner.returnScale.mean / <f64>rewards[i], 10, 1e-3, "the mean of returns");
      learner_free(learner);
    }
  });
});

describe("renewed scales", () => {
  it("leave Q-values as they are, and the target network's", () => {
    for (let dueling = 0; dueling < 2; dueling++) {
      seed(21);
      const learner = learner_of(1000, 2, bool(dueling));
      const played = new Played(learner, 400, 1, 1);
      learner_renew(learner, true, true, true);
      learner_step(learner, 50, 0.01);
      const before = q_values(learner, played.rows, ACTIONS);
      new Played(learner, 300, 1000, 200, 3); // the features and the returns become larger
      const deviation = learner.returnScale.deviation;
      learner_renew(learner, true, true, false);
      expect(learner.returnScale.deviation).toBeGreaterThan(100 * deviation);
      const after = q_values(learner, played.rows, ACTIONS);
      expect_all_near(after, before, 0.01); // in units of a deviation of more than 1,000
      learner_free(learner);
    }
  });

  it("give the target network the same change", () => {
    seed(22);
    const learner = learner_of(1000);
    new Played(learner, 400, 1, 1);
    learner_renew(learner, true, true, true);
    learner_step(learner, 20, 0.01);
    // with τ = 1 the target is a copy: after a renewal it must still be one
    learner.options.tau = 1;
    learner_step(learner, 1, 0.01);
    new Played(learner, 300, 50, 20, 3);
    learner_renew(learner, true, true, false);
    const target = copy_of<f32>(learner.targetWeights.parameters, learner.count);
    learner_step(learner, 0, 0);
    let place: usize = 0;
    const widths: usize[] = [INPUTS, 8, 7, ACTIONS];
    for (let l = 0; l < 3; l++) {
      const inputs = widths[l];
      const outputs = widths[l + 1];
      for (let i: usize = 0; i < inputs; i++) {
        for (let o: usize = 0; o < outputs; o++) {
          const online = at<f32>(learner.onlineWeights.parameters, place + i * outputs + o);
          expect(at<f32>(target, place + o * inputs + i)).toBe(online);
        }
      }
      place += (inputs + 1) * outputs;
    }
    learner_free(learner);
  });

  it("change Adam's moments as they change the gradients", () => {
    seed(23);
    const learner = learner_of(1000);
    new Played(learner, 400, 1, 1);
    learner_renew(learner, true, true, true);
    learner_step(learner, 20, 0.001);
    const random = copy_of<u32>(learner.random, 4);
    learner_step(learner, 1, 0);
    const gradients = copy_of<f32>(learner.gradients, learner.count);
    put<f32>(learner.firstMoment, 0, 1);
    memory.copy(learner.firstMoment, gradients, learner.count << 2);
    // the same returns in another unit: all else is the same
    for (let row: usize = 0; row < learner.replay.state.filled; row++) transition_at(learner.replay, row).sum *= 64;
    memory.copy(learner.random, random, 16);
    const mean = learner.returnScale.mean;
    const deviation = learner.returnScale.deviation;
    learner_renew(learner, false, true, false);
    expect_near(<f64>learner.returnScale.deviation / <f64>deviation, 64, 1e-3, "the deviation of returns");
    expect(learner.returnScale.mean != mean).toBe(true);
    // outputs are 1/64 of what they were, and so are the errors of the last layer
    const last = learner.count - 8 * ACTIONS;
    for (let w: usize = 0; w < learner.count; w++) {
      const factor = w < last ? 1.0 / 4096 : 1.0 / 64;
      expect_near(<f64>at<f32>(learner.firstMoment, w), factor * <f64>at<f32>(gradients, w), 1e-6, "a moment");
    }
    learner_free(learner);
  });
});

describe("the scales of observations", () => {
  it("make the deviation 1, but count it as at least an eighth of the range", () => {
    seed(31);
    const learner = learner_of(1000);
    new Played(learner, 600, 1, 0);
    learner_renew(learner, true, false, true);
    expect_near(<f64>at<f32>(learner.scale, 0) * (5 / sqrt<f64>(3)), 1, 0.1, "a scale");
    expect_near(<f64>at<f32>(learner.scale, 1) * (1e-6 / sqrt<f64>(3)), 1, 0.1, "a scale");
    expect_near(<f64>at<f32>(learner.scale, 2) * (1e6 / sqrt<f64>(3)), 1, 0.1, "a scale");
    expect(at<f32>(learner.scale, 4)).toBeLessThan(8.0001);
    learner_free(learner);
  });

  it("leave out a feature that never changed, until it does; a warm start keeps it", () => {
    for (let warm = 0; warm < 2; warm++) {
      seed(32);
      const learner = learner_of(1000);
      new Played(learner, 300, 1, 0);
      learner_renew(learner, true, false, !warm);
      expect(at<f32>(learner.scale, 3)).toBe(warm ? 1 : 0);
      observe(learner);
      put<f32>(learner_incoming(learner), 3, 9);
      const row = learner_begin(learner);
      observe(learner);
      learner_record(learner, row, 0, 0, true, false);
      const weights = copy_of<f32>(learner.onlineWeights.parameters, learner.count);
      const before = q_values(learner, [row], ACTIONS);
      learner_renew(learner, true, false, false);
      expect_all_near(q_values(learner, [row], ACTIONS), before, 1e-4); // at its new value, too
      expect_near(<f64>at<f32>(learner.scale, 3), 4, 1e-6, "a scale"); // the range is 2
      const kept = at<f32>(learner.onlineWeights.parameters, 3 * 8);
      if (warm) expect_near(<f64>kept, <f64>at<f32>(weights, 3 * 8) / 4, 1e-6, "a weight");
      else expect(kept).toBe(0, "nothing has depended on it");
      learner_free(learner);
    }
  });

  it("are asked for when an observation is far outside what was seen", () => {
    seed(33);
    const learner = learner_of(1000);
    new Played(learner, 300, 1, 0);
    expect(learner_far_outside(learner)).toBe(false);
    learner_renew(learner, true, false, true);
    new Played(learner, 50, 1, 0);
    expect(learner_far_outside(learner)).toBe(false);
    new Played(learner, 2, 1, 0, 10);
    expect(learner_far_outside(learner)).toBe(true);
    learner_renew(learner, true, false, false);
    expect(learner_far_outside(learner)).toBe(false);
    learner_free(learner);
  });
});
