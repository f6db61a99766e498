// Adam and the target network's step beside their scalar reference, bit for bit, and beside the paper by hand.

import { AdamPowers, adam_step, adam_update, polyak } from "../adam";
import { at } from "../memory";
import * as reference from "../reference";
import { array_of, copy_of, expect_near, expect_same_bits, fill, random_array, seed, zeros } from "./arrays";

function powers_at_start(): AdamPowers {
  const powers = changetype<AdamPowers>(heap.alloc(offsetof<AdamPowers>()));
  powers.beta1 = 1;
  powers.beta2 = 1;
  powers.steps = 0;
  return powers;
}

describe("adam", () => {
  it("equals the reference over several steps, and touches nothing behind", () => {
    seed(1);
    for (let count: usize = 1; count <= 37; count++) {
      const all = count + 4;
      const parameters = random_array<f32>(all, 1);
      const first = zeros<f32>(all);
      const second = zeros<f32>(all);
      const expectedParameters = copy_of<f32>(parameters, all);
      const expectedFirst = zeros<f32>(all);
      const expectedSecond = zeros<f32>(all);
      const powers = powers_at_start();
      const gradients = zeros<f32>(all);
      for (let t: usize = 1; t <= 6; t++) {
        fill<f32>(gradients, all, t == 4 ? 1e-20 : 0.5);
        if (t == 5) memory.fill(gradients, 0, all << 2);
        adam_step(parameters, gradients, first, second, count, 1e-3, powers);
        reference.adam_step<f32>(expectedParameters, gradients, expectedFirst, expectedSecond, count, 1e-3, t);
        expect_same_bits(parameters, expectedParameters, all, "parameters (count, step)", count, t);
        expect_same_bits(first, expectedFirst, all, "first moment (count, step)", count, t);
        expect_same_bits(second, expectedSecond, all, "second moment (count, step)", count, t);
      }
    }
  });

  it("makes denormal moments zero every 64 steps, and no other", () => {
    const count: usize = 5;
    const gradients = zeros<f32>(count);
    const parameters = array_of<f32>([1, 2, 3, 4, 5]);
    const first = array_of<f32>([1e-36, -1e-36, 1e-3, 1e-39, 0]);
    const second = array_of<f32>([1e-40, 1e-37, 1, 0, 1e-5]);
    const before = copy_of<f32>(parameters, count);
    const powers = powers_at_start();
    for (let t = 1; t < 64; t++) adam_step(parameters, gradients, first, second, count, 0, powers);
    expect(at<f32>(first, 0)).toBeGreaterThan(0, "denormal, but not looked at yet");
    expect(at<f32>(first, 0)).toBeLessThan(1.17549435e-38);
    adam_step(parameters, gradients, first, second, count, 0, powers);
    for (let i: usize = 0; i < 5; i++) {
      expect(at<f32>(first, i) != 0).toBe(i == 2, `first moment ${i}`);
      expect(at<f32>(second, i) != 0).toBe(i == 1 || i == 2 || i == 4, `second moment ${i}`);
    }
    expect_same_bits(parameters, before, count, "parameters");
  });

  it("moves each parameter by the learning rate against its gradient's sign at first", () => {
    const gradients = array_of<f32>([5, -0.01, 1e3, -2e-3, 0.7]);
    const parameters = zeros<f32>(5);
    adam_step(parameters, gradients, zeros<f32>(5), zeros<f32>(5), 5, 0.01, powers_at_start());
    for (let i: usize = 0; i < 5; i++) {
      const direction = at<f32>(gradients, i) > 0 ? -1.0 : 1.0;
      expect_near(<f64>at<f32>(parameters, i), 0.01 * direction, 1e-6, "first step");
    }
  });

  it("follows algorithm 1, worked in 120 decimal places", () => {
    const gradients: f32[] = [0.1, -0.2, 0.3, 0.0, -0.5, 0.25];
    const worked = [
      0.9900000009999999, 0.9936610360388489, 0.9902286253947743, 0.9874170034709989, 0.990363580532144,
      0.9907789435456981,
    ];
    const powers = powers_at_start();
    const parameter = array_of<f32>([1]);
    const first = zeros<f32>(1);
    const second = zeros<f32>(1);
    const wide = array_of<f64>([1]);
    const wideFirst = zeros<f64>(1);
    const wideSecond = zeros<f64>(1);
    for (let t = 0; t < gradients.length; t++) {
      adam_step(parameter, array_of<f32>([gradients[t]]), first, second, 1, 0.01, powers);
      expect_near(<f64>load<f32>(parameter), worked[t], 1e-6, `step ${t + 1}`);
      // the gradient in f64 is the decimal number, not its nearest f32
      const gradient = NativeMath.round(<f64>gradients[t] * 100) / 100;
      reference.adam_step<f64>(wide, array_of<f64>([gradient]), wideFirst, wideSecond, 1, 0.01, t + 1);
      expect_near(load<f64>(wide), worked[t], 1e-14, `step ${t + 1} of the reference`);
    }
  });

  it("takes its corrections as they are given", () => {
    seed(2);
    const count: usize = 11;
    const gradients = random_array<f32>(count, 1);
    const parameters = random_array<f32>(count, 1);
    const first = random_array<f32>(count, 1);
    const second = array_of<f32>([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const expectedParameters = copy_of<f32>(parameters, count);
    const expectedFirst = copy_of<f32>(first, count);
    const expectedSecond = copy_of<f32>(second, count);
    adam_update(parameters, gradients, first, second, count, 0.1, 2, 3);
    reference.adam_update<f32>(expectedParameters, gradients, expectedFirst, expectedSecond, count, 0.1, 2, 3);
    expect_same_bits(parameters, expectedParameters, count, "parameters");
    expect_same_bits(first, expectedFirst, count, "first moment");
    expect_same_bits(second, expectedSecond, count, "second moment");
  });
});

describe("polyak", () => {
  it("equals the reference, and touches nothing behind", () => {
    seed(3);
    const steps: f32[] = [0.005, 0.5, 1];
    for (let s = 0; s < steps.length; s++) {
      for (let count: usize = 1; count <= 37; count++) {
        const target = random_array<f32>(count + 4, 1);
        const online = random_array<f32>(count + 4, 1);
        const expected = copy_of<f32>(target, count + 4);
        polyak(target, online, count, steps[s]);
        reference.polyak<f32>(expected, online, count, steps[s]);
        expect_same_bits(target, expected, count + 4, `polyak ${steps[s]}`, count);
      }
    }
  });

  it("copies with a step of 1", () => {
    const online = array_of<f32>([1e-30, 3, -0.1, 7, 1e30]);
    const target = array_of<f32>([1e30, -3, 0.3, 0, 5]);
    polyak(target, online, 5, 1);
    expect_same_bits(target, online, 5, "a copy");
  });

  it("goes the share τ of the way", () => {
    const target = array_of<f32>([0, 10, -2, 1, 4]);
    polyak(target, array_of<f32>([1, 20, 2, 1, 0]), 5, 0.25);
    expect_same_bits(target, array_of<f32>([0.25, 12.5, -1, 1, 3]), 5, "a quarter");
  });
});
