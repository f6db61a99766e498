// MountainCar's picture: the valley, the flag on the right hill, and the car on its slope.
import { cos, sin } from "../core/math.js";
import { goal, leftWall, type MountainCar, rightEnd } from "../env/mountain-car.js";
import type { Point, Scene } from "../env/scene.js";
import { palette } from "./palette.js";

const margin = 0.08;
const top = 1.32;
const pieces = 60;

/** The height of the ground. As in Gymnasium's picture, it is steepest where the pull is strongest. */
function height(x: number): number {
  return 0.55 + 0.45 * sin(3 * x);
}

let hills: readonly Point[] | undefined;

/**
 * The line of the ground, computed once. It is not computed while loading: a page without WebAssembly must load to be
 * able to say so.
 */
function valley(): readonly Point[] {
  hills ??= Array.from({ length: pieces + 1 }, (_, i): Point => {
    const x = leftWall - margin + ((rightEnd - leftWall + 2 * margin) * i) / pieces;
    return [x, height(x)];
  });
  return hills;
}

export function mountainCarScene({ state }: MountainCar): Scene {
  const position = state[0];
  // the direction of the slope, of length 1
  const rise = 1.35 * cos(3 * position);
  const length = Math.sqrt(1 + rise * rise);
  const [alongX, alongY] = [1 / length, rise / length];
  const ground = height(position);
  const line = valley();
  /** A point of the car: this far along the slope, and this far above it. */
  const at = (along: number, above: number): Point => [
    position + along * alongX - above * alongY,
    ground + along * alongY + above * alongX,
  ];
  const wheel = (along: number) =>
    ({ kind: "circle", centre: at(along, 0.028), radius: 0.028, fill: palette.wheel }) as const;
  return {
    bounds: [leftWall - margin, 0, rightEnd + margin, top],
    background: palette.sky,
    shapes: [
      {
        kind: "polygon",
        points: [
          [leftWall - 1, -1],
          [leftWall - 1, line[0][1]],
          ...line,
          [rightEnd + 1, line[pieces][1]],
          [rightEnd + 1, -1],
        ],
        fill: palette.ground,
        stroke: palette.edge,
        strokeWidth: 0.012,
      },
      {
        kind: "polyline",
        points: [
          [goal, height(goal)],
          [goal, height(goal) + 0.2],
        ],
        stroke: palette.dark,
        strokeWidth: 0.012,
      },
      {
        kind: "polygon",
        points: [
          [goal, height(goal) + 0.2],
          [goal + 0.11, height(goal) + 0.165],
          [goal, height(goal) + 0.13],
        ],
        fill: palette.goal,
      },
      {
        kind: "polygon",
        points: [
          at(-0.085, 0.035),
          at(0.085, 0.035),
          at(0.085, 0.068),
          at(0.05, 0.074),
          at(0.028, 0.112),
          at(-0.045, 0.112),
          at(-0.065, 0.074),
          at(-0.085, 0.07),
        ],
        fill: palette.body,
        stroke: palette.body,
        strokeWidth: 0.012,
      },
      wheel(-0.05),
      wheel(0.05),
    ],
  };
}
