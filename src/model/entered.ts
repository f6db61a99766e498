// Which models are in the core. One that is never used costs nothing there, and all together take a bounded part of it.
import { type Activation, Network } from "../core/network.js";

/** What of a model enters the core. */
interface Enterable {
  readonly widths: readonly number[];
  readonly activation: Activation;
  readonly parameters: Float32Array;
}

/** So many f32 values of all entered models stay in the core, 64 MB; the newest model may be larger. */
const mostFloats = 16_000_000;

const entered = new Map<Place, number>(); // in the order in which they entered, and the size of each
let floats = 0; // of all of them

/** A model's place in the core. The model holds its parameters, so the place may be left and taken again. */
export class Place {
  /** Undefined before the first use, and after others have displaced it. */
  network: Network | undefined;
  #disposed = false;

  /**
   * Enters, and displaces those that entered first if all together take too much. They do not wait for the garbage
   * collector, which takes nothing back before a long loop is over.
   * @param batch the largest number of observations that the network answers at once
   * @throws ConfigError if it needs more than 1 GiB; Error if the core has no memory left, and after dispose()
   */
  enter({ widths, activation, parameters }: Enterable, batch: number): Network {
    if (this.#disposed) throw new Error("this network has been disposed of");
    const size = parameters.length + batch * widths.reduce((sum, width) => sum + width, 0);
    for (const first of entered.keys()) {
      if (floats + size <= mostFloats) break;
      first.leave();
    }
    const network = new Network(widths, batch, activation);
    network.setParameters(parameters);
    entered.set(this, size);
    floats += size;
    this.network = network;
    return network;
  }

  leave(): void {
    floats -= entered.get(this) ?? 0;
    entered.delete(this);
    this.network?.dispose();
    this.network = undefined;
  }

  /** Leaves for good. */
  dispose(): void {
    this.leave();
    this.#disposed = true;
  }
}
