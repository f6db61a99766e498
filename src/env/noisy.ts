// Observation noise: an environment whose observations have Gaussian noise. Its states move as without noise.
import type { AnyEnv, Env } from "./env.js";
import { Pcg64 } from "./random.js";
import { purposes } from "./seeds.js";
import { WrappedEnv } from "./wrappers.js";

/** The same environment with noisy observations, for evaluation. */
export class NoisyEnv<Inner extends AnyEnv = Env> extends WrappedEnv<Inner> {
  readonly #deviations: Float64Array;
  #random!: Pcg64;

  /**
   * @param deviations standard deviation of the noise on each feature, in the feature's unit, shape (observationSize)
   * @throws RangeError for a wrong number of deviations, and for one that is not finite or below 0
   */
  constructor(env: Inner, deviations: ArrayLike<number>) {
    super(env, { byteObservations: false });
    if (deviations.length !== env.observationSize) {
      throw new RangeError(
        `noise for ${env.id} was given ${deviations.length} deviations: ${env.observationSize} are needed`,
      );
    }
    this.#deviations = Float64Array.from(deviations);
    const refused = this.#deviations.find((deviation) => !(deviation >= 0 && deviation < Infinity));
    if (refused !== undefined) {
      throw new RangeError(
        `noise for ${env.id} was given the deviation ${refused}: a finite number from 0 on is needed`,
      );
    }
  }

  /** The noise depends only on the seed of the reset, so that two policies meet the same noise at each step. */
  protected override begin(seed: number | undefined): void {
    if (seed !== undefined) this.#random = new Pcg64([seed, purposes.noise, 0]);
  }

  protected override observe(inner: Float32Array, observation: Float32Array): void {
    for (let i = 0; i < observation.length; i++) {
      observation[i] = inner[i] + this.#random.normal(0, this.#deviations[i]);
    }
  }
}
