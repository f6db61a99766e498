// MinAtar's Freeway: cross a road of eight lanes as often as time allows.
import type { RandomSource } from "../env.js";
import { boardSize, type Game } from "./game.js";

/** Cars drive in rows 1 to 8. */
const laneCount = 8;
const chickenColumn = 4;
const bottomRow = 9;
/** Steps from one move of the chicken to its next. */
const chickenPace = 3;
const stepLimit = 2501;
const slowest = 5;

/**
 * The chicken moves up and down. At the top it gives reward 1 and starts again from the bottom, among cars that have drawn
 * new speeds; a car sends it back there too. The game ends after 2,501 steps.
 */
export class Freeway implements Game {
  readonly channels = ["chicken", "car", "speed 1", "speed 2", "speed 3", "speed 4", "speed 5"];
  readonly minimalActions = [0, 2, 4];
  terminated = false;
  #steps = 0;
  #chicken = bottomRow;
  /** Steps until the chicken can move. */
  #chickenWait = 0;
  /** Of each lane's car, shape (8): its column, 1 to the right or −1 to the left, its pace and the steps until it moves. */
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
      // The car's speed is seen in the cell behind it.
      const behind = around(this.#column[lane] - this.#direction[lane]);
      observation[(row + behind) * channels + 1 + this.#pace[lane]] = 1;
    }
  }

  #drawSpeeds(random: RandomSource): void {
    for (let lane = 0; lane < laneCount; lane++) this.#pace[lane] = random.integers(1, slowest + 1);
    for (let lane = 0; lane < laneCount; lane++) this.#direction[lane] = random.random() < 0.5 ? -1 : 1;
    this.#wait.set(this.#pace);
  }

  /** A car where the chicken is sends it back to the bottom. */
  #meet(lane: number): void {
    if (this.#chicken === lane + 1 && this.#column[lane] === chickenColumn) this.#chicken = bottomRow;
  }
}

/** A column beside the board, where the road comes in on its other side. */
function around(column: number): number {
  return (column + boardSize) % boardSize;
}
