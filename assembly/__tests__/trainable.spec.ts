// What a learner and a distiller share: fresh parameters, normalised inputs, means and deviations.

import { Distiller, DistillerOptions, distiller_create } from "../distiller";
import { PANEL } from "../matmul";
import { at } from "../memory";
import * as reference from "../reference";
import {
  column_deviation,
  column_mean,
  find_spread,
  fit_normalisation,
  initialise,
  panel_at,
  put_inputs,
  Spread,
  Trainable,
} from "../trainable";
import {
  array_of,
  copy_of,
  expect_near,
  expect_same_bits,
  fill,
  put_rows,
  random_array,
  seed,
  take_rows,
  zeros,
} from "./arrays";

/** A distiller for one state, or 0. */
function create(widths: usize, layers: usize, batch: usize): usize {
  const options = changetype<DistillerOptions>(zeros<u8>(offsetof<DistillerOptions>()));
  options.batchSize = batch;
  options.capacity = 1;
  return distiller_create(widths, layers, options);
}

function trainable_of(sizes: u32[], batch: usize): Trainable {
  return changetype<Distiller>(create(array_of<u32>(sizes), sizes.length - 1, batch));
}

/** All panels' inputs from the rows of observations: (rows, inputs). */
function put_all(net: Trainable, observations: usize, rows: usize): void {
  const addresses = zeros<u32>(rows);
  for (let r: usize = 0; r < rows; r++) store<usize>(addresses + (r << 2), observations + ((r * net.inputs) << 2));
  for (let r: usize = 0; r < rows; r += PANEL) {
    put_inputs(net, panel_at(net, r / PANEL), addresses + (r << 2), min<usize>(rows - r, PANEL));
  }
}

describe("initialise", () => {
  it("draws weights and biases uniformly in ±1/√inputs of their layer", () => {
    const net = trainable_of([16, 100, 4], 1);
    initialise(net, 1, 2, 3, 4);
    const layers: usize[] = [16, 17 * 100, 100, 101 * 4];
    let at = net.onlineWeights.parameters;
    for (let l = 0; l < layers.length; l += 2) {
      const bound = 1.0 / NativeMath.sqrt(<f64>layers[l]);
      const count = layers[l + 1];
      let sum = 0.0;
      let squares = 0.0;
      let largest = 0.0;
      for (let i: usize = 0; i < count; i++) {
        const value = <f64>load<f32>(at);
        sum += value / bound;
        squares += (value / bound) * (value / bound);
        largest = max(largest, abs(value) / bound);
        at += 4;
      }
      expect(largest).toBeLessThanOrEqual(1.0 + 1e-6);
      expect(largest).toBeGreaterThan(0.95);
      expect_near(sum / <f64>count, 0, 0.1, `mean of layer ${l / 2}`);
      expect_near(squares / <f64>count, 1.0 / 3.0, 0.05, `variance of layer ${l / 2}`);
    }
    expect(at).toBe(net.onlineWeights.parameters + (net.count << 2));
  });

  it("depends on all four words and on nothing that was there before", () => {
    const net = trainable_of([3, 5, 2], 1);
    const other = trainable_of([3, 5, 2], 1);
    for (let word = 0; word < 4; word++) {
      initialise(net, 10, 20, 30, 41);
      initialise(other, word == 0 ? 11 : 10, word == 1 ? 21 : 20, word == 2 ? 31 : 30, word == 3 ? 43 : 41);
      let same = 0;
      for (let i: usize = 0; i < net.count; i++) {
        same += i32(at<f32>(net.onlineWeights.parameters, i) == at<f32>(other.onlineWeights.parameters, i));
      }
      expect(same).toBeLessThan(3, `word ${word}`);
    }
    fill<f32>(other.firstMoment, other.count, 1);
    fill<f32>(other.secondMoment, other.count, 1);
    fill<f32>(other.mean, 3, 1);
    fill<f32>(other.scale, 3, 1);
    other.powers.beta1 = 0.5;
    other.powers.beta2 = 0.5;
    initialise(net, 10, 20, 30, 41);
    initialise(other, 10, 20, 30, 41);
    expect_same_bits(other.onlineWeights.parameters, net.onlineWeights.parameters, net.count, "parameters");
    expect_same_bits(other.random, net.random, 4, "generator");
    expect_same_bits(other.firstMoment, zeros<f32>(net.count), net.count, "first moment");
    expect_same_bits(other.secondMoment, zeros<f32>(net.count), net.count, "second moment");
    expect_same_bits(other.mean, array_of<f32>([0, 0, 0]), 3, "mean");
    expect_same_bits(other.scale, array_of<f32>([1, 1, 1]), 3, "scale");
    expect(other.powers.beta1).toBe(1);
    expect(other.powers.beta2).toBe(1);
  });

  it("starts a generator from four zeros too", () => {
    const net = trainable_of([8, 8], 1);
    initialise(net, 0, 0, 0, 0);
    expect(load<u32>(net.random) | load<u32>(net.random, 4) | load<u32>(net.random, 8)).not.toBe(0);
  });
});

describe("put_inputs", () => {
  it("normalises as the reference does, in each row of a panel, and touches nothing beside", () => {
    seed(1);
    for (let inputs: u32 = 1; inputs <= 21; inputs++) {
      const batch: usize = 2 * PANEL + (inputs % 8) + 1;
      const net = trainable_of([inputs, 1], batch);
      fill<f32>(net.mean, inputs, 1);
      fill<f32>(net.scale, inputs, 2);
      const observations = random_array<f32>(batch * inputs, 3);
      const rows = zeros<f32>(batch * inputs);
      reference.normalise<f32>(rows, observations, net.mean, net.scale, batch, inputs);
      // a panel's activations are its inputs and one output
      const values = net.panels * PANEL * (inputs + 1);
      fill<f32>(net.activations, values, 1);
      const expected = copy_of<f32>(net.activations, values);
      put_rows(expected, (inputs + 1) << 6, rows, batch, inputs);
      put_all(net, observations, batch);
      expect_same_bits(net.activations, expected, values, "inputs", inputs);
    }
  });
});

describe("normalisation", () => {
  it("mean and deviation by hand", () => {
    // two columns: 2 4 4 4 5 5 7 9 has mean 5 and deviation 2
    const values = array_of<f32>([2, 1, 4, 1, 4, 1, 4, 1, 5, 1, 5, 1, 7, 1, 9, 1]);
    expect(column_mean(values, 8, 8)).toBe(5);
    expect(column_deviation(values, 8, 8, 5)).toBe(2);
    expect(column_mean(values + 4, 8, 8)).toBe(1);
    expect(column_deviation(values + 4, 8, 8, 1)).toBe(1, "a feature that never changes is not scaled");
  });

  it("the deviation is held against the values, so that small ones count, too", () => {
    // 2e-8 and 4e-8 differ; 1000.1 in every row does not, whatever the sum rounds to; nor does the least f32 beside 0
    const rows: usize = 1000;
    const small = zeros<f32>(rows);
    const same = zeros<f32>(rows);
    const least = zeros<f32>(rows);
    for (let r: usize = 0; r < rows; r++) {
      store<f32>(small + (r << 2), r & 1 ? 2e-8 : 4e-8);
      store<f32>(same + (r << 2), 1000.1);
      store<f32>(least + (r << 2), r & 1 ? 1e-45 : 0);
    }
    expect_near(column_deviation(small, 4, rows, column_mean(small, 4, rows)) * 1e8, 1, 1e-6, "small");
    expect(column_deviation(same, 4, rows, column_mean(same, 4, rows))).toBe(1, "all the same");
    expect(column_deviation(least, 4, rows, column_mean(least, 4, rows))).toBe(1, "too small to divide by");
  });

  it("leaves out error codes, however large they are", () => {
    // 7 and 9 in turn have mean 8 and deviation 1; every fiftieth value is a code
    const rows: usize = 1000;
    const values = zeros<f32>(rows);
    const spread = changetype<Spread>(heap.alloc(offsetof<Spread>()));
    for (let c: usize = 0; c < 3; c++) {
      const code: f32 = c == 0 ? -100 : c == 1 ? -9999 : f32.MAX_VALUE;
      for (let r: usize = 0; r < rows; r++) store<f32>(values + (r << 2), r % 50 == 0 ? code : r & 1 ? 7 : 9);
      find_spread(spread, values, 4, rows);
      expect(spread.outliers).toBe(true, "outliers");
      expect(spread.lowest).toBe(min<f32>(code, 7));
      expect(spread.highest).toBe(max<f32>(code, 9));
      expect_near(spread.mean, 8, 0.1, "mean");
      // at least a 256th of the range
      if (c == 0) expect_near(spread.deviation, 1, 0.01, "deviation");
      if (c == 1) expect_near(spread.deviation, 10_008.0 / 256, 1e-6, "deviation beside -9999");
      if (c == 2) expect_near(spread.deviation / <f64>f32.MAX_VALUE, 1.0 / 256, 1e-6, "deviation beside the largest");
    }
    heap.free(changetype<usize>(spread));
  });

  it("has no outliers where values are merely rare, or spread far and wide", () => {
    const rows: usize = 1000;
    const spread = changetype<Spread>(heap.alloc(offsetof<Spread>()));
    const oneHot = zeros<f32>(rows);
    const tail = zeros<f32>(rows);
    for (let r: usize = 0; r < rows; r++) {
      store<f32>(oneHot + (r << 2), r % 100 == 0 ? 1 : 0);
      store<f32>(tail + (r << 2), sqrt<f32>(<f32>rows / <f32>(r + 1))); // P(x > a) = 1 / a²
    }
    const flat = array_of<f32>([5, 5, 5]);
    for (let c: usize = 0; c < 3; c++) {
      const values = c == 0 ? oneHot : c == 1 ? tail : flat;
      const count: usize = c == 2 ? 3 : rows;
      find_spread(spread, values, 4, count);
      const mean = column_mean(values, 4, count);
      expect(spread.outliers).toBe(false);
      expect(spread.mean).toBe(mean);
      expect(spread.deviation).toBe(column_deviation(values, 4, count, mean));
    }
    heap.free(changetype<usize>(spread));
  });

  it("makes the mean 0 and the deviation 1 for each feature", () => {
    seed(2);
    const rows: usize = 500;
    const net = trainable_of([3, 1], rows);
    const observations = zeros<f32>(rows * 3);
    fill<f32>(observations, rows * 3, 1);
    for (let r: usize = 0; r < rows; r++) {
      const at = observations + ((r * 3) << 2);
      store<f32>(at, load<f32>(at) * 100 + 1000);
      store<f32>(at, 7, 8);
    }
    fit_normalisation(net, observations, rows);
    put_all(net, observations, rows);
    const inputs = zeros<f32>(rows * 3);
    take_rows(inputs, net.activations, panel_at(net, 1) - panel_at(net, 0), rows, 3);
    for (let i: usize = 0; i < 2; i++) {
      const column = inputs + (i << 2);
      const mean = column_mean(column, 12, rows);
      expect_near(mean, 0, 1e-4, "mean");
      expect_near(column_deviation(column, 12, rows, mean), 1, 1e-4, "deviation");
    }
    expect(load<f32>(inputs, 8)).toBe(0, "a feature that never changes becomes 0");
    expect(load<f32>(net.scale, 8)).toBe(1);
  });
});

describe("sizes", () => {
  it("are refused where the number of parameters does not fit 32 bits", () => {
    // 64 layers of 8192 × 8192 and biases: 2³² + 2¹⁹ parameters
    const widths = zeros<u32>(65);
    for (let l: usize = 0; l < 65; l++) store<u32>(widths + (l << 2), 8192);
    expect(create(widths, 64, 1)).toBe(0);
  });
});
