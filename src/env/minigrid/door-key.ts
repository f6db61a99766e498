// MiniGrid-DoorKey-5x5-v0: a wall with a locked door is between the agent and the goal. The key is on the agent's side.
import { Cell, type Layout } from "./grid.js";

const size = 5;

/** The layout of MiniGrid-DoorKey-5x5-v0. */
export const doorKey5x5: Layout = {
  id: "MiniGrid-DoorKey-5x5-v0",
  size,
  maxEpisodeSteps: 250,
  seeThroughWalls: false,
  generate(grid, random) {
    grid.set(size - 2, size - 2, Cell.goal);
    const wall = random.integers(2, size - 2);
    for (let y = 0; y < size; y++) grid.set(wall, y, Cell.wall);
    grid.placeAgent(wall, random);
    grid.set(wall, random.integers(1, size - 2), Cell.lockedDoor);
    grid.place(Cell.key, wall, random);
  },
};
