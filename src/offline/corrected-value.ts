// The fitted values of a policy, corrected by how likely the logged actions were.
import type { Steps } from "../env/pauses.js";
import { type Corrected, doublyRobust, type Followed } from "./doubly-robust.js";
import type { LoggedEpisodes } from "./episodes.js";
import {
  afterLast,
  atRow,
  type Choices,
  episodesOf,
  type FittedValue,
  type Resample,
  type Target,
} from "./fitted-value.js";
import { Neighbours, type Query } from "./neighbours.js";

/** A doubly robust estimate, which can be made again on resamples of the log's episodes. */
export class CorrectedValue {
  readonly #fitted: FittedValue;
  readonly #target: Target;
  readonly #episodes: readonly (Followed & { readonly values: Float64Array })[];
  /** The states whose values are needed. None is judged by rows of its own episode. */
  readonly #judges: Neighbours;
  /** For each number of steps to go: which of the states are meant, in which episode and at which of its steps. */
  readonly #due: (readonly [query: number, episode: number, step: number])[][] = [];

  /** @param log with propensities */
  constructor(log: LoggedEpisodes, choices: Choices, target: Target, fitted: FittedValue) {
    this.#fitted = fitted;
    this.#target = target;
    const { starts, rewards } = log;
    const propensities = log.propensities!;
    const queries: Query[] = [];
    this.#episodes = Array.from({ length: starts.length - 1 }, (_, episode) => {
      const begin = starts[episode];
      const end = Math.min(starts[episode + 1], begin + target.horizon);
      let row = begin;
      while (row < end && log.actions[row] === choices.actions[row]) row++;
      for (let step = 0; step <= row - begin && step < target.horizon; step++) {
        const isAfter = begin + step === starts[episode + 1];
        if (isAfter && log.terminated[episode]) break;
        const query = isAfter ? afterLast(log, choices, episode) : atRow(log, choices, begin + step);
        const toGo = target.horizon - step;
        this.#due[toGo] ??= [];
        this.#due[toGo].push([queries.push({ ...query, except: episode }) - 1, episode, step]);
      }
      return {
        rewards: rewards.subarray(begin, row),
        propensities: propensities.subarray(begin, row),
        values: new Float64Array(row - begin + 1),
        left: row < end,
      };
    });
    this.#judges = new Neighbours(log, episodesOf(log), queries);
  }

  /** Finds what the states are like, before anything else is asked. */
  lookUp(): Steps<void> {
    return this.#judges.lookUp();
  }

  /** @param atLeast the number of effective episodes that a step's correction needs */
  *estimate(resample: Resample, atLeast: number): Steps<Corrected> {
    yield* this.#fitted.fit(resample, this.#judges, (toGo, judge) => {
      for (const [query, episode, step] of this.#due[toGo] ?? []) {
        this.#episodes[episode].values[step] = judge(this.#judges, query);
      }
    });
    return doublyRobust(this.#episodes, resample.counts, this.#target.gamma, atLeast);
  }
}
