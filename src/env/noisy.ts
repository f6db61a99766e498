// Observation noise: an environment whose observations are seen through Gaussian noise; its states move as without it.
import type { Env, ResetOptions, StepResult } from "./env.js";
import { Pcg64 } from "./random.js";
import { purposes } from "./seeds.js";

/** For evaluation: the same environment, seen less well. */
export class NoisyEnv implements Env {
  readonly id: string;
  readonly observationSize: number;
  readonly actionCount: number;
  readonly maxEpisodeSteps: number;
  readonly featureNames: readonly string[];
  readonly actionNames: readonly string[];
  readonly #env: Env;
  readonly #deviations: Float64Array;
  readonly #result: StepResult;
  #random = new Pcg64(0);
  #everReset = false;

  /**
   * @param deviations of the noise on each feature, in the feature's unit, shape (observationSize)
   * @throws RangeError for another number of deviations, and for one that is not finite and ≥ 0
   */
  constructor(env: Env, deviations: ArrayLike<number>) {
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
    this.id = env.id;
    this.observationSize = env.observationSize;
    this.actionCount = env.actionCount;
    this.maxEpisodeSteps = env.maxEpisodeSteps;
    this.featureNames = env.featureNames;
    this.actionNames = env.actionNames;
    this.#env = env;
    this.#result = {
      observation: new Float32Array(env.observationSize),
      reward: 0,
      terminated: false,
      truncated: false,
    };
  }

  /** An episode's noise depends on its reset seed alone, so that two policies meet the same noise step by step. */
  reset(options?: ResetOptions): Float32Array {
    const seed = options?.seed ?? (this.#everReset ? undefined : 0);
    const observation = this.#env.reset(options);
    if (seed !== undefined) this.#random = new Pcg64([seed, purposes.noise, 0]);
    this.#everReset = true;
    return this.#blur(observation);
  }

  step(action: number): StepResult {
    const { observation, reward, terminated, truncated } = this.#env.step(action);
    this.#blur(observation);
    const result = this.#result;
    result.reward = reward;
    result.terminated = terminated;
    result.truncated = truncated;
    return result;
  }

  #blur(clear: Float32Array): Float32Array {
    const { observation } = this.#result;
    for (let i = 0; i < observation.length; i++) {
      observation[i] = clear[i] + this.#random.normal(0, this.#deviations[i]);
    }
    return observation;
  }
}
