// Fitted Q evaluation of a policy on a log, which can be done again on resamples of the log's episodes.
import { type Steps, stepper, within } from "../env/pauses.js";
import type { LoggedEpisodes } from "./episodes.js";
import { Neighbours, type Query } from "./neighbours.js";

/** What the policy does in the states of a log. */
export interface Choices {
  /** Shape (steps). */
  readonly actions: Uint32Array;
  /** Shape (episodes): at the last observations; anything where the episode terminated. */
  readonly lastActions: Uint32Array;
}

/** Which return is estimated. */
export interface Target {
  readonly gamma: number;
  readonly horizon: number;
}

/** A resample of the episodes. */
export interface Resample {
  /** Shape (episodes): how often each episode is there. */
  readonly counts: Uint32Array;
  /** Where nothing is known: whether each step would bring the largest reward of the log, or the least. */
  readonly hopeful: boolean;
}

/** Is told the values with so many steps to go. */
export type Listener = (toGo: number, judge: (neighbours: Neighbours, query: number) => number) => void;

/**
 * The values of a policy with 1, 2, … steps to go. The log is seen as places that lead to each other. A row leads to the
 * next row if there the log does what the policy would do, otherwise to a fork: a state in which the log went another
 * way. The value of a fork is made from the rows that are most like it and where the policy's action was taken.
 */
export class FittedValue {
  readonly #log: LoggedEpisodes;
  readonly #target: Target;
  readonly #episodeOf: Uint32Array;
  readonly #forks: Neighbours;
  /** Shape (steps): the place after each row. The places are the rows, then the forks, then the end. */
  readonly #after: Uint32Array;
  /** Shape (episodes): the place where the policy begins. */
  readonly #begin: Uint32Array;
  readonly #leastReward: number;
  readonly #mostReward: number;

  constructor(log: LoggedEpisodes, choices: Choices, target: Target) {
    const { starts, steps, actions, rewards } = log;
    const episodes = starts.length - 1;
    this.#log = log;
    this.#target = target;
    this.#episodeOf = episodesOf(log);
    this.#after = new Uint32Array(steps);
    this.#begin = new Uint32Array(episodes);
    this.#leastReward = rewards.reduce((a, b) => Math.min(a, b), 0);
    this.#mostReward = rewards.reduce((a, b) => Math.max(a, b), 0);
    const forks: Query[] = [];
    const fork = (query: Query) => steps + forks.push(query) - 1;
    const lastRows: number[] = []; // of episodes that terminated
    for (let episode = 0; episode < episodes; episode++) {
      let place = -1;
      if (log.terminated[episode]) lastRows.push(starts[episode + 1] - 1);
      else place = fork(afterLast(log, choices, episode));
      for (let row = starts[episode + 1] - 1; row >= starts[episode]; row--) {
        this.#after[row] = place;
        place = actions[row] === choices.actions[row] ? row : fork(atRow(log, choices, row));
      }
      this.#begin[episode] = place;
    }
    for (const row of lastRows) this.#after[row] = steps + forks.length;
    this.#forks = new Neighbours(log, this.#episodeOf, forks);
  }

  /** Finds what the forks are like, before anything else is asked. */
  lookUp(): Steps<void> {
    return this.#forks.lookUp();
  }

  /** The mean return of the policy from the first states of a resample on. */
  *mean(resample: Resample): Steps<number> {
    const values = yield* this.fit(resample);
    const { counts } = resample;
    let sum = 0;
    let episodes = 0;
    for (let episode = 0; episode < counts.length; episode++) {
      sum += counts[episode] * values[this.#begin[episode]];
      episodes += counts[episode];
    }
    return sum / episodes;
  }

  /**
   * Fits the values to a resample.
   * @param listener asks for other values, by neighbours of its own, which are weighed, too
   * @returns the values of all places with all steps to go
   */
  *fit({ counts, hopeful }: Resample, own?: Neighbours, listener?: Listener): Steps<Float64Array> {
    const { gamma, horizon } = this.#target;
    const { steps, rewards } = this.#log;
    const forks = this.#forks;
    const countOf = Uint32Array.from(this.#episodeOf, (episode) => counts[episode]);
    yield* within(forks.weigh(countOf), 0, 0);
    if (own) yield* within(own.weigh(countOf), 0, 0);
    const values = new Float64Array(steps + forks.queries + 1);
    let [least, most] = [0, 0];
    const judge = (neighbours: Neighbours, query: number) => {
      if (!neighbours.knows(query)) return hopeful ? most : least;
      // a line may lead to where no return can be
      return Math.max(least, Math.min(most, neighbours.value(query, values)));
    };
    const isTime = stepper();
    for (let toGo = 1; toGo <= horizon; toGo++) {
      // ascending: what a row leads to still has its value with one step less to go
      for (let row = 0; row < steps; row++) values[row] = rewards[row] + gamma * values[this.#after[row]];
      least = this.#leastReward + gamma * least;
      most = this.#mostReward + gamma * most;
      for (let fork = 0; fork < forks.queries; fork++) values[steps + fork] = judge(forks, fork);
      listener?.(toGo, judge);
      if (isTime()) yield toGo / horizon;
    }
    return values;
  }

  /**
   * How much the estimate takes from each episode in the whole log, shape (episodes): the sum of the weights of its
   * rows' rewards. A line beyond its neighbours gives some of them a weight below 0, whose size counts.
   */
  *shares(): Steps<Float64Array> {
    const { gamma, horizon } = this.#target;
    const { steps } = this.#log;
    const forks = this.#forks;
    yield* within(forks.weigh(new Uint32Array(steps).fill(1)), 0, 0);
    const amounts = new Float64Array(steps + forks.queries + 1);
    for (const place of this.#begin) amounts[place]++;
    const shares = new Float64Array(this.#begin.length);
    const isTime = stepper();
    for (let toGo = horizon; toGo > 0; toGo--) {
      for (let fork = 0; fork < forks.queries; fork++) {
        forks.spread(fork, amounts[steps + fork], amounts);
        amounts[steps + fork] = 0;
      }
      // descending: what a row leads to has already passed on its own amount
      for (let row = steps - 1; row >= 0; row--) {
        const amount = amounts[row];
        amounts[row] = 0;
        shares[this.#episodeOf[row]] += Math.abs(amount);
        amounts[this.#after[row]] += gamma * amount;
      }
      if (isTime()) yield 1 - toGo / horizon;
    }
    return shares;
  }
}

/** The state in a row, and what the policy does there. */
export function atRow(log: LoggedEpisodes, { actions }: Choices, row: number): Query {
  const size = log.observationSize;
  return { observation: log.observations.subarray(row * size, (row + 1) * size), action: actions[row] };
}

/** The state after an episode's last row, and what the policy does there. */
export function afterLast(log: LoggedEpisodes, { lastActions }: Choices, episode: number): Query {
  const size = log.observationSize;
  const observation = log.lastObservations.subarray(episode * size, (episode + 1) * size);
  return { observation, action: lastActions[episode] };
}

/** Shape (steps): the episode of each row. */
export function episodesOf({ starts, steps }: LoggedEpisodes): Uint32Array {
  const episodeOf = new Uint32Array(steps);
  for (let episode = 0; episode + 1 < starts.length; episode++) {
    episodeOf.fill(episode, starts[episode], starts[episode + 1]);
  }
  return episodeOf;
}
