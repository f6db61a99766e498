// How a game of tic-tac-toe is drawn: the agent's marks are blue, the opponent's are red.
import { box, type Point, type Scene, type Shape } from "../scene.js";
import { type Cells, hasLine, lines } from "./board.js";

const blue = "#3d5a98";
const red = "#c8553d";
const grey = "#c3cad6";

/** @param isX whether the agent plays X */
export function picture(own: Cells, other: Cells, isX: boolean): Scene {
  const shapes: Shape[] = [box(0, 0, 3, 3, { fill: "#f6f8fb" })];
  const line = (points: readonly Point[], stroke: string, strokeWidth: number): void => {
    shapes.push({ kind: "polyline", points, stroke, strokeWidth });
  };
  for (const at of [1, 2]) {
    line([point(at, 0.1), point(at, 2.9)], grey, 0.04);
    line([point(0.1, at), point(2.9, at)], grey, 0.04);
  }
  const marks = (cells: Cells, colour: string, crosses: boolean): void => {
    for (let cell = 0; cell < 9; cell++) {
      if (((cells >> cell) & 1) === 0) continue;
      const [x, y] = centreOf(cell);
      if (crosses) {
        for (const slope of [1, -1]) {
          line([point(x - 0.27, y - 0.27 * slope), point(x + 0.27, y + 0.27 * slope)], colour, 0.11);
        }
      } else {
        shapes.push({ kind: "circle", centre: point(x, y), radius: 0.28, stroke: colour, strokeWidth: 0.11 });
      }
    }
    for (const three of hasLine(cells) ? lines.filter((each) => (cells & each) === each) : []) {
      const inLine = Array.from({ length: 9 }, (_, cell) => cell).filter((cell) => (three >> cell) & 1);
      line([point(...centreOf(inLine[0])), point(...centreOf(inLine[2]))], colour, 0.05);
    }
  };
  marks(own, blue, isX);
  marks(other, red, !isX);
  const text = isX ? "the agent is X" : "the agent is O";
  shapes.push({ kind: "text", at: [0.1, -0.3], size: 0.25, text, fill: blue });
  return { bounds: [0, -0.45, 3, 3], background: "#ffffff", shapes };
}

/** The middle of a cell, with y downwards as the rows count. */
function centreOf(cell: number): [x: number, y: number] {
  return [(cell % 3) + 0.5, Math.floor(cell / 3) + 0.5];
}

function point(x: number, y: number): Point {
  return [x, 3 - y];
}
