// The page of a search for the smallest student.
import { expect, it } from "vitest";
import type { Size } from "../../src/distill/shrink.js";
import { type Frontier, frontierHtml, frontierOf } from "../../src/report/frontier.js";

const size = (hidden: number[], parameters: number, mean: number): Size => {
  const selection = { mean, std: 10, returnRatio: mean / 500, lowerBound: mean / 500 - 0.01 };
  return { hidden, parameters, attempts: 2, seed: 1, selection, final: parameters === 16 ? selection : null };
};
const sizes = [size([1], 9, 300), size([], 10, 250), size([2], 16, 500), size([4], 30, 499)];

it("draws the sizes that did better than every smaller one", () => {
  expect(frontierOf([...sizes].reverse()).map(({ parameters }) => parameters)).toEqual([9, 16]);
});

it("says the answer, lists every size, and escapes what it is given", () => {
  const found: Frontier = {
    env: "<b>",
    seed: 0,
    episodes: 1000,
    threshold: 0.99,
    confidence: 0.95,
    teacher: { hidden: [64, 64], parameters: 4610, mean: 500 },
    setting: {},
    sizes,
    smallest: sizes[2],
    complete: true,
    version: "0",
  };
  const page = frontierHtml(found);
  expect(page).toContain("16 parameters are enough in &lt;b&gt;");
  expect(page.match(/<th scope="row">/g)).toHaveLength(4);
  expect(page.match(/<circle/g)).toHaveLength(2);
  expect(page).not.toContain("stopped before its end");
  const stopped = frontierHtml({ ...found, smallest: null, complete: false });
  expect(stopped).toContain("stopped before its end");
  expect(stopped).toContain("No student was shown to be good enough");
});
