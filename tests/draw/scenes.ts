// Any scene at all, for property tests.
import fc from "fast-check";
import type { Point, Scene, Shape } from "../../src/env/scene.js";

const coordinate = fc.double({ min: -1000, max: 1000, noNaN: true });
const point: fc.Arbitrary<Point> = fc.tuple(coordinate, coordinate);
const colour = fc.constantFrom("#000000", "#ff8800", "#12ab34");
const length = fc.double({ min: 0, max: 100, noNaN: true });
const look = fc.record({ fill: colour, stroke: colour, strokeWidth: length }, { requiredKeys: [] });

const shape: fc.Arbitrary<Shape> = fc.oneof(
  fc
    .tuple(fc.constantFrom("polygon" as const, "polyline" as const), fc.array(point, { maxLength: 4 }), look)
    .map(([kind, points, rest]) => ({ kind, points, ...rest })),
  fc.tuple(point, length, look).map(([centre, radius, rest]) => ({ kind: "circle" as const, centre, radius, ...rest })),
  fc
    .tuple(point, length, fc.string({ unit: "binary", maxLength: 6 }), colour)
    .map(([at, size, text, fill]) => ({ kind: "text" as const, at, size, text, fill })),
);

export const anyScene: fc.Arbitrary<Scene> = fc.record({
  bounds: fc.constantFrom([0, 0, 100, 50] as const, [-2, -1, 3, 4] as const),
  background: colour,
  shapes: fc.array(shape, { maxLength: 5 }),
});
