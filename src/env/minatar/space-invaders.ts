// MinAtar's Space Invaders: shoot the aliens before they or their bullets reach the cannon.
import { boardSize, type Game } from "./game.js";

const bottomRow = boardSize - 1;
/** A wave has 4 rows of 6 aliens. It starts in columns 2 to 7. */
const waveRows = 4;
const waveColumns = 6;
const firstColumn = 2;
/** Steps between two moves of the first wave while it is complete. */
const firstMovePace = 12;
/** Steps between two shots of the aliens, and the smallest number of steps between two shots of the cannon. */
const alienShotPace = 10;
const cannonShotPace = 5;

/**
 * An alien that is shot gives reward 1. When all of a wave are shot, a faster wave comes. A wave also gets faster when few of
 * it are left. The aliens move sideways, and down at an edge. The one nearest to the cannon shoots. The game ends if an alien
 * or a bullet meets the cannon, or if the aliens leave the board.
 */
export class SpaceInvaders implements Game {
  readonly channels = ["cannon", "alien", "alien left", "alien right", "friendly bullet", "enemy bullet"];
  readonly minimalActions = [0, 1, 3, 5];
  terminated = false;
  #cannon = 0;
  /** 1 for each cell with an alien, or with a bullet; shape (10, 10) each. */
  readonly #aliens = new Uint8Array(boardSize * boardSize);
  readonly #friendlyBullets = new Uint8Array(boardSize * boardSize);
  readonly #enemyBullets = new Uint8Array(boardSize * boardSize);
  #alienCount = 0;
  /** 1 to the right, −1 to the left. */
  #direction = -1;
  #movePace = firstMovePace;
  /** Steps until the aliens move, until they shoot, and until the cannon can shoot. */
  #moveWait = 0;
  #alienShotWait = 0;
  #cannonShotWait = 0;

  reset(): void {
    this.#cannon = boardSize / 2;
    this.#friendlyBullets.fill(0);
    this.#enemyBullets.fill(0);
    this.#direction = -1;
    this.#movePace = firstMovePace;
    this.#moveWait = firstMovePace;
    this.#alienShotWait = alienShotPace;
    this.#cannonShotWait = 0;
    this.terminated = false;
    this.#sendWave();
  }

  act(action: number): number {
    const aliens = this.#aliens;
    if (action === 1) {
      this.#cannon = Math.max(0, this.#cannon - 1);
    } else if (action === 3) {
      this.#cannon = Math.min(boardSize - 1, this.#cannon + 1);
    } else if (action === 5 && this.#cannonShotWait === 0) {
      this.#friendlyBullets[bottomRow * boardSize + this.#cannon] = 1;
      this.#cannonShotWait = cannonShotPace;
    }
    const cannonCell = bottomRow * boardSize + this.#cannon;

    this.#friendlyBullets.copyWithin(0, boardSize);
    this.#friendlyBullets.fill(0, bottomRow * boardSize);
    this.#enemyBullets.copyWithin(boardSize, 0);
    this.#enemyBullets.fill(0, 0, boardSize);
    if (this.#enemyBullets[cannonCell] === 1) this.terminated = true;
    if (aliens[cannonCell] === 1) this.terminated = true;

    if (this.#moveWait === 0) {
      this.#moveWait = Math.min(this.#alienCount, this.#movePace);
      this.#moveAliens();
      if (aliens[cannonCell] === 1) this.terminated = true;
    }
    if (this.#alienShotWait === 0) {
      this.#alienShotWait = alienShotPace;
      this.#enemyBullets[this.#shooter()] = 1;
    }

    let reward = 0;
    for (let cell = 0; cell < aliens.length; cell++) {
      if ((aliens[cell] & this.#friendlyBullets[cell]) === 0) continue;
      aliens[cell] = 0;
      this.#friendlyBullets[cell] = 0;
      reward++;
    }
    this.#alienCount -= reward;

    if (this.#cannonShotWait > 0) this.#cannonShotWait--;
    this.#moveWait--;
    this.#alienShotWait--;
    if (this.#alienCount === 0) {
      if (this.#movePace > 1) this.#movePace--;
      this.#sendWave();
    }
    return reward;
  }

  draw(observation: Float32Array): void {
    const channels = this.channels.length;
    const direction = this.#direction < 0 ? 2 : 3;
    observation[(bottomRow * boardSize + this.#cannon) * channels] = 1;
    for (let cell = 0; cell < this.#aliens.length; cell++) {
      const first = cell * channels;
      observation[first + 1] = this.#aliens[cell];
      observation[first + direction] = this.#aliens[cell];
      observation[first + 4] = this.#friendlyBullets[cell];
      observation[first + 5] = this.#enemyBullets[cell];
    }
  }

  #sendWave(): void {
    this.#aliens.fill(0);
    for (let row = 0; row < waveRows; row++) {
      const first = row * boardSize + firstColumn;
      this.#aliens.fill(1, first, first + waveColumns);
    }
    this.#alienCount = waveRows * waveColumns;
  }

  /** All aliens move one cell in their direction. At the board's edge they move one cell down instead, and turn. */
  #moveAliens(): void {
    const aliens = this.#aliens;
    const edge = this.#direction < 0 ? 0 : boardSize - 1;
    let atEdge = false;
    for (let row = 0; row < boardSize; row++) if (aliens[row * boardSize + edge] === 1) atEdge = true;
    if (!atEdge) {
      // Only the column at the edge would move into a neighbouring row, and it is empty.
      if (this.#direction < 0) aliens.copyWithin(0, 1).fill(0, aliens.length - 1);
      else aliens.copyWithin(1, 0).fill(0, 0, 1);
      return;
    }
    this.#direction = -this.#direction;
    if (aliens.indexOf(1, bottomRow * boardSize) >= 0) {
      this.terminated = true;
      return;
    }
    aliens.copyWithin(boardSize, 0);
    aliens.fill(0, 0, boardSize);
  }

  /** The lowest alien of the column nearest to the cannon. */
  #shooter(): number {
    for (let distance = 0; distance < boardSize; distance++) {
      for (let side = -1; side <= 1; side += 2) {
        const column = this.#cannon + side * distance;
        if (column < 0 || column >= boardSize) continue;
        for (let cell = bottomRow * boardSize + column; cell >= 0; cell -= boardSize) {
          if (this.#aliens[cell] === 1) return cell;
        }
      }
    }
    return -1;
  }
}
