// How a MiniGrid world is drawn: one square for each cell. Cells that the agent sees are lighter.
import { box, type Point, type Scene, type Shape } from "../scene.js";
import { Cell, type Grid, stepX, stepY } from "./grid.js";

const yellow = "#f2c230";
const doorWood = "#8a6414";

/** @param sees whether the agent sees a cell, given by its distance ahead of the agent and to its right, in cells */
export function picture(grid: Grid, sees: (forward: number, right: number) => boolean): Scene {
  const { size, direction } = grid;
  const forwardX = stepX[direction];
  const forwardY = stepY[direction];
  const shapes: Shape[] = [];
  for (let x = 0; x < size; x++) {
    for (let y = 0; y < size; y++) {
      const right = x - grid.x;
      const down = y - grid.y;
      const seen = sees(right * forwardX + down * forwardY, down * forwardX - right * forwardY);
      cellShapes(grid.get(x, y), x, size - 1 - y, seen, shapes);
    }
  }
  const centreX = grid.x + 0.5;
  const centreY = size - grid.y - 0.5;
  /** A point at a distance ahead of the agent's centre and to its right. y points up in the picture, but down in the grid. */
  const at = (forward: number, right: number): Point => [
    centreX + forward * forwardX - right * forwardY,
    centreY - forward * forwardY - right * forwardX,
  ];
  shapes.push({ kind: "polygon", points: [at(0.36, 0), at(-0.3, 0.3), at(-0.3, -0.3)], fill: "#e5484d" });
  if (grid.carried === Cell.key) keyShapes(centreX, centreY, 0.5, shapes);
  return { bounds: [0, 0, size, size], background: "#16181d", shapes };
}

/** The cell whose lower left corner is (x, y). */
function cellShapes(cell: number, x: number, y: number, seen: boolean, shapes: Shape[]): void {
  const square = (inset: number, fill: string): void => {
    shapes.push(box(x + inset, y + inset, x + 1 - inset, y + 1 - inset, { fill }));
  };
  if (cell === Cell.wall) {
    square(0, seen ? "#8b919e" : "#6d7380");
    return;
  }
  square(0.02, seen ? "#3d434f" : "#23262d");
  if (cell === Cell.goal) square(0.06, seen ? "#46a758" : "#357c43");
  if (cell === Cell.lava) {
    square(0.02, seen ? "#f76b15" : "#bd5312");
    for (const height of [0.3, 0.5, 0.7]) {
      const points: Point[] = [0.15, 0.325, 0.5, 0.675, 0.85].map((across, i) => [
        x + across,
        y + height + (i % 2 === 0 ? -0.05 : 0.05),
      ]);
      shapes.push({ kind: "polyline", points, stroke: "#5a1f06", strokeWidth: 0.05 });
    }
  }
  if (cell === Cell.key) keyShapes(x + 0.5, y + 0.5, 1, shapes);
  if (cell === Cell.openDoor) {
    const points: Point[] = [
      [x + 0.04, y + 0.04],
      [x + 0.2, y + 0.04],
      [x + 0.2, y + 0.96],
      [x + 0.04, y + 0.96],
    ];
    shapes.push({ kind: "polygon", points, fill: yellow });
  }
  if (cell === Cell.closedDoor || cell === Cell.lockedDoor) {
    square(0.04, yellow);
    square(0.14, doorWood);
    if (cell === Cell.lockedDoor) keyhole(x + 0.5, y + 0.5, shapes);
    else shapes.push({ kind: "circle", centre: [x + 0.72, y + 0.5], radius: 0.07, fill: yellow });
  }
}

function keyhole(x: number, y: number, shapes: Shape[]): void {
  const points: Point[] = [
    [x, y + 0.1],
    [x + 0.12, y - 0.2],
    [x - 0.12, y - 0.2],
  ];
  shapes.push({ kind: "polygon", points, fill: yellow });
  shapes.push({ kind: "circle", centre: [x, y + 0.1], radius: 0.11, fill: yellow });
}

/** A key around its centre. At scale 1 it fits one cell. */
function keyShapes(x: number, y: number, scale: number, shapes: Shape[]): void {
  const line = (...points: Point[]): void => {
    shapes.push({
      kind: "polyline",
      points: points.map(([right, up]) => [x + right * scale, y + up * scale]),
      stroke: yellow,
      strokeWidth: 0.09 * scale,
    });
  };
  shapes.push({
    kind: "circle",
    centre: [x, y + 0.2 * scale],
    radius: 0.14 * scale,
    stroke: yellow,
    strokeWidth: 0.09 * scale,
  });
  line([0, 0.06], [0, -0.36]);
  line([0, -0.32], [0.18, -0.32]);
  line([0, -0.16], [0.14, -0.16]);
}
