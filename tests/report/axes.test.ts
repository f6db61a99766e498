// Plots' axes and paths, beside those of d3-scale and d3-shape.
import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import { expect, test } from "vitest";
import { bandPath, linePath, type Place, type Range, scale, tickLabels, ticks } from "../../src/report/axes.js";

const ranges: Range[] = [
  [0, 500],
  [-214.3, 263.7],
  [0, 1],
  [0.9713, 1.0021],
  [0, 100_000],
  [0, 2_000_000],
  [-1e-3, 2e-3],
  [5000, 5050],
];

test.for(ranges)("from %d to %d ticks, labels and places are d3-scale's", ([low, high]) => {
  const reference = scaleLinear([low, high], [54, 426]);
  const x = scale([low, high], [54, 426]);
  for (const count of [4, 5, 6]) {
    const found = ticks([low, high], count);
    expect(found).toEqual(reference.ticks(count));
    expect(found.map(tickLabels([low, high], count))).toEqual(found.map(reference.tickFormat(count)));
    expect(found.map(tickLabels([low, high], count, "thousands"))).toEqual(
      found.map(reference.tickFormat(count, "~s")),
    );
    for (const tick of found) expect(x(tick)).toBeCloseTo(reference(tick), 10);
  }
});

test.for([0, 1, 2, 7])("paths of %d places are d3-shape's", (count) => {
  const low = Array.from({ length: count }, (_, i): Place => [i * 10.26, 3.333 * i - 8]);
  const high = low.map(([x, y]): Place => [x, y + 4.05]);
  const reference = line().digits(1);
  expect(linePath(low)).toBe(reference(low as [number, number][]) ?? "");
  const around = area<number>(
    (i) => low[i][0],
    (i) => low[i][1],
    (i) => high[i][1],
  ).digits(1);
  expect(bandPath(low, high)).toBe(around(low.keys()) ?? "");
});
