// The averaged network: the mean of a training's last networks.
import type { Saved } from "../training/checkpoint.js";
import type { Part } from "../training/resumable.js";
import { passed } from "../training/schedules.js";
import type { TeacherConfig } from "./config.js";

/** Networks are taken at so many points of a training, those before its last share among them. */
const points = 100;

/**
 * The mean of the networks of a training's last share (Izmailov et al. 2018; for deep Q-learning Nikishin et al. 2018).
 * Each network has followed its latest targets a little too far. What they have in common is left.
 */
export class AveragedNetwork implements Part {
  readonly #interval: number;
  readonly #begin: number;
  #networks = 0;
  #mean: Float32Array = new Float32Array(0);

  constructor({ envSteps, averageFraction }: Pick<TeacherConfig, "envSteps" | "averageFraction">) {
    this.#interval = Math.ceil(envSteps / points);
    this.#begin = envSteps * (1 - averageFraction);
  }

  /** Its parameters; undefined if there is no network in it. */
  get parameters(): Float32Array | undefined {
    return this.#networks === 0 ? undefined : this.#mean.slice();
  }

  /**
   * Takes the network as it is after a round, where that is one of the points.
   * @param before the steps before the round
   * @param now the steps after it
   */
  see(network: () => Float32Array, before: number, now: number): void {
    if (!passed(this.#interval, before, now)) return;
    if (now <= this.#begin) {
      this.#networks = 0; // of a shorter training, which goes on as this one
      return;
    }
    const parameters = network();
    if (this.#networks === 0) this.#mean = new Float32Array(parameters.length);
    this.#networks++;
    for (let i = 0; i < parameters.length; i++) this.#mean[i] += (parameters[i] - this.#mean[i]) / this.#networks;
  }

  save(): Saved {
    return { state: { networks: this.#networks }, arrays: { mean: this.#mean } };
  }

  restore({ state, arrays }: Saved): void {
    const { networks } = state as { networks: number };
    if (!Number.isSafeInteger(networks) || !(arrays.mean instanceof Float32Array)) {
      throw new Error("its averaged network is missing");
    }
    this.#networks = networks;
    this.#mean = arrays.mean;
  }
}
