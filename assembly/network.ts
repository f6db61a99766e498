// A network that only answers: parameters, a batch of raw observations, their Q-values.
import { allocate_zeroed, area, begin_layout, floats, layout_end } from "./memory";
import { activation_count, argmax, mlp_forward, parameter_count, width } from "./mlp";

@unmanaged
export class Network {
  block: usize;
  layers: usize;
  outputs: usize;
  widths: usize; // u32 × (layers + 1)
  parameters: usize;
  activations: usize; // the inputs first
}

function place(network: Network, widths: usize, batch: usize, base: usize): u64 {
  begin_layout(base);
  network.widths = area((<u64>(network.layers + 1)) << 2);
  network.parameters = floats(parameter_count(widths, network.layers));
  network.activations = floats(activation_count(widths, network.layers) * batch);
  return layout_end() - base;
}

/** A network for at most `batch` observations at once, or 0 where its block would be larger than 1 GiB. */
export function network_create(widths: usize, layers: usize, batch: usize): usize {
  const network = changetype<Network>(heap.alloc(offsetof<Network>()));
  network.layers = layers;
  network.outputs = width(widths, layers);
  network.block = allocate_zeroed(place(network, widths, batch, 0));
  if (network.block == 0) {
    heap.free(changetype<usize>(network));
    return 0;
  }
  place(network, widths, batch, network.block);
  memory.copy(network.widths, widths, (layers + 1) << 2);
  return changetype<usize>(network);
}

export function network_free(network: Network): void {
  heap.free(network.block);
  heap.free(changetype<usize>(network));
}

/** Where the host writes the parameters, flat. */
export function network_parameters(network: Network): usize {
  return network.parameters;
}

/** Where the host writes observations: (batch, inputs). */
export function network_inputs(network: Network): usize {
  return network.activations;
}

/** The address of the Q-values (batch, outputs) of the first `batch` inputs. */
export function network_forward(network: Network, batch: usize): usize {
  return mlp_forward(network.widths, network.layers, network.parameters, network.activations, batch);
}

/** The greedy action for the first input. */
export function network_act(network: Network): usize {
  return argmax(network_forward(network, 1), network.outputs);
}
