// What the library weighs: limits that a page can rely on. `npm run sizes` prints the figures.
import { expect, it } from "vitest";
import { bundleSize, wasmSize } from "../scripts/sizes.js";

const kibibyte = 1024;

it("the wasm is at most 20 KiB gzipped", () => {
  expect(wasmSize().gzipped).toBeLessThanOrEqual(20 * kibibyte);
});

it("the browser's bundle is at most 35 KiB gzipped", () => {
  expect(bundleSize().gzipped).toBeLessThanOrEqual(35 * kibibyte);
});
