// A trial: networks play selection episodes within a budget, and the best of them is found.
import type { Steps } from "../env/pauses.js";
import { mean, standardDeviation, sum } from "../evaluate/statistics.js";
import { type Moment, room, type Spent } from "./budget.js";

/** What selection episodes gave. */
export interface PlayedEpisodes {
  readonly returns: ArrayLike<number>;
  /** Their lengths in steps; absent if they have no steps. */
  readonly lengths?: ArrayLike<number>;
}

/**
 * Plays selection episodes with a network.
 * @param parameters for raw observations
 * @param firstEpisode the number of the first episode
 */
export type Play = (parameters: Float32Array, firstEpisode: number, episodes: number) => Steps<PlayedEpisodes>;

/** Does the steps of an evaluation, with pauses. */
export type Pace = <Result>(steps: Steps<Result>) => Promise<Result>;

/** A network that may be kept, and its returns on the first selection episodes. */
export interface Contender {
  readonly parameters: Float32Array;
  readonly returns: readonly number[];
}

/** The value of a network that had these returns on the first selection episodes. */
export type Rate = (returns: readonly number[]) => number;

/** The episodes that the last choice may play even if the budget has no room for them. */
const fewestInLastChoice = 20;

/** Plays episodes within a budget. It changes no contender: work that stops within a trial begins with it again. */
export class Trial {
  readonly #play: Play;
  readonly #pace: Pace;
  readonly #share: number;
  readonly #moment: Moment;
  #spent: Spent;
  #played = 0;

  constructor(play: Play, pace: Pace, share: number, moment: Moment, spent: Spent) {
    this.#play = play;
    this.#pace = pace;
    this.#share = share;
    this.#moment = moment;
    this.#spent = spent;
  }

  /** What evaluations have taken, this trial among them. */
  get spent(): Spent {
    return this.#spent;
  }

  /** The number of episodes that may still be played. */
  get left(): number {
    const inAnyCase = this.#moment.last ? fewestInLastChoice - this.#played : 0;
    return Math.max(inAnyCase, room(this.#share, this.#spent, this.#moment));
  }

  /**
   * The contender after so many more episodes, or after fewer if the budget ends. Its episodes may be longer than those
   * of all before. So with a budget they are played in parts: one, one, two, four, and so on.
   */
  async play({ parameters, returns }: Contender, episodes: number): Promise<Contender> {
    const all = [...returns];
    for (let more = episodes; more > 0 && this.left > 0; ) {
      const part = this.#share === 1 ? more : Math.min(more, this.left, Math.max(1, this.#played));
      const played = await this.#pace(this.#play(parameters, all.length, part));
      this.#count(part, played.lengths);
      all.push(...Array.from(played.returns));
      more -= part;
    }
    return { parameters, returns: all };
  }

  /**
   * A contender plays further episodes while its mean return is at least `goal`, twice as many each time.
   * @param episodes all its episodes in the end
   */
  async confirm(contender: Contender, goal: number, episodes: number): Promise<Contender> {
    let { returns } = contender;
    let confirming = contender;
    while (mean(returns) >= goal && returns.length < episodes && this.left > 0) {
      const more = Math.min(returns.length, episodes - returns.length, this.left);
      confirming = await this.play(confirming, more);
      returns = confirming.returns;
    }
    return confirming;
  }

  /**
   * The best of the contenders, by sequential halving (Karnin, Koren & Somekh 2013): in each round those play that have
   * played least, until all have played alike or the round's episodes are over; then the worse half is out.
   * @param episodes the most of a round, for all contenders together
   * @param rate gives the value by which they are ranked
   * @param favourite is never out, and is chosen unless the best of the others is better by more than one standard error
   * of the difference between their returns in the same episodes
   */
  async halve(
    contenders: readonly Contender[],
    episodes: number,
    rate: Rate,
    favourite?: Contender,
  ): Promise<Contender> {
    let first = favourite === undefined ? [] : [favourite];
    let still = contenders;
    for (let rounds = halvings(first.length + still.length); rounds > 0; rounds--) {
      const after = await this.#level([...first, ...still], Math.min(episodes, Math.floor(this.left / rounds)));
      first = after.slice(0, first.length);
      still = ranked(after.slice(first.length), rate).slice(0, Math.ceil(still.length / 2));
    }
    return first.length === 0 || clearlyBetter(still[0], first[0]) ? still[0] : first[0];
  }

  /** So many episodes more for those that have played least, until all have played alike. */
  async #level(contenders: readonly Contender[], episodes: number): Promise<Contender[]> {
    const more = levelled(
      contenders.map(({ returns }) => returns.length),
      episodes,
    );
    const after: Contender[] = [];
    for (const [i, contender] of contenders.entries()) after.push(await this.play(contender, more[i]));
    return after;
  }

  #count(episodes: number, lengths: ArrayLike<number> = []): void {
    const { steps, longest } = this.#spent;
    this.#spent = { steps: steps + sum(lengths), longest: Math.max(longest, ...Array.from(lengths)) };
    this.#played += episodes;
  }
}

/** By their ratings, the best first; those that are alike stay in their order. */
export function ranked(contenders: readonly Contender[], rate: Rate): Contender[] {
  return contenders
    .map((contender) => ({ contender, rating: rate(contender.returns) }))
    .sort((a, b) => b.rating - a.rating)
    .map(({ contender }) => contender);
}

/** Whether one is better than another by more than the standard error, on the episodes that both have played. */
function clearlyBetter(one: Contender, other: Contender): boolean {
  const both = Math.min(one.returns.length, other.returns.length);
  const gains = Array.from({ length: both }, (_, i) => one.returns[i] - other.returns[i]);
  return mean(gains) > standardDeviation(gains) / Math.sqrt(both);
}

/** How often a number can be halved, rounded up, until it is 1. */
function halvings(count: number): number {
  return 32 - Math.clz32(count - 1);
}

/** So many episodes, given one after another to whoever has the fewest then. @param had what each has had */
export function levelled(had: readonly number[], episodes: number): number[] {
  const counts = [...had];
  for (let i = 0; i < episodes; i++) counts[counts.indexOf(Math.min(...counts))]++;
  return counts.map((count, i) => count - had[i]);
}
