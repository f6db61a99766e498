// A distiller whose updates can label their states with a network, instead of using the labels that were added.
import { Distiller } from "./distiller.js";
import { core } from "./instance.js";
import type { Network } from "./network.js";

export class RelabellingDistiller extends Distiller {
  #relabeller: Network | undefined; // held here, or the garbage collector would free what the core reads

  /**
   * From now on every update labels its states with this network, as its parameters are at that time. The labels that
   * were added are not used; td's targets stay as they are. With undefined, the added labels are used again. The
   * network must not be disposed of first. `save` does not hold the network: set it again after a restore.
   * @throws RangeError if the network has another observation size or other actions
   */
  relabelBy(network: Network | undefined): void {
    const own = `${this.observationSize} → ${this.actionCount}`;
    const its = network === undefined ? own : `${network.observationSize} → ${network.actionCount}`;
    if (its !== own) throw new RangeError(`a network ${its} was given to label states: ${own} is needed`);
    core().distiller_relabel(this.handle, network?.handle ?? 0);
    this.#relabeller = network;
  }

  /** @throws Error if the network that labels has been disposed of */
  override step(n: number, learningRate: number): number {
    this.#relabeller?.handle; // throws if the core would read memory that was given back
    return super.step(n, learningRate);
  }
}
