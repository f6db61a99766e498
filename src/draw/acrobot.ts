// Acrobot's picture: two links that hang from a joint, and the height that the tip must pass.
import { cos, sin } from "../core/math.js";
import type { Acrobot } from "../env/acrobot.js";
import type { Point, Scene } from "../env/scene.js";
import { palette } from "./palette.js";

export function acrobotScene({ state, physics: { linkLength: length } }: Acrobot): Scene {
  const [angle1, angle2] = state;
  const elbow: Point = [length * sin(angle1), -length * cos(angle1)];
  const tip: Point = [elbow[0] + length * sin(angle1 + angle2), elbow[1] - length * cos(angle1 + angle2)];
  const side = 2.25 * length;
  const joint = (centre: Point) =>
    ({
      kind: "circle",
      centre,
      radius: 0.09 * length,
      fill: palette.joint,
      stroke: palette.dark,
      strokeWidth: 0.03 * length,
    }) as const;
  return {
    bounds: [-side, -side, side, side],
    background: palette.sky,
    shapes: [
      {
        kind: "polyline",
        points: [
          [-side, length],
          [side, length],
        ],
        stroke: palette.goal,
        strokeWidth: 0.03 * length,
      },
      { kind: "polyline", points: [[0, 0], elbow], stroke: palette.body, strokeWidth: 0.2 * length },
      { kind: "polyline", points: [elbow, tip], stroke: palette.limb, strokeWidth: 0.2 * length },
      joint([0, 0]),
      joint(elbow),
    ],
  };
}
