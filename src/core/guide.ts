// A guide in the core: a teacher's network, and the loss that holds a learner's Q-values near the teacher's.
import { Handle } from "./handle.js";
import { core } from "./instance.js";
import { type LossName, setLoss } from "./losses.js";
import type { Network } from "./network.js";

/** The losses that can compare the Q-values; the formulas are in assembly/losses.ts. */
export const guideLosses = ["cross-entropy", "mse"] as const satisfies readonly LossName[];

export interface GuideShape {
  /** States in an update. */
  readonly batchSize: number;
  readonly loss: (typeof guideLosses)[number];
  /** The weight of this loss; the learner's own loss has weight 1. */
  readonly weight: number;
  /**
   * The temperature of both softmaxes in cross-entropy. The gradient is that of kl with both softmaxes at this
   * temperature.
   */
  readonly temperature: number;
}

export class Guide {
  readonly network: Network;
  readonly #handle: Handle;

  /**
   * @param network labels the states; do not dispose of it before the guide
   * @throws ConfigError if more than 1 GiB would be needed
   */
  constructor(network: Network, { batchSize, loss, weight, temperature }: GuideShape) {
    const { guide_create, guide_free, guide_loss } = core();
    this.#handle = new Handle("guide", () => guide_create(network.handle, batchSize), guide_free);
    setLoss(guide_loss(this.#handle.value), { [loss]: weight }, temperature);
    this.network = network;
  }

  /** The core's handle. @throws Error after dispose() of this guide or of its network */
  get handle(): number {
    this.network.handle; // throws if the core would read memory that was given back
    return this.#handle.value;
  }

  dispose(): void {
    this.#handle.dispose();
  }
}
