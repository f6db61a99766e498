// A network in the core: observations in, Q-values or greedy actions out.
import { Handle, withWords } from "./handle.js";
import { core, coreFloats, floatIndex } from "./instance.js";
import { checkLength } from "./needed.js";

/** The activation function between layers. There is none after the last layer. */
export type Activation = "relu" | "tanh";

export class Network {
  readonly observationSize: number;
  readonly actionCount: number;
  readonly #widths: readonly number[];
  readonly #handle: Handle;
  readonly #batch: number;
  readonly #activation: Activation;
  readonly #inputs: number; // index into the core's memory as f32

  /**
   * @param batch the largest number of observations that one call of `forward` takes
   * @throws ConfigError if it needs more than 1 GiB; Error if the core has no memory left
   */
  constructor(widths: readonly number[], batch: number, activation: Activation = "relu") {
    const { network_free } = core();
    const ask = () =>
      withWords(widths, (exports, address) =>
        exports.network_create(address, widths.length - 1, batch, Number(activation === "tanh")),
      );
    this.#handle = new Handle("network", ask, network_free);
    this.observationSize = widths[0];
    this.actionCount = widths[widths.length - 1];
    this.#widths = widths;
    this.#batch = batch;
    this.#activation = activation;
    this.#inputs = floatIndex(core().network_inputs(this.handle));
  }

  /** The core's handle. @throws Error after dispose() */
  get handle(): number {
    return this.#handle.value;
  }

  /** This network if it has these widths; else another one that has, and this one is disposed of. */
  fitted(widths: readonly number[]): Network {
    if (String(widths) === String(this.#widths)) return this;
    this.dispose();
    return new Network(widths, this.#batch, this.#activation);
  }

  setParameters(parameters: Float32Array): void {
    const handle = this.handle;
    coreFloats().set(parameters, floatIndex(core().network_parameters(handle)));
    core().network_ready(handle);
  }

  /** The greedy action: the first of those with the largest Q-value. */
  act(observation: ArrayLike<number>): number {
    return core().network_act(this.#put(observation));
  }

  /**
   * The Q-values of one observation, shape (actionCount).
   * @param into where they are written; a new array by default
   */
  qValues(observation: ArrayLike<number>, into: Float32Array = new Float32Array(this.actionCount)): Float32Array {
    const at = floatIndex(core().network_forward(this.#put(observation), 1));
    const floats = coreFloats();
    for (let action = 0; action < into.length; action++) into[action] = floats[at + action];
    return into;
  }

  /** The Q-values (count, actionCount) of any number of observations (count, observationSize). */
  forward(observations: Float32Array, count: number): Float32Array {
    const handle = this.handle;
    const qValues = new Float32Array(count * this.actionCount);
    for (let first = 0; first < count; first += this.#batch) {
      const rows = Math.min(this.#batch, count - first);
      const size = this.observationSize;
      coreFloats().set(observations.subarray(first * size, (first + rows) * size), this.#inputs);
      const at = floatIndex(core().network_forward(handle, rows));
      qValues.set(coreFloats().subarray(at, at + rows * this.actionCount), first * this.actionCount);
    }
    return qValues;
  }

  dispose(): void {
    this.#handle.dispose();
  }

  /** Writes the first input. @returns the handle, which is read first: nothing is written after dispose() */
  #put(observation: ArrayLike<number>): number {
    const handle = this.handle;
    const size = this.observationSize;
    checkLength(observation, size);
    const floats = coreFloats();
    for (let i = 0; i < size; i++) floats[this.#inputs + i] = observation[i];
    return handle;
  }
}
