// One network that answers, and nothing else: the template of an exported .wasm. An export patches in the data, which
// begin with the header at address 0, and the size of the memory. Nothing is allocated and nothing is imported.
import { at, put } from "./memory";
import { argmax, relu, tanh } from "./reference";

/** The header at address 0; all values are u32. */
@unmanaged
class Header {
  layers: usize;
  tanh: u32; // whether tanh, and not ReLU, is between the layers
  widths: usize; // address of u32 × (layers + 1): inputs, hidden widths, outputs
  parameters: usize; // address: for each layer W (in × out, row-major), then b (out)
  activations: usize; // address of the inputs, then of each layer's outputs
  q: usize; // address of the last of them, which the mask follows
  examples: usize; // address: for each example its observation (inputs), Q-values (outputs) and action (u32)
  exampleCount: usize;
}

function header(): Header {
  return changetype<Header>(0);
}

function outputs(): usize {
  return load<u32>(header().widths + (header().layers << 2));
}

/** Where the host writes the observation. */
export function observation(): usize {
  return header().activations;
}

/** Where `forward` and `act` leave the Q-values. */
export function q(): usize {
  return header().q;
}

/**
 * Computes the Q-values. An output is its bias, then the products, k ascending; each product and sum is rounded to f32.
 */
export function forward(): void {
  const net = header();
  let weight = net.parameters;
  let x = net.activations;
  for (let layer: usize = 0; layer < net.layers; layer++) {
    const width = net.widths + (layer << 2);
    const inputs = load<u32>(width);
    const outputs = load<u32>(width, 4);
    const bias = weight + ((inputs * outputs) << 2);
    const y = x + (inputs << 2);
    copy(y, bias, outputs);
    for (; x < y; x += 4) {
      const value = load<f32>(x);
      for (let o = y; o < y + (outputs << 2); o += 4, weight += 4) {
        store<f32>(o, load<f32>(o) + value * load<f32>(weight));
      }
    }
    if (layer + 1 < net.layers) {
      if (net.tanh) tanh<f32>(y, outputs);
      else relu<f32>(y, outputs);
    }
    weight = bias + (outputs << 2);
  }
}

/** The greedy action for the observation: the first of the largest Q-values. */
export function act(): usize {
  forward();
  return argmax<f32>(header().q, outputs());
}

/** Where the host writes the mask: a byte for each action, 0 if it is forbidden. Before that it forbids all. */
export function mask(): usize {
  return header().q + (outputs() << 2);
}

/** The same among the actions that the mask allows; -1 if there is none. */
export function actMasked(): i32 {
  forward();
  const q = header().q;
  const actions = outputs();
  const allowed = q + (actions << 2);
  let best: i32 = -1;
  for (let action: usize = 0; action < actions; action++) {
    if (!load<u8>(allowed + action)) continue;
    if (best < 0 || at<f32>(q, action) > at<f32>(q, best)) best = <i32>action;
  }
  return best;
}

/** 1 if every example gets exactly its Q-values and its action, else 0. It overwrites the observation. */
export function selfTest(): i32 {
  const net = header();
  const inputs = load<u32>(net.widths);
  const answer = outputs() << 2;
  let example = net.examples;
  for (let i: usize = 0; i < net.exampleCount; i++) {
    copy(net.activations, example, inputs);
    const action = act();
    example += inputs << 2;
    for (let o: usize = 0; o < answer; o += 4) {
      if (load<u32>(net.q + o) != load<u32>(example + o)) return 0;
    }
    example += answer;
    if (load<usize>(example) != action) return 0;
    example += 4;
  }
  return 1;
}

/** Copies in a loop, because the first version of WebAssembly has no instruction for it. */
function copy(to: usize, from: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) put<f32>(to, i, at<f32>(from, i));
}
