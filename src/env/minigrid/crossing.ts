// MiniGrid's crossings S9N1: a wall or a river of lava goes across the room, with one opening.
import { Cell, type Layout } from "./grid.js";

const size = 9;

function crossing(id: string, obstacle: number): Layout {
  return {
    id,
    size,
    maxEpisodeSteps: 4 * size * size,
    seeThroughWalls: false,
    generate(grid, random) {
      grid.x = 1;
      grid.y = 1;
      grid.direction = 0;
      grid.set(size - 2, size - 2, Cell.goal);
      // The reference shuffles six places and takes the first. It then shuffles a list of one, which draws nothing.
      const place = random.permutation(6)[0];
      random.permutation(1);
      const line = 2 + 2 * (place % 3);
      const opening = 1 + random.choice(size - 2);
      const vertical = place < 3;
      for (let i = 1; i < size - 1; i++) {
        if (i === opening) continue;
        if (vertical) grid.set(line, i, obstacle);
        else grid.set(i, line, obstacle);
      }
    },
  };
}

/** The layout of MiniGrid-LavaCrossingS9N1-v0. */
export const lavaCrossing = crossing("MiniGrid-LavaCrossingS9N1-v0", Cell.lava);
/** The layout of MiniGrid-SimpleCrossingS9N1-v0. */
export const simpleCrossing = crossing("MiniGrid-SimpleCrossingS9N1-v0", Cell.wall);
