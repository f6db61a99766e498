// What the library weighs: limits that a page can rely on. `npm run sizes` prints the figures.
import { expect, it } from "vitest";
import { bundleSize, entryPoints, wasmSize } from "../scripts/sizes.js";

const kibibyte = 1024;

/** What each entry point may weigh, in KiB gzipped, with all that it imports: about one more than it does. */
const budgets = {
  qstill: 60.5,
  "qstill/distill": 61.5,
  "qstill/report": 11,
  "qstill/draw": 26.5,
  "qstill/env": 30.5,
  "qstill/explain": 31.5,
  "qstill/export": 44,
  "qstill/import": 40,
  "qstill/log": 3.5,
  "qstill/offline": 55,
  "qstill/minari": 5, // h5wasm is loaded when a data set is read
  "qstill/experiments": 75.5,
  "qstill/gymnasium": 5,
  "qstill/env/recsim": 27,
  "qstill/env/lunar-lander": 71.5, // planck is 46 of them
  "qstill/env/pendulum": 24.5,
  "qstill/env/tic-tac-toe": 26,
  "qstill/env/minatar": 28.5,
  "qstill/env/minigrid": 27,
  "qstill/env/highway": 27.5,
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
