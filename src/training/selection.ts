// Selection episodes judge a network in training. Neither training nor the final evaluation uses their seeds.
import { Network } from "../core/network.js";
import type { Steps } from "../env/pauses.js";
import { purposes } from "../env/seeds.js";
import { type Played, type Policy, playEpisodes } from "../evaluate/returns.js";
import type { Copies } from "../evaluate/rounds.js";
import { mean } from "../evaluate/statistics.js";
import { argmax } from "../model/argmax.js";

/** Plays the selection episodes of a seed. It acts as the network that was judged last. */
export class Selection implements Policy {
  #network: Network;
  readonly #envs: Copies;
  readonly #seed: number;
  /** The Q-values of an observation that comes with a mask: acting makes no garbage. */
  readonly #row: Float32Array;

  /**
   * @param envs the environment, or copies of it that play at the same time
   * @param widths the widths of the networks that it judges: observation size, hidden widths, action count
   */
  constructor(envs: Copies, widths: readonly number[], seed: number) {
    this.#network = new Network(widths, 1);
    this.#envs = envs;
    this.#seed = seed;
    this.#row = new Float32Array(this.#network.actionCount);
  }

  /** From now on it acts as this network, and judges networks of these widths. @param parameters for raw observations */
  take(widths: readonly number[], parameters: Float32Array): void {
    this.#network = this.#network.fitted(widths);
    this.#network.setParameters(parameters);
  }

  /** The greedy action; with a mask, the best of those that it allows. */
  act(observation: Float32Array, mask?: Uint8Array): number {
    if (mask === undefined) return this.#network.act(observation);
    return argmax(this.#network.qValues(observation, this.#row), mask);
  }

  /** Plays episodes with a network's greedy policy. @param parameters for raw observations */
  readonly play = (parameters: Float32Array, firstEpisode: number, episodes: number): Steps<Played> => {
    this.#network.setParameters(parameters);
    return this.#played(this, firstEpisode, episodes);
  };

  /** The mean return of another policy on the first episodes. */
  *meanOf(policy: Policy, episodes: number): Steps<number> {
    return mean((yield* this.#played(policy, 0, episodes)).returns);
  }

  dispose(): void {
    this.#network.dispose();
  }

  #played(policy: Policy, firstEpisode: number, episodes: number): Steps<Played> {
    return playEpisodes(this.#envs, policy, {
      seed: this.#seed,
      purpose: purposes.selection,
      firstEpisode,
      episodes,
    });
  }
}
