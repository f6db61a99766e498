// The first layer by the inputs that are set beside the reference's, which takes them all: bit for bit the same.

import { PANEL } from "../matmul";
import { at, put } from "../memory";
import * as reference from "../reference";
import { first_layer, first_layer_gradient, lists_bytes, observation_bytes, put_list, put_lists } from "../sparse";
import { array_of, expect_same_bits, fill_sparse, random_array, seed, zeros } from "./arrays";

/** Rows (B, I) of f32 as observations of bytes, and where each lies. */
class Observations {
  addresses: usize;

  constructor(rows: usize, batch: usize, inputs: usize) {
    const stride = observation_bytes(inputs, true);
    const bytes = zeros<u8>(batch * stride + 15);
    memory.fill(bytes + batch * stride, 1, 15);
    this.addresses = zeros<usize>(batch);
    for (let b: usize = 0; b < batch; b++) {
      put<usize>(this.addresses, b, bytes + b * stride);
      for (let i: usize = 0; i < inputs; i++) put<u8>(bytes, b * stride + i, <u8>at<f32>(rows, b * inputs + i));
    }
  }
}

/** One panel, of `batch` rows, forward and backward. */
function compare(inputs: usize, outputs: usize, batch: usize, rectified: bool): void {
  const x = zeros<f32>(batch * inputs);
  fill_sparse(x, batch * inputs);
  const w = random_array<f32>((inputs + 1) * outputs + 3, 1);
  const lists = zeros<u8>(lists_bytes(inputs));
  put_lists(lists, new Observations(x, batch, inputs).addresses, batch, inputs);

  const y = zeros<f32>(outputs * PANEL);
  first_layer(y, lists, w, outputs, rectified, zeros<f32>(PANEL * outputs + 3));
  const expected = zeros<f32>(PANEL * outputs);
  reference.affine<f32>(expected, x, w, w + ((inputs * outputs) << 2), batch, inputs, outputs);
  if (rectified) reference.relu<f32>(expected, batch * outputs);
  const turned = zeros<f32>(outputs * PANEL);
  reference.transpose<f32>(turned, expected, PANEL, outputs);
  expect_same_bits(y, turned, outputs * PANEL, "outputs", inputs, outputs, batch);

  // in two ranges of inputs, each of which leaves the other's gradients alone
  const dy = random_array<f32>(PANEL * outputs, 1);
  const gradients = zeros<f32>((inputs + 1) * outputs);
  first_layer_gradient(gradients, lists, dy, outputs, inputs / 2, inputs + 1);
  first_layer_gradient(gradients, lists, dy, outputs, 0, inputs / 2);
  const expectedGradients = zeros<f32>((inputs + 1) * outputs);
  for (let b: usize = 0; b < batch; b++) {
    for (let k: usize = 0; k <= inputs; k++) {
      const value: f32 = k == inputs ? 1 : at<f32>(x, b * inputs + k);
      for (let o: usize = 0; o < outputs; o++) {
        const i = k * outputs + o;
        put<f32>(expectedGradients, i, at<f32>(expectedGradients, i) + value * at<f32>(dy, b * outputs + o));
      }
    }
  }
  expect_same_bits(gradients, expectedGradients, (inputs + 1) * outputs, "gradients", inputs, outputs, batch);
}

describe("the first layer of bytes", () => {
  it("equals the dense one, forward and backward", () => {
    seed(1);
    for (let size: usize = 1; size <= 75; size++) {
      compare(size, 76 - size, 1 + (size % PANEL), size % 2 == 0);
      compare(3 * size, size, PANEL, size % 2 == 1);
    }
  });
});

describe("put_list", () => {
  it("names the bias, then the inputs that are set", () => {
    const x = zeros<f32>(40);
    put<f32>(x, 0, 1);
    put<f32>(x, 15, 255);
    put<f32>(x, 16, 128);
    put<f32>(x, 39, 2);
    const list = zeros<u32>(2 * 41);
    const end = put_list(list, at<usize>(new Observations(x, 1, 40).addresses, 0), 40);
    expect(end - list).toBe(5 * 8);
    const expected = zeros<u32>(10);
    const inputs = array_of<u32>([40, 0, 15, 16, 39]);
    const values = array_of<f32>([1, 1, 255, 128, 2]);
    for (let i: usize = 0; i < 5; i++) {
      put<u32>(expected, 2 * i, at<u32>(inputs, i));
      put<f32>(expected, 2 * i + 1, at<f32>(values, i));
    }
    expect_same_bits(list, expected, 10, "list");
  });
});
