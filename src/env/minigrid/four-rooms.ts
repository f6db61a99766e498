// MiniGrid-FourRooms-v0: four rooms, each connected with two others by a gap. The agent and the goal are anywhere.
import { Cell, type Layout } from "./grid.js";

const size = 19;
/** The column and the row of the inner walls. */
const middle = 9;

/** The layout of MiniGrid-FourRooms-v0. */
export const fourRooms: Layout = {
  id: "MiniGrid-FourRooms-v0",
  size,
  maxEpisodeSteps: 100,
  seeThroughWalls: false,
  generate(grid, random) {
    for (let i = 0; i < size; i++) {
      grid.set(middle, i, Cell.wall);
      grid.set(i, middle, Cell.wall);
    }
    grid.set(middle, random.integers(1, middle), Cell.empty);
    grid.set(random.integers(1, middle), middle, Cell.empty);
    grid.set(random.integers(middle + 1, size - 1), middle, Cell.empty);
    grid.set(middle, random.integers(middle + 1, size - 1), Cell.empty);
    grid.placeAgent(size, random);
    grid.place(Cell.goal, size, random);
  },
};
