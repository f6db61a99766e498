// The world of MiniGrid: a square of cells with walls around it, and the agent. Layouts fill it at random.
import { need } from "../../core/needed.js";
import type { RandomSource } from "../env.js";

/**
 * What a cell of the grid or of the view holds. The reference has an object, a colour and a state for each cell. These are
 * all the combinations that the five environments here can show: a wall is grey, a goal green, lava red, a key and a door
 * yellow.
 */
export const Cell = {
  unseen: 0,
  empty: 1,
  wall: 2,
  goal: 3,
  lava: 4,
  key: 5,
  openDoor: 6,
  closedDoor: 7,
  lockedDoor: 8,
} as const;

/** One step in each direction: right, down, left, up. y points down. */
export const stepX = [1, 0, -1, 0] as const;
export const stepY = [0, 1, 0, -1] as const;

/** A square world. Column x counts to the right from 0, row y downwards. */
export class Grid {
  /** Cells along a side, the outer walls included. */
  readonly size: number;
  /** The agent's cell. */
  x = 0;
  y = 0;
  /** The direction in which the agent looks: 0 right, 1 down, 2 left, 3 up. */
  direction = 0;
  /** What the agent carries: a {@link Cell}, or `Cell.empty` for nothing. */
  carried: number = Cell.empty;
  /** In order of columns: cell (x, y) has index x · size + y. */
  readonly #cells: Uint8Array;

  constructor(size: number) {
    need(Number.isInteger(size) && size >= 1, "size", size, "a whole number from 1 on");
    this.size = size;
    this.#cells = new Uint8Array(size * size);
  }

  /** What a cell holds. */
  get(x: number, y: number): number {
    return this.#cells[x * this.size + y];
  }

  /** Puts something into a cell. */
  set(x: number, y: number, cell: number): void {
    this.#cells[x * this.size + y] = cell;
  }

  /** Makes an empty room with walls around it. The agent is not in it yet. */
  clear(): void {
    const last = this.size - 1;
    this.#cells.fill(Cell.empty);
    for (let i = 0; i <= last; i++) {
      this.set(i, 0, Cell.wall);
      this.set(i, last, Cell.wall);
      this.set(0, i, Cell.wall);
      this.set(last, i, Cell.wall);
    }
    this.carried = Cell.empty;
    this.x = -1;
    this.y = -1;
  }

  /** Puts something into a random empty cell of the columns below `width`, but not into the agent's cell. */
  place(cell: number, width: number, random: RandomSource): void {
    const free = this.#freeCell(width, random);
    this.#cells[free] = cell;
  }

  /** Puts the agent into a random empty cell of the columns below `width`. It looks in a random direction. */
  placeAgent(width: number, random: RandomSource): void {
    const free = this.#freeCell(width, random);
    this.x = Math.floor(free / this.size);
    this.y = free % this.size;
    this.direction = random.integers(0, 4);
  }

  /** Draws cells until one is free. The walls' cells are drawn too, as in the reference. */
  #freeCell(width: number, random: RandomSource): number {
    for (;;) {
      const x = random.integers(0, width);
      const y = random.integers(0, this.size);
      if (this.get(x, y) === Cell.empty && (x !== this.x || y !== this.y)) return x * this.size + y;
    }
  }
}

/** One of MiniGrid's environments: the size of its world, and how the world of an episode is made. */
export interface Layout {
  readonly id: string;
  /** Cells along a side, the outer walls included. */
  readonly size: number;
  readonly maxEpisodeSteps: number;
  /** Whether the agent sees through walls and closed doors. */
  readonly seeThroughWalls: boolean;
  /** Fills an empty room and puts the agent into it. The draws are in the reference's order. */
  generate(grid: Grid, random: RandomSource): void;
}
