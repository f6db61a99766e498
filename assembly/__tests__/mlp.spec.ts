// The forward and backward pass beside their scalar reference, bit for bit, and the reference's gradient beside central
// differences.
import { mse } from "../losses";
import {
  activation_count,
  argmax,
  largest_layer,
  largest_width,
  mlp_backward,
  mlp_forward,
  outputs_of,
  parameter_count,
  relu,
  relu_backward,
} from "../mlp";
import * as reference from "../reference";
import {
  array_of,
  copy_of,
  expect_near,
  expect_same_bits,
  fill_special,
  random_array,
  seed,
  widened,
  zeros,
} from "./arrays";

const NETWORKS: u32[][] = [
  [5, 3],
  [1, 1, 1],
  [4, 16, 2],
  [3, 5, 7, 2],
  [4, 64, 64, 2],
  [6, 33, 17, 3],
  [2, 9, 8, 7, 4],
];
const BATCHES: usize[] = [1, 2, 3, 7, 32];

/** One forward and one backward pass of the core and of the reference in f32. */
function compare(sizes: u32[], batch: usize): void {
  const layers: usize = sizes.length - 1;
  const widths = array_of<u32>(sizes);
  const inputs: usize = sizes[0];
  const outputs: usize = sizes[sizes.length - 1];
  const parameters = <usize>parameter_count(widths, layers);
  const values = <usize>activation_count(widths, layers) * batch;
  const what = `${sizes.join("-")}, batch ${batch}`;

  const theta = random_array<f32>(parameters, 1);
  const x = random_array<f32>(batch * inputs, 2);
  const activations = zeros<f32>(values);
  const expectedActivations = zeros<f32>(values);
  memory.copy(activations, x, (batch * inputs) << 2);
  memory.copy(expectedActivations, x, (batch * inputs) << 2);

  const y = mlp_forward(widths, layers, theta, activations, batch);
  const expectedY = reference.mlp_forward<f32>(widths, layers, theta, expectedActivations, batch);
  expect(y - activations).toBe(expectedY - expectedActivations, `outputs of ${what}`);
  expect(y).toBe(outputs_of(widths, layers, activations, batch), `outputs of ${what}`);
  expect_same_bits(activations, expectedActivations, values, `activations of ${what}`);

  const dy = random_array<f32>(batch * outputs, 1);
  const deltas = zeros<f32>(values);
  const expectedDeltas = zeros<f32>(values);
  memory.copy(deltas + (y - activations), dy, (batch * outputs) << 2);
  memory.copy(expectedDeltas + (y - activations), dy, (batch * outputs) << 2);
  const gradients = zeros<f32>(parameters);
  const expectedGradients = zeros<f32>(parameters);
  const transposed = zeros<f32>(<usize>largest_layer(widths, layers));
  const nothing = zeros<f32>(largest_width(widths, layers));
  mlp_backward(widths, layers, theta, activations, deltas, gradients, batch, transposed, nothing);
  reference.mlp_backward<f32>(widths, layers, theta, activations, expectedDeltas, expectedGradients, batch);
  expect_same_bits(deltas, expectedDeltas, values, `deltas of ${what}`);
  expect_same_bits(gradients, expectedGradients, parameters, `gradients of ${what}`);
}

/** Which units let their input through, as one number: to see that a step crossed no kink of a ReLU. */
function pattern(activations: usize, count: usize): u64 {
  let hash: u64 = 0;
  for (let i: usize = 0; i < count; i++) hash = hash * 31 + (reference.at<f64>(activations, i) > 0 ? 1 : 2);
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
  mse<f64>(y, labels, batch, outputs, 1, deltas + (y - activations));
  reference.mlp_backward<f64>(widths, layers, theta, activations, deltas, gradients, batch);
  const hidden = values - batch * outputs;
  const units = pattern(activations, hidden);

  const h = 1e-4;
  for (let p: usize = 0; p < parameters; p++) {
    const old = reference.at<f64>(theta, p);
    reference.put<f64>(theta, p, old + h);
    reference.mlp_forward<f64>(widths, layers, theta, activations, batch);
    const above = mse<f64>(y, labels, batch, outputs, 1, ignored);
    let kinks = i32(pattern(activations, hidden) != units);
    reference.put<f64>(theta, p, old - h);
    reference.mlp_forward<f64>(widths, layers, theta, activations, batch);
    const below = mse<f64>(y, labels, batch, outputs, 1, ignored);
    kinks += i32(pattern(activations, hidden) != units);
    reference.put<f64>(theta, p, old);
    if (kinks > 0) expect(kinks).toBe(0, `${sizes.join("-")}: choose another seed, parameter ${p} is at a kink`);
    // within a piece the error is a square, for which central differences are exact but for rounding
    const what = `${sizes.join("-")}: gradient of parameter ${p}`;
    expect_near(reference.at<f64>(gradients, p), (above - below) / (2 * h), 1e-10, what);
  }
}

describe("mlp_forward and mlp_backward", () => {
  it("equal the reference in every activation, delta and gradient", () => {
    seed(1);
    for (let n = 0; n < NETWORKS.length; n++) {
      for (let b = 0; b < BATCHES.length; b++) compare(NETWORKS[n], BATCHES[b]);
    }
  });

  it("leave half of the hidden units shut, so that the test above sees both sides of a ReLU", () => {
    seed(2);
    const widths = array_of<u32>([4, 64, 2]);
    const theta = random_array<f32>(<usize>parameter_count(widths, 2), 1);
    const activations = random_array<f32>(<usize>activation_count(widths, 2), 1);
    mlp_forward(widths, 2, theta, activations, 1);
    let open = 0;
    for (let i: usize = 4; i < 68; i++) open += i32(reference.at<f32>(activations, i) > 0);
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
    const sizes: u32[] = [4, 64, 64, 2];
    const batch: usize = 8;
    const widths = array_of<u32>(sizes);
    const parameters = <usize>parameter_count(widths, 3);
    const values = <usize>activation_count(widths, 3) * batch;
    const theta = random_array<f32>(parameters, 0.2);
    const activations = random_array<f32>(values, 1);
    const wide = widened(activations, values);
    const y = mlp_forward(widths, 3, theta, activations, batch);
    const wideY = reference.mlp_forward<f64>(widths, 3, widened(theta, parameters), wide, batch);
    for (let i: usize = 0; i < batch * 2; i++) {
      expect_near(<f64>reference.at<f32>(y, i), reference.at<f64>(wideY, i), 1e-5, "output in f32");
    }
  });

  it("count what they need", () => {
    const widths = array_of<u32>([4, 64, 32, 2]);
    expect(parameter_count(widths, 3)).toBe(4 * 64 + 64 + 64 * 32 + 32 + 32 * 2 + 2);
    expect(activation_count(widths, 3)).toBe(4 + 64 + 32 + 2);
    expect(largest_layer(widths, 3)).toBe(64 * 32);
    expect(largest_width(widths, 3)).toBe(64);
    expect(outputs_of(widths, 3, 1000, 5)).toBe(1000 + 4 * 5 * (4 + 64 + 32));
  });
});

describe("relu and relu_backward", () => {
  it("equal the reference, for special values too, and touch nothing behind", () => {
    seed(5);
    for (let count: usize = 1; count <= 37; count++) {
      const x = zeros<f32>(count + 4);
      fill_special(x, count + 4);
      const dx = random_array<f32>(count + 4, 1);
      const expectedDx = copy_of<f32>(dx, count + 4);
      relu_backward(dx, x, count);
      reference.relu_backward<f32>(expectedDx, x, count);
      expect_same_bits(dx, expectedDx, count + 4, "relu_backward", count);

      const expectedX = copy_of<f32>(x, count + 4);
      relu(x, count);
      reference.relu<f32>(expectedX, count);
      expect_same_bits(x, expectedX, count + 4, "relu", count);
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
