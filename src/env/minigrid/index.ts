// MiniGrid's environments, which importing this registers.
import { register } from "../registry.js";
import { lavaCrossing, simpleCrossing } from "./crossing.js";
import { doorKey5x5 } from "./door-key.js";
import { empty8x8 } from "./empty.js";
import { fourRooms } from "./four-rooms.js";
import { MiniGrid } from "./minigrid.js";

for (const layout of [empty8x8, fourRooms, doorKey5x5, lavaCrossing, simpleCrossing]) {
  register(layout.id, () => new MiniGrid(layout));
}

export { Cell, Grid, type Layout } from "./grid.js";
export { MiniGrid } from "./minigrid.js";
export { doorKey5x5, empty8x8, fourRooms, lavaCrossing, simpleCrossing };
