// MinAtar's Breakout: break the bricks with a ball that must not pass the paddle.
import type { RandomSource } from "../env.js";
import { boardSize, type Game } from "./game.js";

const firstBrickRow = 1;
const lastBrickRow = 3;
const paddleRow = 9;

/**
 * The ball moves diagonally, one cell in each step. A broken brick gives reward 1. New bricks come when all are broken and
 * the ball reaches the paddle's row. The game ends if the ball does not meet the paddle there.
 */
export class Breakout implements Game {
  readonly channels = ["paddle", "ball", "trail", "brick"];
  readonly minimalActions = [0, 1, 3];
  terminated = false;
  /** 1 for each cell with a brick, shape (10, 10). */
  readonly #bricks = new Uint8Array(boardSize * boardSize);
  #brickCount = 0;
  #paddle = 0;
  #row = 0;
  #column = 0;
  /** 1 down or right, −1 up or left. */
  #rowStep = 1;
  #columnStep = 1;
  /** The ball's previous cell. */
  #trail = 0;
  /** Whether the last step broke a brick. If so, the ball passes through the next one. */
  #struck = false;

  reset(random: RandomSource): void {
    const right = random.integers(0, 2) === 1;
    this.#paddle = 4;
    this.#row = lastBrickRow;
    this.#column = right ? boardSize - 1 : 0;
    this.#rowStep = 1;
    this.#columnStep = right ? -1 : 1;
    this.#trail = this.#row * boardSize + this.#column;
    this.#struck = false;
    this.terminated = false;
    this.#layBricks();
  }

  act(action: number): number {
    if (action === 1) this.#paddle = Math.max(0, this.#paddle - 1);
    else if (action === 3) this.#paddle = Math.min(boardSize - 1, this.#paddle + 1);

    const oldColumn = this.#column;
    this.#trail = this.#row * boardSize + oldColumn;
    let column = oldColumn + this.#columnStep;
    if (column < 0 || column >= boardSize) {
      column = oldColumn;
      this.#columnStep = -this.#columnStep;
    }
    this.#column = column;

    // If something turns the ball, it stays in its row for this step.
    const row = this.#row + this.#rowStep;
    const cell = row * boardSize + column;
    let reward = 0;
    let turned = row < 0;
    let struck = false;
    if (row >= 0 && this.#bricks[cell] === 1 && !this.#struck) {
      this.#bricks[cell] = 0;
      this.#brickCount--;
      reward = 1;
      turned = true;
      struck = true;
    } else if (row === paddleRow) {
      if (this.#brickCount === 0) this.#layBricks();
      if (oldColumn === this.#paddle) {
        turned = true;
      } else if (column === this.#paddle) {
        // At the paddle's edge, the ball goes back in the direction that it came from.
        this.#columnStep = -this.#columnStep;
        turned = true;
      } else {
        this.terminated = true;
      }
    }
    this.#struck = struck;
    if (turned) this.#rowStep = -this.#rowStep;
    else this.#row = row;
    return reward;
  }

  draw(observation: Float32Array): void {
    const channels = this.channels.length;
    observation[(paddleRow * boardSize + this.#paddle) * channels] = 1;
    observation[(this.#row * boardSize + this.#column) * channels + 1] = 1;
    observation[this.#trail * channels + 2] = 1;
    for (let cell = firstBrickRow * boardSize; cell < (lastBrickRow + 1) * boardSize; cell++) {
      observation[cell * channels + 3] = this.#bricks[cell];
    }
  }

  #layBricks(): void {
    this.#bricks.fill(1, firstBrickRow * boardSize, (lastBrickRow + 1) * boardSize);
    this.#brickCount = (lastBrickRow + 1 - firstBrickRow) * boardSize;
  }
}
