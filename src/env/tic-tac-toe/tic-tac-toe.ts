// Tic-tac-toe against an opponent that plays at random, perfectly, or now one and then the other.
import { described, needObject } from "../../core/needed.js";
import type { Env, RandomSource, ResetOptions, StepResult } from "../env.js";
import { RandomEpisode, type RandomFrom } from "../episode.js";
import type { Scene } from "../scene.js";
import { allCells, bestMoves, type Cells, hasLine, nthOf, sizeOf } from "./board.js";
import { picture } from "./picture.js";

/** The names of the cells, row by row from the top left. */
export const cellNames: readonly string[] = [
  "top left",
  "top",
  "top right",
  "left",
  "centre",
  "right",
  "bottom left",
  "bottom",
  "bottom right",
];

/** The options of a game. */
export interface TicTacToeOptions {
  /** The id; "TicTacToe-v0" by default. */
  readonly id: string;
  /**
   * Probability that a move of the opponent is perfect: one of its best moves by full minimax, each as likely as the others.
   * Otherwise it is one of all free cells. 0 by default.
   */
  readonly skill: number;
}

/**
 * The agent is X, who begins, or O, each in half of the games. Reward 1 for a won game, −1 for a lost one, 0 for a draw and
 * for every move before the end. Only free cells are allowed. One step is a move of the agent and the opponent's answer.
 */
export class TicTacToe implements Env {
  readonly id: string;
  readonly observationSize = 9;
  readonly actionCount = 9;
  /** Never reached: every game ends by the rules. */
  readonly maxEpisodeSteps = 9;
  readonly featureNames = cellNames;
  readonly actionNames = cellNames;
  readonly actionMask = new Uint8Array(9);
  readonly #skill: number;
  readonly #episode: RandomEpisode;
  #random!: RandomSource;
  #own: Cells = 0;
  #other: Cells = 0;
  #isX = true;

  /** @throws TypeError for an id that is no text, RangeError if skill is not a number from 0 to 1 */
  constructor(options: Partial<TicTacToeOptions> = {}, randomFrom?: RandomFrom) {
    needObject("options", options);
    const { id = "TicTacToe-v0", skill = 0 } = options;
    if (typeof id !== "string" || id === "") throw new TypeError(`TicTacToe: id is ${described(id)}: text is needed`);
    if (typeof skill !== "number" || !(skill >= 0 && skill <= 1)) {
      throw new RangeError(`${id}: skill ${described(skill)} is not allowed: a number from 0 to 1`);
    }
    this.id = id;
    this.#skill = skill;
    this.#episode = new RandomEpisode(this, randomFrom);
  }

  reset(options?: ResetOptions): Float32Array {
    this.#random = this.#episode.startWithDraws(options);
    this.#own = 0;
    this.#other = 0;
    this.#isX = this.#random.integers(0, 2) === 0;
    if (!this.#isX) this.#answer();
    return this.#see();
  }

  step(action: number): StepResult {
    this.#episode.take(action, this.actionMask);
    this.#own |= 1 << action;
    const won = hasLine(this.#own);
    if (!won && !this.#isFull) this.#answer();
    const lost = !won && hasLine(this.#other);
    this.#see();
    return this.#episode.finish(won ? 1 : lost ? -1 : 0, won || lost || this.#isFull);
  }

  render(): Scene {
    return picture(this.#own, this.#other, this.#isX);
  }

  get #isFull(): boolean {
    return (this.#own | this.#other) === allCells;
  }

  /** The opponent's move. */
  #answer(): void {
    const random = this.#random;
    const isPerfect = random.random() < this.#skill;
    const among = isPerfect ? bestMoves(this.#other, this.#own) : allCells & ~(this.#own | this.#other);
    this.#other |= 1 << nthOf(among, random.choice(sizeOf(among)));
  }

  #see(): Float32Array {
    return see(this.#own, this.#other, this.#episode.result.observation, this.actionMask);
  }
}

/**
 * Writes what the agent sees: 1 for its own cells, −1 for the opponent's, 0 for free ones, shape (9). The mask is 1 for
 * free cells, shape (9).
 */
export function see(own: Cells, other: Cells, observation: Float32Array, mask: Uint8Array): Float32Array {
  for (let cell = 0; cell < 9; cell++) {
    const isOwn = (own >> cell) & 1;
    const isOther = (other >> cell) & 1;
    observation[cell] = isOwn - isOther;
    mask[cell] = 1 - isOwn - isOther;
  }
  return observation;
}
