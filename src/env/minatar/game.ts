// The interface between the rules of one MinAtar game and the environment around them.
import type { RandomSource } from "../env.js";

/** Rows and columns of every game's board. */
export const boardSize = 10;

/** The names of the six actions that every game takes, in order. */
export const actionNames = ["no-op", "left", "up", "right", "down", "fire"] as const;

/** The rules and the state of one game. The environment around it adds stickiness, seeding and the observation. */
export interface Game {
  /** Names of the channels, in the order of the observation. */
  readonly channels: readonly string[];
  /** The actions of the six that have an effect, in ascending order. */
  readonly minimalActions: readonly number[];
  /** Whether the game is over; false after a reset. */
  readonly terminated: boolean;
  /** Starts a game. */
  reset(random: RandomSource): void;
  /** Takes one of the six actions (stickiness is already applied) and gives the reward. */
  act(action: number, random: RandomSource): number;
  /** Writes the observation, shape (10, 10, channels), row-major. It is all zeros before. */
  draw(observation: Float32Array): void;
}
