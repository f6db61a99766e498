// A network that only answers: parameters and a batch of raw observations in, their Q-values out.
import { PANEL, transpose } from "./matmul";
import { allocate_zeroed, area, copy_floats, floats, free_block, lay_out, layout_end, measure } from "./memory";
import {
  activate,
  activation_count,
  argmax,
  forward_panel,
  forward_row,
  pack_parameters,
  panel_count,
  parameter_count,
  transpose_parameters,
  width,
} from "./mlp";
import { first_layer_row, put_list_of_floats } from "./sparse";

/**
 * From this many inputs on, the first layer of an observation with three quarters of zeros uses only the other inputs.
 */
const FEWEST_FOR_LIST: usize = 100;

/** From this many observations on, a panel of 16 is faster than one row after another. */
const FEWEST_FOR_PANEL: usize = 8;

@unmanaged
export class Network {
  block: usize;
  layers: usize;
  tanh: bool; // whether tanh, and not ReLU, is between the layers
  inputs: usize;
  outputs: usize;
  widths: usize; // u32 × (layers + 1)
  parameters: usize;
  transposed: usize; // the same with each W transposed
  packed: usize; // the same with each W packed
  observations: usize; // (batch, inputs)
  qValues: usize; // (batch, outputs)
  panel: usize; // the activations of 16 observations
  row: usize; // the activations of one observation
  lists: usize; // the list of that observation, as in sparse.ts
}

function place(network: Network, widths: usize, batch: usize): void {
  const parameters = parameter_count(widths, network.layers);
  const activations = activation_count(widths, network.layers);
  const rows = <u64>panel_count(batch) * PANEL;
  network.widths = area((<u64>(network.layers + 1)) << 2);
  network.parameters = floats(parameters);
  network.transposed = floats(parameters);
  network.packed = floats(parameters);
  network.observations = floats(rows * network.inputs);
  network.qValues = floats(rows * network.outputs);
  network.panel = floats(activations * PANEL);
  network.row = floats(activations + 3);
  network.lists = area((<u64>network.inputs + 2) << 3);
}

/** A network for at most `batch` observations at once, or 0 if its block would be larger than 1 GiB. */
export function network_create(widths: usize, layers: usize, batch: usize, tanh: bool): usize {
  const network = changetype<Network>(heap.alloc(offsetof<Network>()));
  network.layers = layers;
  network.tanh = tanh;
  network.inputs = width(widths, 0);
  network.outputs = width(widths, layers);
  measure();
  place(network, widths, batch);
  network.block = allocate_zeroed(layout_end());
  if (network.block == 0) {
    heap.free(changetype<usize>(network));
    return 0;
  }
  lay_out(network.block);
  place(network, widths, batch);
  memory.copy(network.widths, widths, (layers + 1) << 2);
  return changetype<usize>(network);
}

export function network_free(network: Network): void {
  free_block(network.block);
  heap.free(changetype<usize>(network));
}

/** Where the host writes the parameters, flat. `network_ready` then makes them usable. */
export function network_parameters(network: Network): usize {
  return network.parameters;
}

/** Says that the parameters have been written. */
export function network_ready(network: Network): void {
  transpose_parameters(network.transposed, network.parameters, network.widths, network.layers);
  pack_parameters(network.packed, network.parameters, network.widths, network.layers);
}

/** Where the host writes observations: (batch, inputs). */
export function network_inputs(network: Network): usize {
  return network.observations;
}

/** The address of the Q-values (batch, outputs) of the first `batch` observations. */
export function network_forward(network: Network, batch: usize): usize {
  const inputs = network.inputs;
  const outputs = network.outputs;
  for (let first: usize = 0; first < batch; first += PANEL) {
    const x = network.observations + ((first * inputs) << 2);
    const q = network.qValues + ((first * outputs) << 2);
    const rows = min<usize>(batch - first, PANEL);
    if (rows < FEWEST_FOR_PANEL) {
      for (let r: usize = 0; r < rows; r++) {
        copy_floats(q + ((r * outputs) << 2), answer(network, x + ((r * inputs) << 2)), outputs);
      }
    } else {
      transpose(network.panel, x, PANEL, inputs);
      transpose(q, answer_panel(network), outputs, PANEL);
    }
  }
  return network.qValues;
}

/** Reads row `row` of the 16 observations of `answer_panel`. @param bytes whether it is stored as u8 */
export function put_observation(network: Network, row: usize, observation: usize, bytes: bool): void {
  let to = network.panel + (row << 2);
  for (let i: usize = 0; i < network.inputs; i++) {
    store<f32>(to, bytes ? <f32>load<u8>(observation + i) : load<f32>(observation + (i << 2)));
    to += 64;
  }
}

/** The address of the Q-values (outputs, 16) of the panel's 16 observations. */
export function answer_panel(network: Network): usize {
  const panel = network.panel;
  return forward_panel(network.widths, network.layers, network.transposed, panel, panel, network.tanh);
}

/** The address of the Q-values of one observation. */
function answer(network: Network, observation: usize): usize {
  const inputs = network.inputs;
  const layers = network.layers;
  if (inputs >= FEWEST_FOR_LIST && layers > 1) {
    const lists = network.lists;
    const list = lists + 8;
    const end = put_list_of_floats(list, observation, inputs);
    if (end - list <= inputs << 1) {
      store<usize>(lists, list);
      store<usize>(lists, end, sizeof<usize>());
      const outputs = width(network.widths, 1);
      first_layer_row(network.row, lists, network.parameters, outputs);
      activate(network.row, outputs, network.tanh);
      const rest = network.packed + (((inputs + 1) * outputs) << 2);
      return forward_row(network.widths + 4, layers - 1, rest, true, network.row, network.tanh);
    }
  }
  copy_floats(network.row, observation, inputs);
  return forward_row(network.widths, layers, network.packed, true, network.row, network.tanh);
}

/** The greedy action for the first observation. */
export function network_act(network: Network): usize {
  return argmax(answer(network, network.observations), network.outputs);
}
