// MiniGrid (Chevalier-Boisvert et al. 2023): an agent finds its way to a goal. It sees the 7 × 7 cells ahead of it.
import { needObject } from "../../core/needed.js";
import type { Env, ResetOptions, StepResult } from "../env.js";
import { RandomEpisode, type RandomFrom } from "../episode.js";
import type { Scene } from "../scene.js";
import { Cell, Grid, type Layout, stepX, stepY } from "./grid.js";
import { picture } from "./picture.js";

/** Cells along a side of the view. The agent is in the middle of its last row and looks towards row 0. */
const viewSize = 7;
const middle = 3;
const lastRow = 6;

/** What a visible cell of the view can hold, in the order of its features. If the cell is not visible, all of them are 0. */
const seen = ["empty", "wall", "goal", "lava", "key", "open door", "closed door", "locked door"];
const directions = ["right", "down", "left", "up"];
const directionFeature = viewSize * viewSize * seen.length;

const featureNames = [
  ...Array.from({ length: viewSize * viewSize }, (_, i) =>
    seen.map((name) => `cell (${Math.floor(i / viewSize)}, ${i % viewSize}) ${name}`),
  ).flat(),
  ...directions.map((name) => `looks ${name}`),
];

/**
 * Reward 1 − 0.9 · steps / maxEpisodeSteps at the goal, else 0; terminates at the goal and in lava.
 *
 * The observation is binary. Each cell (column, row) of the view has eight features, in order of columns. One of them is 1, or
 * none if the cell is not visible. Four features for the direction follow, of which one is 1. The agent's own cell, (3, 6),
 * holds what the agent carries.
 */
export class MiniGrid implements Env {
  readonly id: string;
  readonly observationSize = featureNames.length;
  readonly actionCount = 7;
  readonly maxEpisodeSteps: number;
  readonly featureNames = featureNames;
  readonly actionNames = ["turn left", "turn right", "forward", "pick up", "drop", "toggle", "done"];
  readonly byteObservations = true;
  readonly grid: Grid;
  /** What the agent sees: a {@link Cell} for each place, shape (7 columns, 7 rows). */
  readonly view = new Uint8Array(viewSize * viewSize);
  readonly #layout: Layout;
  readonly #episode: RandomEpisode;
  /** 1 for each visible cell of the view, else 0. */
  readonly #visible = new Uint8Array(viewSize * viewSize);

  constructor(layout: Layout, randomFrom?: RandomFrom) {
    needObject("layout", layout, "a layout, such as empty8x8,", "generate");
    this.id = layout.id;
    this.maxEpisodeSteps = layout.maxEpisodeSteps;
    this.grid = new Grid(layout.size);
    this.#layout = layout;
    this.#episode = new RandomEpisode(this, randomFrom);
  }

  reset(options?: ResetOptions): Float32Array {
    const random = this.#episode.startWithDraws(options);
    this.grid.clear();
    this.#layout.generate(this.grid, random);
    return this.#observe();
  }

  step(action: number): StepResult {
    const episode = this.#episode;
    episode.take(action);
    const grid = this.grid;
    const x = grid.x + stepX[grid.direction];
    const y = grid.y + stepY[grid.direction];
    const ahead = grid.get(x, y);
    let reward = 0;
    let terminated = false;
    if (action === 0) {
      grid.direction = (grid.direction + 3) % 4;
    } else if (action === 1) {
      grid.direction = (grid.direction + 1) % 4;
    } else if (action === 2) {
      if (ahead === Cell.empty || ahead === Cell.goal || ahead === Cell.lava || ahead === Cell.openDoor) {
        grid.x = x;
        grid.y = y;
      }
      if (ahead === Cell.goal) reward = 1 - 0.9 * (episode.steps / this.maxEpisodeSteps);
      terminated = ahead === Cell.goal || ahead === Cell.lava;
    } else if (action === 3) {
      if (ahead === Cell.key && grid.carried === Cell.empty) {
        grid.carried = ahead;
        grid.set(x, y, Cell.empty);
      }
    } else if (action === 4) {
      if (ahead === Cell.empty) {
        grid.set(x, y, grid.carried);
        grid.carried = Cell.empty;
      }
    } else if (action === 5) {
      if (ahead === Cell.openDoor) grid.set(x, y, Cell.closedDoor);
      else if (ahead === Cell.closedDoor || (ahead === Cell.lockedDoor && grid.carried === Cell.key)) {
        grid.set(x, y, Cell.openDoor);
      }
    }
    this.#observe();
    return episode.finish(reward, terminated);
  }

  render(): Scene {
    return picture(this.grid, (forward, right) => {
      const column = middle + right;
      const row = lastRow - forward;
      if (column < 0 || column >= viewSize || row < 0 || row > lastRow) return false;
      return this.#visible[column * viewSize + row] === 1;
    });
  }

  #observe(): Float32Array {
    this.#look();
    const { observation } = this.#episode.result;
    observation.fill(0);
    for (let i = 0; i < this.view.length; i++) {
      if (this.view[i] !== Cell.unseen) observation[i * seen.length + this.view[i] - 1] = 1;
    }
    observation[directionFeature + this.grid.direction] = 1;
    return observation;
  }

  /** Copies the cells ahead of the agent into the view: walls beyond the world, `unseen` for what walls and doors hide. */
  #look(): void {
    const { view, grid } = this;
    const visible = this.#visible;
    const forwardX = stepX[grid.direction];
    const forwardY = stepY[grid.direction];
    for (let column = 0; column < viewSize; column++) {
      for (let row = 0; row < viewSize; row++) {
        const forward = lastRow - row;
        const right = column - middle;
        const x = grid.x + forward * forwardX - right * forwardY;
        const y = grid.y + forward * forwardY + right * forwardX;
        const inside = x >= 0 && y >= 0 && x < grid.size && y < grid.size;
        view[column * viewSize + row] = inside ? grid.get(x, y) : Cell.wall;
      }
    }
    if (this.#layout.seeThroughWalls) {
      visible.fill(1);
    } else {
      visible.fill(0);
      visible[middle * viewSize + lastRow] = 1;
      for (let row = lastRow; row >= 0; row--) {
        for (let column = 0; column < lastRow; column++) this.#spread(column, row, 1);
        for (let column = lastRow; column > 0; column--) this.#spread(column, row, -1);
      }
      for (let i = 0; i < view.length; i++) if (visible[i] === 0) view[i] = Cell.unseen;
    }
    view[middle * viewSize + lastRow] = grid.carried;
  }

  /** If a cell is visible and hides nothing, its neighbour at one side is visible too, and in the next row both cells. */
  #spread(column: number, row: number, side: -1 | 1): void {
    const visible = this.#visible;
    const here = column * viewSize + row;
    const cell = this.view[here];
    if (visible[here] === 0 || cell === Cell.wall || cell === Cell.closedDoor || cell === Cell.lockedDoor) return;
    const beside = here + side * viewSize;
    visible[beside] = 1;
    if (row > 0) {
      visible[here - 1] = 1;
      visible[beside - 1] = 1;
    }
  }
}
