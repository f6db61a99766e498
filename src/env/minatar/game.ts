// What the rules of one MinAtar game are to the environment around them.
import type { RandomSource } from "../env.js";

/** Rows and columns of every game's board. */
export const boardSize = 10;

/** The six actions that every game takes, in order, by what they are called. */
export const actionNames = ["no-op", "left", "up", "right", "down", "fire"] as const;

/** One game's rules: the state is its own; the environment around it adds stickiness, seeding and the observation. */
export interface Game {
  /** Names of the channels, in the order of the observation. */
  readonly channels: readonly string[];
  /** Which of the six actions do something, ascending. */
  readonly minimalActions: readonly number[];
  /** Whether the game is over; false after a reset. */
  readonly terminated: boolean;
  /** Starts a game. */
  reset(random: RandomSource): void;
  /** Takes one of the six actions, after stickiness, and gives the reward. */
  act(action: number, random: RandomSource): number;
  /** Sets the cells of the observation (10, 10, channels), row-major, which is all zeros before. */
  draw(observation: Float32Array): void;
}
