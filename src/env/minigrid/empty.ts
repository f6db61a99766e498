// MiniGrid-Empty-8x8-v0: an empty room. The agent and the goal are in opposite corners.
import { Cell, type Layout } from "./grid.js";

/** The layout of MiniGrid-Empty-8x8-v0. */
export const empty8x8: Layout = {
  id: "MiniGrid-Empty-8x8-v0",
  size: 8,
  maxEpisodeSteps: 256,
  seeThroughWalls: true,
  generate(grid) {
    grid.set(6, 6, Cell.goal);
    grid.x = 1;
    grid.y = 1;
    grid.direction = 0;
  },
};
