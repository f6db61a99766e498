// What a training has seen of its environment: a few numbers, which every step adds to and a checkpoint holds.
import { assignState } from "./resumable.js";

/** From the lowest value to the highest; null before the first. */
export interface Span {
  lowest: number | null;
  highest: number | null;
}

/** Mean and variance of values that come one after another (Welford 1962). */
export interface Moments {
  count: number;
  mean: number;
  /** The sum of the squared distances from the mean. */
  squares: number;
}

/** What happened in the environment so far. */
export interface Seen {
  /** The steps, of all episodes. */
  steps: number;
  /** The rewards of steps after which the episode went on, and of those that ended it. */
  readonly inner: Span;
  readonly final: Span;
  /** The undiscounted returns of the episodes that have ended. */
  readonly returns: Span;
  /** How many have ended, their steps together, and the longest of them. */
  ended: number;
  endedSteps: number;
  longestEnded: number;
  /** The returns of those that ended while all actions were random. */
  readonly random: Moments;
}

/** Counts what happened. It allocates nothing at a step. */
export class Experience {
  readonly seen: Seen = {
    steps: 0,
    inner: { lowest: null, highest: null },
    final: { lowest: null, highest: null },
    returns: { lowest: null, highest: null },
    ended: 0,
    endedSteps: 0,
    longestEnded: 0,
    random: { count: 0, mean: 0, squares: 0 },
  };

  readonly #randomSteps: number;

  /** @param randomSteps so many of the first steps are uniformly random actions */
  constructor(randomSteps: number) {
    this.#randomSteps = randomSteps;
  }

  /** A step after which the episode goes on. */
  went(reward: number): void {
    this.seen.steps++;
    widen(this.seen.inner, reward);
  }

  /**
   * A step that ended an episode.
   * @param gained the episode's return
   * @param length its steps
   */
  ended(reward: number, gained: number, length: number): void {
    const { seen } = this;
    seen.steps++;
    widen(seen.final, reward);
    widen(seen.returns, gained);
    seen.ended++;
    seen.endedSteps += length;
    seen.longestEnded = Math.max(seen.longestEnded, length);
    if (seen.steps <= this.#randomSteps) add(seen.random, gained);
  }

  /** Takes back a copy of {@link seen}. @throws Error for anything else */
  restore(seen: object): void {
    assignState(this.seen, structuredClone(seen));
  }
}

function widen(span: Span, value: number): void {
  if (span.lowest === null || value < span.lowest) span.lowest = value;
  if (span.highest === null || value > span.highest) span.highest = value;
}

/** Adds a value. */
export function add(moments: Moments, value: number): void {
  const distance = value - moments.mean;
  moments.count++;
  moments.mean += distance / moments.count;
  moments.squares += distance * (value - moments.mean);
}
