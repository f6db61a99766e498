// MinAtar's Asterix: collect the gold that crosses the board, and keep away from the enemies.
import type { RandomSource } from "../env.js";
import { boardSize, type Game } from "./game.js";

/** Gold and enemies cross in rows 1 to 8. Each row holds at most one of them. */
const laneCount = 8;
const goldShare = 1 / 3;
/** At the start: steps between two arrivals, and steps between two moves of what has arrived. */
const firstSpawnPace = 10;
const firstMovePace = 5;
/** Steps between two increases of the difficulty. */
const rampPace = 101;

/** Gold gives reward 1. An enemy ends the game. Over time both arrive more often and move more often. */
export class Asterix implements Game {
  readonly channels = ["player", "enemy", "trail", "gold"];
  readonly minimalActions = [0, 1, 2, 3, 4];
  terminated = false;
  #row = 5;
  #column = 5;
  /** For each lane, shape (8): whether it holds anything, its column, its direction, and whether it is gold. */
  readonly #present = new Uint8Array(laneCount);
  readonly #at = new Int32Array(laneCount);
  /** 1 to the right, −1 to the left. */
  readonly #direction = new Int32Array(laneCount);
  readonly #gold = new Uint8Array(laneCount);
  #spawnPace = firstSpawnPace;
  #movePace = firstMovePace;
  /** Steps until the next arrival, the next move and the next increase of the difficulty. */
  #spawnWait = 0;
  #moveWait = 0;
  #rampWait = 0;
  #ramps = 0;

  reset(): void {
    this.#row = 5;
    this.#column = 5;
    this.#present.fill(0);
    this.#spawnPace = firstSpawnPace;
    this.#movePace = firstMovePace;
    this.#spawnWait = firstSpawnPace;
    this.#moveWait = firstMovePace;
    this.#rampWait = rampPace;
    this.#ramps = 0;
    this.terminated = false;
  }

  act(action: number, random: RandomSource): number {
    if (this.#spawnWait === 0) {
      this.#spawn(random);
      this.#spawnWait = this.#spawnPace;
    }
    if (action === 1) this.#column = Math.max(0, this.#column - 1);
    else if (action === 2) this.#row = Math.max(1, this.#row - 1);
    else if (action === 3) this.#column = Math.min(boardSize - 1, this.#column + 1);
    else if (action === 4) this.#row = Math.min(laneCount, this.#row + 1);

    let reward = this.#meet();
    if (this.#moveWait === 0) {
      this.#moveWait = this.#movePace;
      for (let lane = 0; lane < laneCount; lane++) {
        this.#at[lane] += this.#direction[lane];
        if (this.#at[lane] < 0 || this.#at[lane] >= boardSize) this.#present[lane] = 0;
      }
      reward += this.#meet();
    }
    this.#spawnWait--;
    this.#moveWait--;
    this.#ramp();
    return reward;
  }

  draw(observation: Float32Array): void {
    const channels = this.channels.length;
    observation[(this.#row * boardSize + this.#column) * channels] = 1;
    for (let lane = 0; lane < laneCount; lane++) {
      if (this.#present[lane] === 0) continue;
      const row = (lane + 1) * boardSize;
      observation[(row + this.#at[lane]) * channels + (this.#gold[lane] === 1 ? 3 : 1)] = 1;
      const behind = this.#at[lane] - this.#direction[lane];
      if (behind >= 0 && behind < boardSize) observation[(row + behind) * channels + 2] = 1;
    }
  }

  /** Gold or an enemy enters a free lane from one side. */
  #spawn(random: RandomSource): void {
    const right = random.random() < 0.5;
    const gold = random.random() < goldShare;
    let free = 0;
    for (let lane = 0; lane < laneCount; lane++) free += 1 - this.#present[lane];
    if (free === 0) return;
    let lane = 0;
    for (let left = random.integers(0, free); left > 0 || this.#present[lane] === 1; lane++) {
      if (this.#present[lane] === 0) left--;
    }
    this.#present[lane] = 1;
    this.#at[lane] = right ? 0 : boardSize - 1;
    this.#direction[lane] = right ? 1 : -1;
    this.#gold[lane] = gold ? 1 : 0;
  }

  /** What is in the player's cell: takes gold, or ends the game at an enemy. Gives the reward. */
  #meet(): number {
    const lane = this.#row - 1;
    if (this.#present[lane] === 0 || this.#at[lane] !== this.#column) return 0;
    if (this.#gold[lane] === 0) {
      this.terminated = true;
      return 0;
    }
    this.#present[lane] = 0;
    return 1;
  }

  /**
   * At every increase of the difficulty, there is one step less between two arrivals. At every second increase, there is
   * also one step less between two moves.
   */
  #ramp(): void {
    if (this.#rampWait > 0) {
      this.#rampWait--;
      return;
    }
    this.#rampWait = rampPace;
    if (this.#movePace > 1 && this.#ramps % 2 === 1) this.#movePace--;
    if (this.#spawnPace > 1) this.#spawnPace--;
    this.#ramps++;
  }
}
