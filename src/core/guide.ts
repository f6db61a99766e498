// A guide in the core: a teacher's network and the loss that holds a learner's Q-values near its own.
import { Handle } from "./handle.js";
import { core } from "./instance.js";
import { type LossName, setLoss } from "./losses.js";
import type { Network } from "./network.js";

/** What the Q-values are compared by; the formulas are in assembly/losses.ts. */
export const guideLosses = ["cross-entropy", "mse"] as const satisfies readonly LossName[];

export interface GuideShape {
  /** States in an update. */
  readonly batchSize: number;
  readonly loss: (typeof guideLosses)[number];
  /** Of this loss beside the learner's own. */
  readonly weight: number;
  /** Of both softmaxes in cross-entropy, whose gradient is that of kl with both at this temperature. */
  readonly temperature: number;
}

export class Guide {
  readonly network: Network;
  readonly #handle: Handle;

  /**
   * @param network labels the states; it must not be disposed of before
   * @throws ConfigError where more than 1 GiB would be needed
   */
  constructor(network: Network, { batchSize, loss, weight, temperature }: GuideShape) {
    const { guide_create, guide_free, guide_loss } = core();
    const value = guide_create(network.handle, batchSize);
    this.#handle = new Handle("guide", value, guide_free);
    setLoss(guide_loss(value), { [loss]: weight }, temperature);
    this.network = network;
  }

  /** The core's handle. @throws Error after dispose() of this or its network */
  get handle(): number {
    this.network.handle; // throws where the core would read memory given back
    return this.#handle.value;
  }

  dispose(): void {
    this.#handle.dispose();
  }
}
