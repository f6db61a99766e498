// A network that only answers: its Q-values beside the reference, its action, and its life cycle.
import { put } from "../memory";
import { activation_count, parameter_count } from "../mlp";
import {
  Network,
  network_act,
  network_create,
  network_forward,
  network_free,
  network_inputs,
  network_parameters,
  network_ready,
} from "../network";
import * as reference from "../reference";
import { array_of, expect_same_bits, fill, random_below, seed, zeros } from "./arrays";

function network_of(sizes: u32[], batch: usize, tanh: bool = false): Network {
  return changetype<Network>(network_create(array_of<u32>(sizes), sizes.length - 1, batch, tanh));
}

/** Q-values of `batch` random observations, `set` percent of whose features are not 0, beside the reference's. */
function compare(sizes: u32[], largestBatch: usize, batch: usize, set: u32 = 100, tanh: bool = false): void {
  const layers: usize = sizes.length - 1;
  const widths = array_of<u32>(sizes);
  const network = network_of(sizes, largestBatch, tanh);
  fill<f32>(network_parameters(network), <usize>parameter_count(widths, layers), 1);
  network_ready(network);
  fill<f32>(network_inputs(network), batch * sizes[0], 2);
  for (let i: usize = 0; i < batch * sizes[0]; i++) {
    if (random_below(100) >= set) put<f32>(network_inputs(network), i, 0);
  }
  // what lies behind the observations must not matter
  for (let i = batch * sizes[0]; i < largestBatch * sizes[0]; i++) put<f32>(network_inputs(network), i, NaN);
  const activations = zeros<f32>(<usize>activation_count(widths, layers) * batch);
  memory.copy(activations, network_inputs(network), (batch * sizes[0]) << 2);
  const expected = reference.mlp_forward<f32>(widths, layers, network_parameters(network), activations, batch, tanh);
  const outputs: usize = sizes[sizes.length - 1];
  const actual = network_forward(network, batch);
  expect_same_bits(actual, expected, batch * outputs, sizes.join("-"), batch);
  // the first observation alone
  expect(network_act(network)).toBe(reference.argmax<f32>(expected, outputs), sizes.join("-"));
  network_free(network);
}

describe("network", () => {
  it("answers as the reference does, also for fewer observations than it has room for", () => {
    seed(1);
    const largest: usize = 40;
    for (let batch: usize = 1; batch <= largest; batch++) {
      compare([3, 2], largest, batch);
      compare([4, 16, 2], largest, batch);
      compare([6, 33, 17, 3], largest, batch);
      compare([4, 64, 64, 2], largest, batch);
      compare([5, 9, 4], batch, batch);
    }
  });

  it("answers as the reference does where most features are 0", () => {
    seed(2);
    for (let size: u32 = 95; size < 105; size++) {
      compare([size, 37, 5, 3], 3, 3, 10);
      compare([4 * size, 9, 2], 20, 20, 23);
      compare([size, 3], 2, 2, 10);
    }
  });

  it("answers as the reference does with tanh, also where most features are 0", () => {
    seed(3);
    for (let batch: usize = 1; batch <= 20; batch++) {
      compare([3, 2], 20, batch, 100, true);
      compare([4, 16, 2], 20, batch, 100, true);
      compare([6, 33, 17, 3], 20, batch, 100, true);
      compare([101, 37, 5, 3], 20, batch, 10, true);
      compare([5, 9, 4], batch, batch, 100, true);
    }
  });

  it("acts by the first of the largest Q-values", () => {
    // no inputs count: the Q-values are the biases
    const network = network_of([1, 4], 1);
    memory.copy(network_parameters(network), array_of<f32>([0, 0, 0, 0, 1, 5, 5, 2]), 32);
    network_ready(network);
    expect(network_act(network)).toBe(1);
    memory.copy(network_parameters(network), array_of<f32>([0, 0, 0, 0, 6, 5, 5, 6]), 32);
    network_ready(network);
    expect(network_act(network)).toBe(0);
    memory.copy(network_parameters(network), array_of<f32>([0, 0, 0, 0, -3, -2, -1, -1.5]), 32);
    network_ready(network);
    expect(network_act(network)).toBe(2);
  });

  it("gives its memory back", () => {
    const widths = array_of<u32>([4, 64, 64, 2]);
    const gigantic = array_of<u32>([100000, 100000]);
    const handle = network_create(widths, 3, 100, false);
    const block = changetype<Network>(handle).block;
    network_free(changetype<Network>(handle));
    const refused = network_create(gigantic, 1, 1, false);
    const again = network_create(widths, 3, 100, false);
    const blockAgain = changetype<Network>(again).block;
    // expect() itself takes memory, so it comes last
    expect(refused).toBe(0);
    expect(again).toBe(handle);
    expect(blockAgain).toBe(block);
  });

  it("is 0 where it would take 1 GiB or more", () => {
    expect(network_create(array_of<u32>([100000, 100000]), 1, 1, false)).toBe(0);
    expect(network_create(array_of<u32>([65535, 65537]), 1, 1, false)).toBe(0);
    expect(network_create(array_of<u32>([4, 64, 2]), 2, 0x40000000, false)).toBe(0);
    // 8 bytes for each observation, a line of 64 for widths, parameters three times and a row, two for a panel: too
    // many
    expect(network_create(array_of<u32>([1, 1]), 1, (1 << 27) - 16, false)).toBe(0);
    expect(network_create(array_of<u32>([1, 1]), 1, 0xfffffff8, false)).toBe(0);
  });
});
