// The ziggurat's tables: layers of equal area under the curve, and NumPy's last bits.
import { expect, test } from "vitest";
import { makeZiggurat, tailInverse, tailStart } from "../../src/env/ziggurat.js";

const { inside, width, height } = makeZiggurat();
const edge = (layer: number) => width[layer] * 2 ** 52;

test("every layer has the same area, and its height lies on the curve", () => {
  for (let layer = 2; layer < 256; layer++) {
    expect(edge(layer) * (height[layer - 1] - height[layer])).toBeCloseTo(0.004928673233974652, 14);
    expect(height[layer]).toBeCloseTo(Math.exp(-0.5 * edge(layer) ** 2), 14);
    expect(inside[layer] / 2 ** 52).toBeCloseTo(edge(layer - 1) / edge(layer), 14);
  }
  expect(edge(255)).toBe(tailStart);
  expect(tailInverse).toBe(1 / tailStart);
});

test("the ends of the tables equal NumPy's bit for bit: each entry derives from those above it", () => {
  expect([width[0], width[1], width[2], width[255]]).toEqual([
    8.683627060801306e-16, 4.779330175727737e-17, 6.354352417405262e-17, 8.113849337656484e-16,
  ]);
  expect([height[0], height[1], height[2]]).toEqual([1, 0.9771017012676716, 0.9598790918001067]);
  expect([inside[0], inside[1]]).toEqual([0xef33d8025ef6a, 0]);
});
