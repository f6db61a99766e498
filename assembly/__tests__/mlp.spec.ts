// The forward and backward pass beside their scalar reference, bit for bit, and the reference's gradient beside central
// differences.

import { mse } from "../losses";
import { PANEL } from "../matmul";
import { at, put } from "../memory";
import {
  activation_count,
  argmax,
  backward_panel,
  forward_panel,
  forward_row,
  mlp_gradients,
  outputs_offset,
  pack_panel,
  pack_parameters,
  packed_count,
  panel_bytes,
  panel_count,
  parameter_count,
  transpose_parameters,
  width,
} from "../mlp";
import * as reference from "../reference";
import {
  array_of,
  copy_of,
  expect_near,
  expect_same_bits,
  put_rows,
  random_array,
  seed,
  take_rows,
  widened,
  zeros,
} from "./arrays";
import { comparison_of } from "./losses";

/** The mean squared error, whose gradient is added. */
function squared_error(y: usize, labels: usize, batch: usize, outputs: usize, gradient: usize): f64 {
  const c = comparison_of<f64>(y, labels, batch, outputs);
  c.slopes = gradient;
  return mse<f64>(c, 1);
}

const NETWORKS: u32[][] = [
  [5, 3],
  [1, 1, 1],
  [4, 16, 2],
  [3, 5, 7, 2],
  [4, 64, 64, 2],
  [6, 33, 17, 3],
  [2, 9, 8, 7, 4],
];
const BATCHES: usize[] = [1, 2, 3, 7, 16, 17, 31, 32, 33, 48];

/** What a batch has in panels, activations or deltas, as the reference has it: (B, w_0), then (B, w_1) and so on. */
function taken(widths: usize, layers: usize, panels: usize, batch: usize): usize {
  const values = zeros<f32>(<usize>activation_count(widths, layers) * batch);
  let to = values;
  let from = panels;
  for (let l: usize = 0; l <= layers; l++) {
    take_rows(to, from, panel_bytes(widths, layers), batch, width(widths, l));
    to += (batch * width(widths, l)) << 2;
    from += width(widths, l) << 6;
  }
  return values;
}

/** One forward and one backward pass of the core and of the reference in f32. */
function compare(sizes: u32[], batch: usize): void {
  const layers: usize = sizes.length - 1;
  const widths = array_of<u32>(sizes);
  const inputs: usize = sizes[0];
  const outputs: usize = sizes[sizes.length - 1];
  const parameters = <usize>parameter_count(widths, layers);
  const rowValues = <usize>activation_count(widths, layers);
  const values = rowValues * batch;
  const panels = panel_count(batch);
  const stride = panel_bytes(widths, layers);
  const toOutputs = outputs_offset(widths, layers);
  const what = `${sizes.join("-")}, batch ${batch}`;

  const theta = random_array<f32>(parameters, 1);
  const turned = zeros<f32>(parameters);
  reference.transpose_parameters<f32>(turned, theta, widths, layers);

  // whatever lies in the rows behind the batch's last must not matter
  const x = random_array<f32>(batch * inputs, 2);
  const activations = random_array<f32>(panels * PANEL * rowValues, 2);
  put_rows(activations, stride, x, batch, inputs);
  for (let p: usize = 0; p < panels; p++) {
    const panel = activations + p * stride;
    const y = forward_panel(widths, layers, turned, panel, panel);
    expect(y).toBe(panel + toOutputs, `outputs of ${what}`);
  }
  const expectedActivations = zeros<f32>(values);
  memory.copy(expectedActivations, x, (batch * inputs) << 2);
  const expectedY = reference.mlp_forward<f32>(widths, layers, theta, expectedActivations, batch);
  const actual = taken(widths, layers, activations, batch);
  expect_same_bits(actual, expectedActivations, values, `activations of ${what}`);

  // but there the outputs' deltas are zero; those of the inputs stay as they were. What is read behind the last is 3
  // rows
  const dy = random_array<f32>(batch * outputs, 1);
  const deltas = random_array<f32>((panels * rowValues + 3) * PANEL, 1);
  for (let p: usize = 0; p < panels; p++) memory.fill(deltas + p * stride + toOutputs, 0, outputs << 6);
  put_rows(deltas + toOutputs, stride, dy, batch, outputs);
  const expectedDeltas = taken(widths, layers, deltas, batch);
  const spread = zeros<f32>((rowValues - outputs + 3) * panels * PANEL);
  const packed = zeros<f32>(<usize>packed_count(widths, layers) * panels * PANEL);
  for (let p: usize = 0; p < panels; p++) {
    const panel = activations + p * stride;
    backward_panel(widths, layers, theta, panel, deltas + p * stride, false);
    pack_panel(widths, layers, panel, deltas + p * stride, spread, packed, p, panels);
  }
  const gradients = random_array<f32>(parameters + 4, 1);
  const expectedGradients = copy_of<f32>(gradients, parameters + 4);
  mlp_gradients(widths, layers, spread, packed, gradients, panels);
  const expectedX = expectedY - ((values - batch * outputs) << 2);
  reference.mlp_backward<f32>(widths, layers, theta, expectedX, expectedDeltas, expectedGradients, batch);
  expect_same_bits(taken(widths, layers, deltas, batch), expectedDeltas, values, `deltas of ${what}`);
  expect_same_bits(gradients, expectedGradients, parameters + 4, `gradients of ${what}`);
}

/** One observation through the core and through the reference in f32. */
function compare_row(sizes: u32[]): void {
  const layers: usize = sizes.length - 1;
  const widths = array_of<u32>(sizes);
  const values = <usize>activation_count(widths, layers);
  const theta = random_array<f32>(<usize>parameter_count(widths, layers) + 3, 1);
  const activations = random_array<f32>(values + 8, 2);
  const expected = copy_of<f32>(activations, values + 8);
  const y = forward_row(widths, layers, theta, false, activations);
  const expectedY = reference.mlp_forward<f32>(widths, layers, theta, expected, 1);
  expect(y - activations).toBe(expectedY - expected, `outputs of ${sizes.join("-")}`);
  expect_same_bits(activations, expected, values, `activations of ${sizes.join("-")}`);
  const behind = (values + 3) << 2;
  expect_same_bits(activations + behind, expected + behind, 5, `behind the activations of ${sizes.join("-")}`);

  const packed = zeros<f32>(<usize>parameter_count(widths, layers) + 3);
  const again = copy_of<f32>(activations, values + 8);
  pack_parameters(packed, theta, widths, layers);
  forward_row(widths, layers, packed, true, again);
  expect_same_bits(again, expected, values, `activations by packed weights of ${sizes.join("-")}`);
}

/** Which units let their input through, as one number: to see that a step crossed no kink of a ReLU. */
function pattern(activations: usize, count: usize): u64 {
  let hash: u64 = 0;
  for (let i: usize = 0; i < count; i++) hash = hash * 31 + (at<f64>(activations, i) > 0 ? 1 : 2);
  return hash;
}

/** The gradient of the mean squared error, by the reference in f64, beside central differences. */
function compare_with_differences(sizes: u32[], batch: usize): void {
  const layers: usize = sizes.length - 1;
  const widths = array_of<u32>(sizes);
  const inputs: usize = sizes[0];
  const outputs: usize = sizes[sizes.length - 1];
  const parameters = <usize>parameter_count(widths, layers);
  const values = <usize>activation_count(widths, layers) * batch;

  const theta = random_array<f64>(parameters, 1);
  const activations = random_array<f64>(values, 1);
  const labels = random_array<f64>(batch * outputs, 2);
  const deltas = zeros<f64>(values);
  const ignored = zeros<f64>(batch * outputs);
  const gradients = zeros<f64>(parameters);

  const y = reference.mlp_forward<f64>(widths, layers, theta, activations, batch);
  squared_error(y, labels, batch, outputs, deltas + (y - activations));
  reference.mlp_backward<f64>(widths, layers, theta, activations, deltas, gradients, batch);
  const hidden = values - batch * outputs;
  const units = pattern(activations, hidden);

  const h = 1e-4;
  for (let p: usize = 0; p < parameters; p++) {
    const old = at<f64>(theta, p);
    put<f64>(theta, p, old + h);
    reference.mlp_forward<f64>(widths, layers, theta, activations, batch);
    const above = squared_error(y, labels, batch, outputs, ignored);
    let kinks = i32(pattern(activations, hidden) != units);
    put<f64>(theta, p, old - h);
    reference.mlp_forward<f64>(widths, layers, theta, activations, batch);
    const below = squared_error(y, labels, batch, outputs, ignored);
    kinks += i32(pattern(activations, hidden) != units);
    put<f64>(theta, p, old);
    if (kinks > 0) expect(kinks).toBe(0, `${sizes.join("-")}: choose another seed, parameter ${p} is at a kink`);
    // within a piece the error is a square, for which central differences are exact but for rounding
    const what = `${sizes.join("-")}: gradient of parameter ${p}`;
    expect_near(at<f64>(gradients, p), (above - below) / (2 * h), 1e-10, what);
  }
}

describe("a forward and a backward pass", () => {
  it("equal the reference in every activation, delta and gradient", () => {
    seed(1);
    for (let n = 0; n < NETWORKS.length; n++) {
      for (let b = 0; b < BATCHES.length; b++) compare(NETWORKS[n], BATCHES[b]);
    }
  });

  it("equal the reference for one observation", () => {
    seed(3);
    for (let n = 0; n < NETWORKS.length; n++) compare_row(NETWORKS[n]);
    compare_row([4, 200, 130, 6]);
  });

  it("leave half of the hidden units shut, so that the tests above see both sides of a ReLU", () => {
    seed(2);
    const widths = array_of<u32>([4, 64, 2]);
    const theta = random_array<f32>(<usize>parameter_count(widths, 2) + 3, 1);
    const activations = random_array<f32>(<usize>activation_count(widths, 2) + 3, 1);
    forward_row(widths, 2, theta, false, activations);
    let open = 0;
    for (let i: usize = 4; i < 68; i++) open += i32(at<f32>(activations, i) > 0);
    expect(open).toBeGreaterThan(16);
    expect(open).toBeLessThan(48);
  });

  it("have a gradient that central differences confirm", () => {
    seed(1);
    compare_with_differences([5, 3], 4);
    compare_with_differences([1, 1, 1], 3);
    compare_with_differences([3, 5, 7, 2], 4);
    compare_with_differences([4, 9, 6, 5, 3], 2);
  });

  it("are close to themselves in f64", () => {
    seed(4);
    const batch = PANEL;
    const widths = array_of<u32>([4, 64, 64, 2]);
    const parameters = <usize>parameter_count(widths, 3);
    const values = <usize>activation_count(widths, 3) * batch;
    const theta = random_array<f32>(parameters, 0.2);
    const turned = zeros<f32>(parameters);
    reference.transpose_parameters<f32>(turned, theta, widths, 3);
    const panel = random_array<f32>(values, 1);
    const wide = widened(taken(widths, 3, panel, batch), values);
    forward_panel(widths, 3, turned, panel, panel);
    const activations = taken(widths, 3, panel, batch);
    reference.mlp_forward<f64>(widths, 3, widened(theta, parameters), wide, batch);
    for (let i = values - batch * 2; i < values; i++) {
      expect_near(<f64>at<f32>(activations, i), at<f64>(wide, i), 1e-5, "output in f32");
    }
  });

  it("count what they need", () => {
    const widths = array_of<u32>([4, 63, 32, 2]);
    expect(parameter_count(widths, 3)).toBe(4 * 63 + 63 + 63 * 32 + 32 + 32 * 2 + 2);
    expect(activation_count(widths, 3)).toBe(4 + 63 + 32 + 2);
    expect(packed_count(widths, 3)).toBe(64 + 32 + 4);
    expect(panel_bytes(widths, 3)).toBe(4 * 16 * (4 + 63 + 32 + 2));
    expect(outputs_offset(widths, 3)).toBe(4 * 16 * (4 + 63 + 32));
    const batches: usize[] = [1, 1, 15, 1, 16, 1, 17, 2, 32, 2, 33, 3];
    for (let i = 0; i < batches.length; i += 2) expect(panel_count(batches[i])).toBe(batches[i + 1]);
  });
});

describe("transpose_parameters", () => {
  it("equals the reference, and touches nothing behind", () => {
    seed(5);
    for (let n = 0; n < NETWORKS.length; n++) {
      const layers: usize = NETWORKS[n].length - 1;
      const widths = array_of<u32>(NETWORKS[n]);
      const parameters = <usize>parameter_count(widths, layers);
      const theta = random_array<f32>(parameters, 1);
      const actual = random_array<f32>(parameters + 4, 1);
      const expected = copy_of<f32>(actual, parameters + 4);
      transpose_parameters(actual, theta, widths, layers);
      reference.transpose_parameters<f32>(expected, theta, widths, layers);
      expect_same_bits(actual, expected, parameters + 4, `parameters of ${NETWORKS[n].join("-")}`);
    }
  });
});

describe("argmax", () => {
  it("is the first of the largest", () => {
    expect(argmax(array_of<f32>([3]), 1)).toBe(0);
    expect(argmax(array_of<f32>([1, 3, 2]), 3)).toBe(1);
    expect(argmax(array_of<f32>([1, 3, 3, 3]), 4)).toBe(1);
    expect(argmax(array_of<f32>([-5, -4, -4]), 3)).toBe(1);
    expect(argmax(array_of<f32>([0, -0.0, 0]), 3)).toBe(0);
    expect(argmax(array_of<f32>([1, 2, 9]), 2)).toBe(1, "what lies behind is not looked at");
  });
});
