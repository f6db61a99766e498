// MinAtar's Seaquest: a submarine shoots fish and enemy submarines, rescues divers, and must surface before its oxygen ends.
import type { RandomSource } from "../env.js";
import { boardSize, type Game } from "./game.js";

/** Row 0 is the surface. Rows 1 to 8 are under water. Row 9 holds the gauges. */
const deepestRow = 8;
const gaugeRow = 9;
const oxygenLimit = 200;
const diverLimit = 6;
const submarineShare = 1 / 3;
const firstEnemyPace = 20;
const diverPace = 30;
const firstMovePace = 5;
const diverMovePace = 5;
const shotPace = 5;
const enemyShotPace = 10;

/**
 * A fish or an enemy submarine that is shot gives reward 1. Surfacing with six divers gives 1 for each full tenth of the oxygen
 * that is left. Surfacing fills the oxygen and costs one diver. It also makes enemies arrive more often and, at every second
 * time, move faster. The game ends if an enemy or its bullet meets the submarine, if it surfaces without a diver, and if the
 * oxygen ends.
 */
export class Seaquest implements Game {
  readonly channels = [
    "submarine front",
    "submarine back",
    "friendly bullet",
    "trail",
    "enemy bullet",
    "enemy fish",
    "enemy submarine",
    "oxygen gauge",
    "diver gauge",
    "diver",
  ];
  readonly minimalActions = [0, 1, 2, 3, 4, 5];
  terminated = false;
  #row = 0;
  #column = 0;
  /** 1 to the right, −1 to the left. */
  #direction = -1;
  readonly #bullets = new Shoal();
  readonly #enemyBullets = new Shoal();
  readonly #fish = new Shoal();
  readonly #submarines = new Shoal();
  readonly #divers = new Shoal();
  #oxygen = oxygenLimit;
  /** Divers on board. When all six leave, the count becomes −1 and not 0, as in the reference. */
  #diverCount = 0;
  #surfaced = true;
  #enemyPace = firstEnemyPace;
  #movePace = firstMovePace;
  #ramps = 0;
  /** Steps until the next enemy and the next diver, and until the submarine can shoot. */
  #enemyWait = 0;
  #diverWait = 0;
  #shotWait = 0;

  reset(): void {
    this.#row = 0;
    this.#column = boardSize / 2;
    this.#direction = -1;
    this.#bullets.count = 0;
    this.#enemyBullets.count = 0;
    this.#fish.count = 0;
    this.#submarines.count = 0;
    this.#divers.count = 0;
    this.#oxygen = oxygenLimit;
    this.#diverCount = 0;
    this.#surfaced = true;
    this.#enemyPace = firstEnemyPace;
    this.#movePace = firstMovePace;
    this.#ramps = 0;
    this.#enemyWait = firstEnemyPace;
    this.#diverWait = diverPace;
    this.#shotWait = 0;
    this.terminated = false;
  }

  act(action: number, random: RandomSource): number {
    if (this.#enemyWait === 0) {
      this.#sendEnemy(random);
      this.#enemyWait = this.#enemyPace;
    }
    if (this.#diverWait === 0) {
      const right = random.random() < 0.5;
      this.#divers.add(random.integers(1, deepestRow + 1), right, diverMovePace);
      this.#diverWait = diverPace;
    }

    if (action === 5 && this.#shotWait === 0) {
      this.#bullets.addAt(this.#column, this.#row, this.#direction);
      this.#shotWait = shotPace;
    } else if (action === 1) {
      this.#column = Math.max(0, this.#column - 1);
      this.#direction = -1;
    } else if (action === 3) {
      this.#column = Math.min(boardSize - 1, this.#column + 1);
      this.#direction = 1;
    } else if (action === 2) {
      this.#row = Math.max(0, this.#row - 1);
    } else if (action === 4) {
      this.#row = Math.min(deepestRow, this.#row + 1);
    }

    let reward = this.#moveBullets();
    this.#moveDivers();
    reward += this.#moveEnemies(this.#submarines);
    this.#moveEnemyBullets();
    reward += this.#moveEnemies(this.#fish);

    this.#enemyWait--;
    this.#diverWait--;
    if (this.#shotWait > 0) this.#shotWait--;
    return reward + this.#breathe();
  }

  draw(observation: Float32Array): void {
    const channels = this.channels.length;
    const here = this.#row * boardSize + this.#column;
    observation[here * channels] = 1;
    observation[(here - this.#direction) * channels + 1] = 1;
    const gauges = gaugeRow * boardSize;
    const oxygen = Math.floor((this.#oxygen * 10) / oxygenLimit);
    for (let i = 0; i < oxygen; i++) observation[(gauges + i) * channels + 7] = 1;
    for (let i = 0; i < this.#diverCount; i++) observation[(gauges + boardSize - 2 - i) * channels + 8] = 1;
    this.#bullets.draw(observation, channels, 2, -1);
    this.#enemyBullets.draw(observation, channels, 4, -1);
    this.#fish.draw(observation, channels, 5, 3);
    this.#submarines.draw(observation, channels, 6, 3);
    this.#divers.draw(observation, channels, 9, 3);
  }

  /** A fish or an enemy submarine enters from one side, unless its row has another one that moves in the opposite direction. */
  #sendEnemy(random: RandomSource): void {
    const right = random.random() < 0.5;
    const enemies = random.random() < submarineShare ? this.#submarines : this.#fish;
    const row = random.integers(1, deepestRow + 1);
    const against = right ? -1 : 1;
    if (this.#fish.goes(row, against) || this.#submarines.goes(row, against)) return;
    enemies.add(row, right, this.#movePace, enemyShotPace);
  }

  #moveBullets(): number {
    const bullets = this.#bullets;
    let reward = 0;
    for (let i = bullets.count - 1; i >= 0; i--) {
      bullets.advance(i);
      if (bullets.isOut(i)) bullets.remove(i);
      else if (bullets.meet(i, this.#fish) || bullets.meet(i, this.#submarines)) reward++;
    }
    return reward;
  }

  /** A diver in the cell of the submarine's front comes on board if there is room. */
  #moveDivers(): void {
    const divers = this.#divers;
    for (let i = divers.count - 1; i >= 0; i--) {
      if (this.#takeDiver(i)) continue;
      if (!divers.isDue(i, diverMovePace)) continue;
      divers.advance(i);
      if (divers.isOut(i)) divers.remove(i);
      else this.#takeDiver(i);
    }
  }

  #takeDiver(i: number): boolean {
    if (this.#diverCount >= diverLimit || !this.#divers.isAt(i, this.#column, this.#row)) return false;
    this.#diverCount++;
    this.#divers.remove(i);
    return true;
  }

  #moveEnemies(enemies: Shoal): number {
    let reward = 0;
    for (let i = enemies.count - 1; i >= 0; i--) {
      if (enemies.isAt(i, this.#column, this.#row)) this.terminated = true;
      if (enemies.isDue(i, this.#movePace)) {
        enemies.advance(i);
        if (enemies.isOut(i)) {
          enemies.remove(i);
          continue;
        }
        if (enemies.isAt(i, this.#column, this.#row)) this.terminated = true;
        else if (enemies.meet(i, this.#bullets)) {
          reward++;
          continue;
        }
      }
      if (enemies === this.#submarines) enemies.shoot(i, this.#enemyBullets);
    }
    return reward;
  }

  #moveEnemyBullets(): void {
    const bullets = this.#enemyBullets;
    for (let i = bullets.count - 1; i >= 0; i--) {
      if (bullets.isAt(i, this.#column, this.#row)) this.terminated = true;
      bullets.advance(i);
      if (bullets.isOut(i)) bullets.remove(i);
      else if (bullets.isAt(i, this.#column, this.#row)) this.terminated = true;
    }
  }

  /** Uses oxygen under water. The first step at the surface fills it and gives the reward for six divers. */
  #breathe(): number {
    if (this.#row > 0) {
      this.#oxygen--;
      this.#surfaced = false;
      if (this.#oxygen < 0) this.terminated = true;
      return 0;
    }
    if (this.#surfaced) return 0;
    this.#surfaced = true;
    if (this.#diverCount <= 0) {
      this.terminated = true;
      return 0;
    }
    let reward = 0;
    if (this.#diverCount === diverLimit) {
      this.#diverCount = 0;
      reward = Math.floor((this.#oxygen * 10) / oxygenLimit);
    }
    this.#oxygen = oxygenLimit;
    this.#diverCount--;
    if (this.#movePace > 1 && this.#ramps % 2 === 1) this.#movePace--;
    if (this.#enemyPace > 1) this.#enemyPace--;
    this.#ramps++;
    return reward;
  }
}

/** More than there can be at the same time, even at the highest difficulty. */
const capacity = 64;
/** Five numbers for each: column, row, direction, steps until it moves, steps until it shoots. */
const fields = 5;

/** All things of one kind that move, oldest first. */
class Shoal {
  count = 0;
  /** Shape (64, 5). */
  readonly #all = new Int32Array(capacity * fields);

  /** One enters at a side of the board: at the left side if it moves to the right. */
  add(row: number, right: boolean, moveWait: number, shotWait = 0): void {
    this.addAt(right ? 0 : boardSize - 1, row, right ? 1 : -1, moveWait, shotWait);
  }

  addAt(column: number, row: number, direction: number, moveWait = 0, shotWait = 0): void {
    const all = this.#all;
    const first = this.count * fields;
    all[first] = column;
    all[first + 1] = row;
    all[first + 2] = direction;
    all[first + 3] = moveWait;
    all[first + 4] = shotWait;
    this.count++;
  }

  /**
   * Removes the oldest one that equals the i-th. If that is not the i-th itself, the i-th moves once more, as in the
   * reference.
   */
  remove(i: number): void {
    const all = this.#all;
    const end = this.count * fields;
    for (let first = 0; first < end; first += fields) {
      let field = 0;
      while (field < fields && all[first + field] === all[i * fields + field]) field++;
      if (field < fields) continue;
      all.copyWithin(first, first + fields, end);
      this.count--;
      return;
    }
  }

  isAt(i: number, column: number, row: number): boolean {
    return this.#all[i * fields] === column && this.#all[i * fields + 1] === row;
  }

  isOut(i: number): boolean {
    const column = this.#all[i * fields];
    return column < 0 || column >= boardSize;
  }

  /** Whether one in this row moves in this direction. */
  goes(row: number, direction: number): boolean {
    for (let first = 0; first < this.count * fields; first += fields) {
      if (this.#all[first + 1] === row && this.#all[first + 2] === direction) return true;
    }
    return false;
  }

  /** Whether the i-th moves in this step. If so, it does not move in the next `pace` steps. */
  isDue(i: number, pace: number): boolean {
    return this.#countDown(i * fields + 3, pace);
  }

  advance(i: number): void {
    this.#all[i * fields] += this.#all[i * fields + 2];
  }

  shoot(i: number, bullets: Shoal): void {
    const first = i * fields;
    if (this.#countDown(first + 4, enemyShotPace)) {
      bullets.addAt(this.#all[first], this.#all[first + 1], this.#all[first + 2]);
    }
  }

  /** Removes the i-th and the newest of the others in its cell, if there is one. */
  meet(i: number, others: Shoal): boolean {
    for (let j = others.count - 1; j >= 0; j--) {
      if (!others.isAt(j, this.#all[i * fields], this.#all[i * fields + 1])) continue;
      this.remove(i);
      others.remove(j);
      return true;
    }
    return false;
  }

  /** @param trail channel for the cell behind each of them; −1 for none */
  draw(observation: Float32Array, channels: number, channel: number, trail: number): void {
    for (let i = 0; i < this.count; i++) {
      const column = this.#all[i * fields];
      const row = this.#all[i * fields + 1] * boardSize;
      observation[(row + column) * channels + channel] = 1;
      const behind = column - this.#all[i * fields + 2];
      if (trail >= 0 && behind >= 0 && behind < boardSize) observation[(row + behind) * channels + trail] = 1;
    }
  }

  #countDown(at: number, pace: number): boolean {
    if (this.#all[at] > 0) {
      this.#all[at]--;
      return false;
    }
    this.#all[at] = pace;
    return true;
  }
}
