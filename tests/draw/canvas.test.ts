// Scenes on a canvas, by what is asked of its context.
import { expect, it } from "vitest";
import { type DrawingContext, drawScene } from "../../src/draw/canvas.js";

/** Notes every call, and every property that is set. */
function recorder(): { context: DrawingContext; calls: unknown[][] } {
  const calls: unknown[][] = [];
  const context = new Proxy({} as DrawingContext, {
    get:
      (_, name) =>
      (...given: unknown[]) =>
        void calls.push([name, ...given]),
    set: (_, name, value) => calls.push([name, value]) > 0,
  });
  return { context, calls };
}

it("draws all of a scene in the middle of what it is given", () => {
  const { context, calls } = recorder();
  drawScene(
    context,
    {
      bounds: [0, 0, 2, 1],
      background: "#ffffff",
      shapes: [
        {
          kind: "polygon",
          points: [
            [0, 0],
            [2, 1],
          ],
          fill: "#112233",
        },
        { kind: "circle", centre: [1, 0.5], radius: 0.5, stroke: "#445566", strokeWidth: 0.1 },
        { kind: "text", at: [0, 1], size: 0.25, text: "hello", fill: "#778899" },
      ],
    },
    200,
    140,
  );
  expect(calls).toEqual([
    ["save"],
    ["fillStyle", "#ffffff"],
    ["fillRect", 0, 0, 200, 140],
    ["beginPath"],
    ["rect", 0, 20, 200, 100],
    ["clip"],
    ["lineCap", "round"],
    ["lineJoin", "round"],
    ["beginPath"],
    ["lineTo", 0, 120],
    ["lineTo", 200, 20],
    ["closePath"],
    ["fillStyle", "#112233"],
    ["fill"],
    ["beginPath"],
    ["arc", 100, 70, 50, 0, 2 * Math.PI],
    ["strokeStyle", "#445566"],
    ["lineWidth", 10],
    ["stroke"],
    ["fillStyle", "#778899"],
    ["font", "25px system-ui, sans-serif"],
    ["fillText", "hello", 0, 20],
    ["restore"],
  ]);
});

it("takes a page's own context", () => {
  const draw: (context: CanvasRenderingContext2D) => void = (context) =>
    drawScene(context, { bounds: [0, 0, 1, 1], background: "#ffffff", shapes: [] }, 1, 1);
  expect(draw).toBeTypeOf("function");
});
