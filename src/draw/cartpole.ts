// CartPole's picture: the cart on its track, the pole on the cart, and the posts that it must stay between.
import { cos, sin } from "../core/math.js";
import { type CartPole, positionLimit } from "../env/cartpole.js";
import type { Point, Scene } from "../env/scene.js";
import { palette } from "./palette.js";

const track = -0.31; // m below the pole's joint
const margin = 0.3; // m beyond the posts

export function cartPoleScene({ state, poleLength }: CartPole): Scene {
  const position = state[0];
  const angle = state[2];
  const joint: Point = [position, 0.06];
  const tip: Point = [position + poleLength * sin(angle), joint[1] + poleLength * cos(angle)];
  const side = positionLimit + margin;
  const wheel = (offset: number) =>
    ({ kind: "circle", centre: [position + offset, track + 0.09], radius: 0.09, fill: palette.wheel }) as const;
  const post = (x: number) =>
    ({
      kind: "polyline",
      points: [
        [x, track],
        [x, track + 0.22],
      ],
      stroke: palette.limit,
      strokeWidth: 0.04,
    }) as const;
  return {
    bounds: [-side, track - 0.3, side, poleLength + 0.45],
    background: palette.sky,
    shapes: [
      {
        kind: "polygon",
        points: [
          [-side - 1, track - 1],
          [side + 1, track - 1],
          [side + 1, track],
          [-side - 1, track],
        ],
        fill: palette.ground,
        stroke: palette.edge,
        strokeWidth: 0.02,
      },
      post(-positionLimit),
      post(positionLimit),
      wheel(-0.22),
      wheel(0.22),
      {
        kind: "polygon",
        points: [
          [position - 0.34, -0.19],
          [position + 0.34, -0.19],
          [position + 0.34, 0.03],
          [position - 0.34, 0.03],
        ],
        fill: palette.body,
        stroke: palette.body,
        strokeWidth: 0.06,
      },
      { kind: "polyline", points: [joint, tip], stroke: palette.limb, strokeWidth: 0.09 },
      { kind: "circle", centre: joint, radius: 0.06, fill: palette.joint, stroke: palette.dark, strokeWidth: 0.02 },
    ],
  };
}
