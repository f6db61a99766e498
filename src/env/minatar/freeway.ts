// MinAtar's Freeway: cross a road of eight lanes as often as possible in the given time.
import type { RandomSource } from "../env.js";
import { boardSize, type Game } from "./game.js";

/** Cars drive in rows 1 to 8. */
const laneCount = 8;
const chickenColumn = 4;
const bottomRow = 9;
/** Steps from one move of the chicken to the next. */
const chickenPace = 3;
const stepLimit = 2501;
const slowest = 5;

/**
 * The chicken moves up and down. At the top it gives reward 1 and starts again from the bottom, and all cars get new random
 * speeds. A car that meets the chicken also sends it back to the bottom. The game ends after 2,501 steps.
 */
export class Freeway implements Game {
  readonly channels = ["chicken", "car", "speed 1", "speed 2", "speed 3", "speed 4", "speed 5"];
  readonly minimalActions = [0, 2, 4];
  terminated = false;
  #steps = 0;
  #chicken = bottomRow;
  /** Steps until the chicken can move. */
  #chickenWait = 0;
  /**
   * For each lane's car, shape (8): its column, its direction (1 to the right, −1 to the left), its pace and the steps until
   * it moves.
   */
  readonly #column = new Int32Array(laneCount);
  readonly #direction = new Int32Array(laneCount);
  readonly #pace = new Int32Array(laneCount);
  readonly #wait = new Int32Array(laneCount);

  reset(random: RandomSource): void {
    this.#steps = 0;
    this.#chicken = bottomRow;
    this.#chickenWait = chickenPace;
    this.#column.fill(0);
    this.#drawSpeeds(random);
    this.terminated = false;
  }

  act(action: number, random: RandomSource): number {
    if (this.#chickenWait === 0 && (action === 2 || action === 4)) {
      this.#chicken = action === 2 ? this.#chicken - 1 : Math.min(bottomRow, this.#chicken + 1);
      this.#chickenWait = chickenPace;
    }
    let reward = 0;
    if (this.#chicken === 0) {
      reward = 1;
      this.#chicken = bottomRow;
      this.#drawSpeeds(random);
    }
    for (let lane = 0; lane < laneCount; lane++) {
      this.#meet(lane);
      if (this.#wait[lane] === 0) {
        this.#wait[lane] = this.#pace[lane];
        this.#column[lane] = around(this.#column[lane] + this.#direction[lane]);
        this.#meet(lane);
      } else {
        this.#wait[lane]--;
      }
    }
    if (this.#chickenWait > 0) this.#chickenWait--;
    this.#steps++;
    this.terminated = this.#steps === stepLimit;
    return reward;
  }

  draw(observation: Float32Array): void {
    const channels = this.channels.length;
    observation[(this.#chicken * boardSize + chickenColumn) * channels] = 1;
    for (let lane = 0; lane < laneCount; lane++) {
      const row = (lane + 1) * boardSize;
      observation[(row + this.#column[lane]) * channels + 1] = 1;
      // The cell behind the car shows its speed.
      const behind = around(this.#column[lane] - this.#direction[lane]);
      observation[(row + behind) * channels + 1 + this.#pace[lane]] = 1;
    }
  }

  #drawSpeeds(random: RandomSource): void {
    for (let lane = 0; lane < laneCount; lane++) this.#pace[lane] = random.integers(1, slowest + 1);
    for (let lane = 0; lane < laneCount; lane++) this.#direction[lane] = random.random() < 0.5 ? -1 : 1;
    this.#wait.set(this.#pace);
  }

  /** If a car is in the chicken's cell, the chicken goes back to the bottom. */
  #meet(lane: number): void {
    if (this.#chicken === lane + 1 && this.#column[lane] === chickenColumn) this.#chicken = bottomRow;
  }
}

/** The same column, but a column just outside the board becomes the one at the other side. */
function around(column: number): number {
  return (column + boardSize) % boardSize;
}
