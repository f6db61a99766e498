// A Double-DQN learner in the core: network, target network, Adam and replay memory in one block.
import { copyBytes, copyFloats, Handle, restoreBytes, withWidths } from "./handle.js";
import { core, coreFloats } from "./instance.js";

export interface LearnerShape {
  /** Observation size, hidden widths, action count. */
  readonly widths: readonly number[];
  readonly batchSize: number;
  /** Observations that the replay memory holds. */
  readonly bufferSize: number;
  readonly nStep: number;
  readonly gamma: number;
  /** Threshold of the Huber loss; 0 means squared error. */
  readonly huberDelta: number;
  readonly tau: number;
  readonly targetUpdateInterval: number;
}

export class Learner {
  readonly #handle: Handle;
  readonly #observationSize: number;
  readonly #incoming: number; // index into the core's memory as f32

  /** @throws Error where the block would be larger than 1 GiB */
  constructor(shape: LearnerShape) {
    const { widths } = shape;
    const { learner_free, learner_incoming } = core();
    const value = withWidths(widths, (exports, address) =>
      exports.learner_create(
        address,
        widths.length - 1,
        shape.batchSize,
        shape.bufferSize,
        shape.nStep,
        shape.gamma,
        shape.huberDelta,
        shape.tau,
        shape.targetUpdateInterval,
      ),
    );
    this.#handle = new Handle("learner", value, learner_free);
    this.#observationSize = widths[0];
    this.#incoming = learner_incoming(value) / 4;
  }

  /** Fresh parameters and random draws from four 32-bit words. */
  initialise(words: Uint32Array): void {
    core().learner_initialise(this.#handle.value, words[0], words[1], words[2], words[3]);
  }

  /** An episode begins with this observation. */
  begin(observation: Float32Array): void {
    this.#put(observation);
    core().learner_begin(this.#handle.value);
  }

  /** The action taken at the newest observation gave this reward and the next observation. */
  record(action: number, reward: number, observation: Float32Array, terminated: boolean, truncated: boolean): void {
    this.#put(observation);
    core().learner_record(this.#handle.value, action, reward, terminated ? 1 : 0, truncated ? 1 : 0);
  }

  /** The ε-greedy action at the newest observation; random ones are kept for at most `longest` steps. */
  act(epsilon: number, longest: number): number {
    return core().learner_act(this.#handle.value, epsilon, longest);
  }

  /** n Double-DQN updates inside the core; the mean of their losses. */
  step(n: number, learningRate: number): number {
    return core().learner_step(this.#handle.value, n, learningRate);
  }

  /** From now on observations are normalised by the mean and deviation of those in the replay memory. */
  normalise(): void {
    core().learner_normalise(this.#handle.value);
  }

  /** Transitions that can be sampled. */
  get ready(): number {
    return core().learner_ready(this.#handle.value);
  }

  /** A copy of the online network's parameters, for normalised observations. */
  parameters(): Float32Array {
    const handle = this.#handle.value;
    return copyFloats(core().trainable_parameters(handle), core().trainable_parameter_count(handle));
  }

  /** Observations are normalised to (x − mean)·scale, each of shape (observationSize). */
  normalisation(): { mean: Float32Array; scale: Float32Array } {
    const handle = this.#handle.value;
    return {
      mean: copyFloats(core().trainable_mean(handle), this.#observationSize),
      scale: copyFloats(core().trainable_scale(handle), this.#observationSize),
    };
  }

  /** A copy of all observations in the replay memory, (rows, observationSize). */
  observations(): Float32Array {
    const handle = this.#handle.value;
    return copyFloats(core().learner_observations(handle), core().learner_filled(handle) * this.#observationSize);
  }

  /** Everything that training needs to go on bit for bit. */
  save(): Uint8Array {
    const handle = this.#handle.value;
    return copyBytes(core().learner_block(handle), core().learner_saved_bytes(handle));
  }

  /** @throws Error for bytes that a learner of another shape saved */
  restore(saved: Uint8Array): void {
    const handle = this.#handle.value;
    restoreBytes(core().learner_block(handle), core().learner_saved_bytes(handle), saved);
  }

  dispose(): void {
    this.#handle.dispose();
  }

  #put(observation: Float32Array): void {
    const floats = coreFloats();
    for (let i = 0; i < this.#observationSize; i++) floats[this.#incoming + i] = observation[i];
  }
}
