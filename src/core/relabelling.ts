// A distiller whose updates can label their states anew, in place of the labels that were added.
import { Distiller } from "./distiller.js";
import { core } from "./instance.js";
import type { Network } from "./network.js";

export class RelabellingDistiller extends Distiller {
  #relabeller: Network | undefined; // kept from the garbage collector, which would free what the core reads

  /**
   * From now on every update labels its states anew by a network, with the parameters that it has by then, in place of
   * the labels that were added (of td's targets not); undefined: by these again. The network must not be disposed of before. `save` does not
   * hold this: a restored distiller needs it again.
   * @throws RangeError where the network is for observations of another size or for other actions
   */
  relabelBy(network: Network | undefined): void {
    const own = `${this.observationSize} → ${this.actionCount}`;
    const its = network === undefined ? own : `${network.observationSize} → ${network.actionCount}`;
    if (its !== own) throw new RangeError(`a network ${its} was given to label states: ${own} is needed`);
    core().distiller_relabel(this.handle, network?.handle ?? 0);
    this.#relabeller = network;
  }

  /** @throws Error where the network that labels has been disposed of */
  override step(n: number, learningRate: number): number {
    this.#relabeller?.handle; // throws where the core would read memory given back
    return super.step(n, learningRate);
  }
}
