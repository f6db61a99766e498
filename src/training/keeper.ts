// The keeper of the best network: evaluate → confirm → keep.
import type { Steps } from "../env/pauses.js";
import { mean, standardDeviation } from "../evaluate/statistics.js";
import { Model, type ModelData } from "../model/model.js";
import type { Saved } from "./checkpoint.js";
import type { Part } from "./resumable.js";

/** By how many selection episodes a network is judged. */
export interface KeeperConfig {
  /** The number of episodes for each network that is offered. */
  readonly evaluationEpisodes: number;
  /**
   * The number of further episodes for a network that did no worse than the kept one. With 0, the default, the
   * evaluation alone decides.
   */
  readonly confirmationEpisodes?: number;
}

/** The result of evaluating a network. */
export interface Judged {
  /** Mean of the evaluation's returns; `std` is their standard deviation, `min` the lowest. */
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  /** Whether this network is now the one that is kept. */
  readonly best: boolean;
}

/**
 * The returns of a network on selection episodes.
 * @param parameters for raw observations
 * @param firstEpisode the number of the first episode
 */
export type Play = (parameters: Float32Array, firstEpisode: number, episodes: number) => Steps<ArrayLike<number>>;

/** Does the steps of an evaluation, with pauses. */
export type Pace = <Result>(steps: Steps<Result>) => Promise<Result>;

/**
 * Keeps the best of the networks that it is offered. The highest of many means is partly luck. So a network that did no
 * worse in its evaluation than the kept one in its own last trial is tried on further episodes, and these decide.
 */
export class Keeper implements Part {
  /**
   * Whether a network is to be offered now. The loop says so, and the end of the offer takes it back. It is saved: work
   * that stops within an evaluation begins with it again when it goes on.
   */
  due = false;
  readonly #play: Play;
  readonly #config: KeeperConfig;
  #kept: Float32Array | undefined;
  #keptMean: number | null = null;
  #latestMean: number | null = null;

  constructor(play: Play, config: KeeperConfig) {
    this.#play = play;
    this.#config = config;
  }

  /** The best network's parameters. @throws Error before the first offer */
  get kept(): Float32Array {
    if (this.#kept === undefined) throw new Error("no network has been offered yet");
    return this.#kept;
  }

  /** The best network so far, for raw observations; undefined before the first offer. */
  best(place: Pick<ModelData, "environment" | "widths">): Model | undefined {
    return this.#kept && new Model({ ...place, parameters: this.#kept });
  }

  /** The best network's mean return in the trial that decided for it; null before the first offer. */
  get keptMean(): number | null {
    return this.#keptMean;
  }

  /** The mean return in the last evaluation; null before the first offer. */
  get latestMean(): number | null {
    return this.#latestMean;
  }

  /** Evaluates a network, confirms it if it may be the best, and keeps it if it is. */
  async offer(parameters: Float32Array, pace: Pace): Promise<Judged> {
    const { evaluationEpisodes, confirmationEpisodes = 0 } = this.#config;
    const returns = await pace(this.#play(parameters, 0, evaluationEpisodes));
    const latest = mean(returns);
    let trial = latest;
    if (confirmationEpisodes > 0 && this.#reachesKept(latest)) {
      trial = mean(await pace(this.#play(parameters, evaluationEpisodes, confirmationEpisodes)));
    }
    this.#latestMean = latest;
    this.due = false;
    const best = this.#reachesKept(latest) && this.#reachesKept(trial);
    if (best) {
      this.#kept = parameters;
      this.#keptMean = trial;
    }
    return { mean: latest, std: standardDeviation(returns), min: smallest(returns), best };
  }

  save(): Saved {
    const arrays = this.#kept === undefined ? undefined : { kept: this.#kept };
    return { state: { due: this.due, keptMean: this.#keptMean, latestMean: this.#latestMean }, arrays: { ...arrays } };
  }

  restore({ state, arrays }: Saved): void {
    const { due, keptMean, latestMean } = state as { due: boolean; keptMean: number | null; latestMean: number | null };
    this.due = due === true;
    this.#kept = arrays.kept as Float32Array | undefined;
    this.#keptMean = keptMean;
    this.#latestMean = latestMean;
  }

  #reachesKept(mean: number): boolean {
    return this.#keptMean === null || mean >= this.#keptMean;
  }
}

function smallest(values: ArrayLike<number>): number {
  let least = values[0];
  for (let i = 1; i < values.length; i++) least = Math.min(least, values[i]);
  return least;
}
