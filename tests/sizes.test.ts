// What the library weighs: limits that a page can rely on. `npm run sizes` prints the figures.
import { expect, it } from "vitest";
import { bundleSize, entryPoints, wasmSize } from "../scripts/sizes.js";

const kibibyte = 1024;

/** What each entry point may weigh, in KiB gzipped, with all that it imports: about one more than it does. */
const budgets = {
  qstill: 63,
  "qstill/distill": 66,
  "qstill/report": 12.5,
  "qstill/draw": 29,
  "qstill/env": 32,
  "qstill/explain": 33,
  "qstill/export": 45.5,
  "qstill/import": 49,
  "qstill/log": 3.5,
  "qstill/offline": 56,
  "qstill/tune": 56,
  "qstill/minari": 5, // h5wasm is loaded when a data set is read
  "qstill/experiments": 79,
  "qstill/queue": 87, // bullmq and ioredis are loaded when a queue is opened, aws4fetch with a store in S3
  "qstill/gymnasium": 5,
  "qstill/env/recsim": 28.5,
  "qstill/env/lunar-lander": 73, // planck is 46 of them
  "qstill/env/pendulum": 26,
  "qstill/env/tic-tac-toe": 27.5,
  "qstill/env/minatar": 30,
  "qstill/env/minigrid": 28.5,
  "qstill/env/highway": 29,
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
