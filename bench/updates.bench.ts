// A1–A5, M1: one whole Double-DQN update.
import { updateCases, updateFlops } from "./cases.js";
import { filledLearner } from "./learner.js";
import type { Case } from "./suite.js";

export const updates: readonly Case[] = updateCases.map((update) => ({
  name: update.name,
  what: `update of ${update.widths.join("-")}, batch ${update.batchSize}`,
  flops: updateFlops(update),
  operations: 4,
  prepare() {
    const learner = filledLearner(update);
    return { run: () => learner.step(4, 1e-3), dispose: () => learner.dispose() };
  },
}));
