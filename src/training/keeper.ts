// The keeper of the best network: it evaluates what is offered, and the best of the evaluations compete at the end.
import type { Steps } from "../env/pauses.js";
import { mean, standardDeviation } from "../evaluate/statistics.js";
import { Model, type ModelData } from "../model/model.js";
import { fewestEpisodes, type Moment, room, type Spent } from "./budget.js";
import type { Saved } from "./checkpoint.js";
import type { Part } from "./resumable.js";
import { type Contender, type Pace, type Play, type PlayedEpisodes, type Rate, ranked, Trial } from "./trial.js";

/** By how many selection episodes networks are judged. */
export interface KeeperConfig {
  /** The number of episodes for each network that is offered. */
  readonly evaluationEpisodes: number;
  /**
   * The number of further episodes in each round of the last choice, for all networks together, and for one that
   * reaches `stopReturn`. With 0, the default, the evaluation alone decides.
   */
  readonly confirmationEpisodes?: number;
  /** The mean return that is enough if further episodes confirm it; null, the default: none is. */
  readonly stopReturn?: number | null;
  /** The largest share of all steps that evaluations may take; 1, the default, is no limit. */
  readonly evaluationShare?: number;
}

/** How a network did in its evaluation. */
export interface Judged {
  /** The number of its episodes. */
  readonly episodes: number;
  /** Mean of its returns; `std` is their standard deviation, `min` the lowest. */
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  /** Whether this network is now the one that is kept. */
  readonly best: boolean;
}

/** The most networks among which the last choice is made. */
const mostContenders = 8;

/** An offer of work that has no budget and no last choice. */
const plainOffer: Moment = { envSteps: 0, longest: 1, last: false };

/**
 * Keeps the best of the networks that it is offered. Each is evaluated on the same few episodes, and the best of them
 * stay. The highest of many means is partly luck. So the last choice among them is made on further episodes.
 */
export class Keeper implements Part {
  /**
   * Whether a network is to be offered now. The loop says so, and the end of the offer takes it back. It is saved: work
   * that stops within an evaluation begins with it again when it goes on.
   */
  due = false;
  readonly #play: Play;
  readonly #config: Required<KeeperConfig>;
  readonly #rate: Rate;
  /** The best first; of two alike, the newer. */
  #contenders: readonly Contender[] = [];
  #spent: Spent = { steps: 0, longest: 1 };
  #latestMean: number | null = null;
  #latestRating: number | null = null;
  #confirmed = false;

  /** @param rate gives the value by which networks are ranked; by default their mean return */
  constructor(play: Play, config: KeeperConfig, rate: Rate = mean) {
    const { evaluationEpisodes, confirmationEpisodes = 0, stopReturn = null, evaluationShare = 1 } = config;
    this.#play = play;
    this.#config = { evaluationEpisodes, confirmationEpisodes, stopReturn, evaluationShare };
    this.#rate = rate;
  }

  /** The best network's parameters. @throws Error before the first offer */
  get kept(): Float32Array {
    return this.#best.parameters;
  }

  /** How the best network did in all its episodes. @throws Error before the first offer */
  get keptJudged(): Judged {
    return judged(this.#best, true);
  }

  /** The best network so far, for raw observations; undefined before the first offer. */
  best(place: Pick<ModelData, "environment" | "widths">): Model | undefined {
    return this.#contenders.length === 0 ? undefined : new Model({ ...place, parameters: this.kept });
  }

  /** The mean return in the last evaluation; null before the first offer. */
  get latestMean(): number | null {
    return this.#latestMean;
  }

  /** The value by which the latest network was ranked; null before the first offer. */
  get latestRating(): number | null {
    return this.#latestRating;
  }

  /** The steps that evaluations have taken. */
  get evaluationSteps(): number {
    return this.#spent.steps;
  }

  /** The length of their longest episode, in steps. */
  get longest(): number {
    return this.#spent.longest;
  }

  /** Steps that something else has taken from the budget. */
  charge(steps: number): void {
    this.#spent = { ...this.#spent, steps: this.#spent.steps + steps };
  }

  /** Whether the kept network has reached `stopReturn`, and further episodes have confirmed it. */
  get confirmed(): boolean {
    return this.#confirmed;
  }

  /** Whether the budget has room for an evaluation, and for so many episodes more. */
  affords(moment: Moment, more = 0): boolean {
    const { evaluationEpisodes, evaluationShare } = this.#config;
    const fewest = moment.episodes ?? Math.min(fewestEpisodes, evaluationEpisodes);
    return room(evaluationShare, this.#spent, moment) >= fewest + more;
  }

  /**
   * Plays the episodes of an evaluation with something that networks are compared with. The budget pays for them.
   * @returns its returns
   */
  async measure(
    play: (firstEpisode: number, episodes: number) => Steps<PlayedEpisodes>,
    pace: Pace,
    moment: Moment,
  ): Promise<readonly number[]> {
    const { evaluationEpisodes, evaluationShare } = this.#config;
    const plays: Play = (_, firstEpisode, episodes) => play(firstEpisode, episodes);
    const trial = new Trial(plays, pace, evaluationShare, moment, this.#spent);
    const { episodes = evaluationEpisodes } = moment;
    const { returns } = await trial.play({ parameters: new Float32Array(0), returns: [] }, episodes);
    this.#spent = trial.spent;
    return returns;
  }

  /**
   * Evaluates a network, and keeps it if it is the best.
   * @param moment where the training is; it may be left out where there is no budget and no last choice
   * @param favourite the parameters of a network that the last choice falls on unless another is clearly better
   */
  async offer(parameters: Float32Array, pace: Pace, moment = plainOffer, favourite?: Float32Array): Promise<Judged> {
    const { evaluationEpisodes, confirmationEpisodes, stopReturn, evaluationShare } = this.#config;
    const trial = new Trial(this.#play, pace, evaluationShare, moment, this.#spent);
    const others = confirmationEpisodes === 0 ? 0 : this.#contenders.length; // those that play on
    const rivals = others + (favourite === undefined ? 0 : 1);
    const fairShare = moment.last ? Math.ceil(trial.left / (rivals + 1)) : trial.left;
    const { episodes = evaluationEpisodes } = moment;
    let newest = await trial.play({ parameters, returns: [] }, Math.min(episodes, fairShare));
    let confirmed = false;
    if (stopReturn !== null && !moment.last) {
      const enough = evaluationEpisodes + confirmationEpisodes;
      newest = await trial.confirm(newest, stopReturn, enough);
      confirmed = newest.returns.length === enough && mean(newest.returns) >= stopReturn;
    }
    const best = confirmed ? [newest] : ranked([newest, ...this.#contenders], this.#rate);
    const stay = best.slice(0, confirmationEpisodes === 0 ? 1 : mostContenders);
    const beside = favourite === undefined ? undefined : { parameters: favourite, returns: [] };
    this.#contenders = moment.last ? [await trial.halve(stay, confirmationEpisodes, this.#rate, beside)] : stay;
    this.#confirmed = confirmed;
    this.#spent = trial.spent;
    this.#latestMean = mean(newest.returns);
    this.#latestRating = this.#rate(newest.returns);
    this.due = false;
    return judged(newest, this.kept === parameters);
  }

  save(): Saved {
    const returns = this.#contenders.map((contender) => contender.returns);
    const networks = this.#contenders.map(({ parameters }, i) => [`network${i}`, parameters]);
    return {
      state: { due: this.due, confirmed: this.#confirmed, latestMean: this.#latestMean, spent: this.#spent, returns },
      arrays: Object.fromEntries(networks),
    };
  }

  restore({ state, arrays }: Saved): void {
    const { due, confirmed, latestMean, spent, returns } = state as {
      due: boolean;
      confirmed: boolean;
      latestMean: number | null;
      spent: Spent;
      returns: readonly number[][];
    };
    if (!Array.isArray(returns)) throw new Error("its networks are missing");
    this.due = due === true;
    this.#confirmed = confirmed;
    this.#latestMean = latestMean;
    this.#spent = spent;
    this.#contenders = returns.map((of, i) => ({ parameters: arrays[`network${i}`] as Float32Array, returns: of }));
  }

  get #best(): Contender {
    if (this.#contenders.length === 0) throw new Error("no network has been offered yet");
    return this.#contenders[0];
  }
}

function judged({ returns }: Contender, best: boolean): Judged {
  return {
    episodes: returns.length,
    mean: mean(returns),
    std: standardDeviation(returns),
    min: Math.min(...returns),
    best,
  };
}
