// All tasks of the suite.
import { chance } from "./tasks/chance.js";
import { control, wall } from "./tasks/control.js";
import { fillingBoard } from "./tasks/filling-board.js";
import { lateFeature } from "./tasks/late-feature.js";
import { lateReward } from "./tasks/late-reward.js";
import { longEpisode } from "./tasks/long-episode.js";
import { manyStates } from "./tasks/many-states.js";
import { noise } from "./tasks/noise.js";
import { oddScales } from "./tasks/odd-scales.js";
import { prices } from "./tasks/prices.js";
import { queue } from "./tasks/queue.js";
import { rival } from "./tasks/rival.js";
import { service } from "./tasks/service.js";
import { stock } from "./tasks/stock.js";

/** @type {readonly import("./task.js").Task[]} */
export const tasks = [
  ...stock,
  ...prices,
  ...noise,
  ...lateFeature,
  ...longEpisode,
  ...manyStates,
  ...fillingBoard,
  ...rival,
  ...lateReward,
  ...queue,
  ...control,
  ...wall,
  ...oddScales,
  ...service,
  ...chance,
];

/**
 * Tasks by a side, by "all", or by their names with commas.
 * @param {string} which
 * @returns {readonly import("./task.js").Task[]}
 * @throws RangeError for a name that no task has
 */
export function chosenTasks(which) {
  if (which === "all") return tasks;
  const ofSide = tasks.filter(({ side }) => side === which);
  if (ofSide.length > 0) return ofSide;
  return which.split(",").map((id) => {
    const found = tasks.find((task) => task.id === id);
    if (found !== undefined) return found;
    throw new RangeError(
      `there is no task "${id}": "tuning", "reporting", "all" or names are allowed: ${tasks.map((task) => task.id).join(", ")}`,
    );
  });
}
