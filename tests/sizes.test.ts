// What the library weighs: limits that a page can rely on. `npm run sizes` prints the figures.
import { expect, it } from "vitest";
import { bundleSize, entryPoints, wasmSize } from "../scripts/sizes.js";

const kibibyte = 1024;

/** What each entry point may weigh, in KiB gzipped, with all that it imports: about one more than it does. */
const budgets = {
  qstill: 44.5,
  "qstill/distill": 45.5,
  "qstill/report": 10,
  "qstill/draw": 25,
  "qstill/env": 27.5,
  "qstill/explain": 29,
  "qstill/export": 41.5,
  "qstill/import": 38.5,
  "qstill/log": 3.5,
  "qstill/experiments": 59,
  "qstill/env/recsim": 25.5,
  "qstill/env/lunar-lander": 70.5, // planck is 46 of them
  "qstill/env/pendulum": 23.5,
  "qstill/env/tic-tac-toe": 25,
  "qstill/env/minatar": 27,
  "qstill/env/minigrid": 25.5,
  "qstill/env/highway": 26.5,
};

it("the wasm is at most 20 KiB gzipped", () => {
  expect(wasmSize().gzipped).toBeLessThanOrEqual(20 * kibibyte);
});

it("every entry point has a budget", () => {
  expect(Object.keys(budgets).sort()).toEqual([...entryPoints().keys()].sort());
});

it.each(Object.entries(budgets))("a bundle of %s is at most %d KiB gzipped", (name, budget) => {
  expect(bundleSize(name).gzipped).toBeLessThanOrEqual(budget * kibibyte);
});
