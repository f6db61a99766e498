// qstill/env/minatar: MinAtar's games, registered: `-v1` with the actions that matter in a game, `-v0` with all six.
import { register } from "../registry.js";
import { Asterix } from "./asterix.js";
import { Breakout } from "./breakout.js";
import { Freeway } from "./freeway.js";
import { actionNames, type Game } from "./game.js";
import { MinAtar } from "./minatar.js";
import { Seaquest } from "./seaquest.js";
import { SpaceInvaders } from "./space-invaders.js";

const games: readonly [name: string, make: () => Game][] = [
  ["Asterix", () => new Asterix()],
  ["Breakout", () => new Breakout()],
  ["Freeway", () => new Freeway()],
  ["Seaquest", () => new Seaquest()],
  ["SpaceInvaders", () => new SpaceInvaders()],
];

const allActions = actionNames.map((_, action) => action);

for (const [name, make] of games) {
  register(`MinAtar/${name}-v1`, () => new MinAtar(`MinAtar/${name}-v1`, make()));
  register(`MinAtar/${name}-v0`, () => new MinAtar(`MinAtar/${name}-v0`, make(), allActions));
}

export { Asterix, Breakout, Freeway, type Game, MinAtar, Seaquest, SpaceInvaders };
