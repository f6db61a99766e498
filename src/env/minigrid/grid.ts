// What lies where in a MiniGrid world: a walled square of cells and the agent in it, which layouts fill at random.
import type { RandomSource } from "../env.js";

/**
 * What a cell of the grid, or of the view, holds. Of the reference's objects, colours and states together, these are all
 * that its five environments here can show: a wall is grey, a goal green, lava red, a key and a door yellow.
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

/** Right, down, left, up: one step each, with y pointing down. */
export const stepX = [1, 0, -1, 0] as const;
export const stepY = [0, 1, 0, -1] as const;

/** A square world. Column x counts to the right from 0, row y downwards. */
export class Grid {
  /** Cells along a side, the outer walls included. */
  readonly size: number;
  /** The agent's cell. */
  x = 0;
  y = 0;
  /** Where the agent looks: 0 right, 1 down, 2 left, 3 up. */
  direction = 0;
  /** The cell's content that the agent holds, or `Cell.empty`. */
  carried: number = Cell.empty;
  /** Column after column. */
  readonly #cells: Uint8Array;

  constructor(size: number) {
    this.size = size;
    this.#cells = new Uint8Array(size * size);
  }

  /** What stands in a cell. */
  get(x: number, y: number): number {
    return this.#cells[x * this.size + y];
  }

  /** Puts something into a cell. */
  set(x: number, y: number, cell: number): void {
    this.#cells[x * this.size + y] = cell;
  }

  /** An empty room with walls around it, and an agent nowhere. */
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

  /** Lays something on a random empty cell, where the agent is not, of the columns below `width`. */
  place(cell: number, width: number, random: RandomSource): void {
    const free = this.#freeCell(width, random);
    this.#cells[free] = cell;
  }

  /** Puts the agent, looking anywhere, on a random empty cell of the columns below `width`. */
  placeAgent(width: number, random: RandomSource): void {
    const free = this.#freeCell(width, random);
    this.x = Math.floor(free / this.size);
    this.y = free % this.size;
    this.direction = random.integers(0, 4);
  }

  /** Draws until a cell is free, the walls' cells too, as the reference does. */
  #freeCell(width: number, random: RandomSource): number {
    for (;;) {
      const x = random.integers(0, width);
      const y = random.integers(0, this.size);
      if (this.get(x, y) === Cell.empty && (x !== this.x || y !== this.y)) return x * this.size + y;
    }
  }
}

/** One of MiniGrid's environments: a world's size, and how an episode's is made. */
export interface Layout {
  readonly id: string;
  /** Cells along a side, the outer walls included. */
  readonly size: number;
  readonly maxEpisodeSteps: number;
  /** Whether walls and closed doors hide nothing. */
  readonly seeThroughWalls: boolean;
  /** Fills an empty room and puts the agent in it, with draws in the reference's order. */
  generate(grid: Grid, random: RandomSource): void;
}
