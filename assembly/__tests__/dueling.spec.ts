// The dueling head beside its scalar reference, bit for bit, and its gradient by central differences in f64.

import { combine, split } from "../dueling";
import { at, put } from "../memory";
import * as reference from "../reference";
import {
  array_of,
  expect_near,
  expect_same_bits,
  fill_special,
  put_rows,
  random_array,
  seed,
  take_rows,
  zeros,
} from "./arrays";

describe("the dueling head", () => {
  it("equals the reference, forward and backward", () => {
    seed(1);
    for (let actions: usize = 1; actions <= 9; actions++) {
      for (let special = 0; special < 2; special++) {
        const outputs = random_array<f32>(16 * (actions + 1), 3);
        if (special == 1) fill_special(outputs, 16 * (actions + 1));
        const panel = zeros<f32>(16 * (actions + 1));
        const q = zeros<f32>(16 * actions);
        const expected = zeros<f32>(16 * actions);
        put_rows(panel, 0, outputs, 16, actions + 1);
        combine(panel, actions);
        take_rows(q, panel, 0, 16, actions);
        reference.dueling_forward<f32>(expected, outputs, 16, actions);
        expect_same_bits(q, expected, 16 * actions, "Q-values of so many actions", actions);

        const deltas = zeros<f32>(16 * (actions + 1));
        const expectedDeltas = zeros<f32>(16 * (actions + 1));
        put_rows(panel, 0, q, 16, actions);
        split(panel, actions);
        take_rows(deltas, panel, 0, 16, actions + 1);
        reference.dueling_backward<f32>(expectedDeltas, q, 16, actions);
        expect_same_bits(deltas, expectedDeltas, 16 * (actions + 1), "deltas of so many actions", actions);
      }
    }
  });

  it("has the value as the mean of its Q-values: by hand, V = 10 and A = 1, 2, 6", () => {
    const q = zeros<f64>(3);
    reference.dueling_forward<f64>(q, array_of<f64>([1, 2, 6, 10]), 1, 3);
    expect(at<f64>(q, 0)).toBe(8);
    expect(at<f64>(q, 1)).toBe(9);
    expect(at<f64>(q, 2)).toBe(13);
  });

  it("has the gradient that central differences give", () => {
    seed(2);
    const batch: usize = 3;
    const actions: usize = 4;
    const outputs = random_array<f64>(batch * (actions + 1), 1);
    const slopes = random_array<f64>(batch * actions, 1); // of a loss Σ slope·Q
    const deltas = zeros<f64>(batch * (actions + 1));
    reference.dueling_backward<f64>(deltas, slopes, batch, actions);
    const q = zeros<f64>(batch * actions);
    const step = 1e-5;
    for (let i: usize = 0; i < batch * (actions + 1); i++) {
      const value = at<f64>(outputs, i);
      let difference = 0.0;
      for (let side = -1; side <= 1; side += 2) {
        put<f64>(outputs, i, value + <f64>side * step);
        reference.dueling_forward<f64>(q, outputs, batch, actions);
        for (let j: usize = 0; j < batch * actions; j++) difference += <f64>side * at<f64>(slopes, j) * at<f64>(q, j);
      }
      put<f64>(outputs, i, value);
      expect_near(at<f64>(deltas, i), difference / (2 * step), 1e-9, `delta ${i}`);
    }
  });
});
