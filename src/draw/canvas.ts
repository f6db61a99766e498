// A scene on a canvas: the same picture as svg.ts makes, drawn directly.
import { needObject } from "../core/needed.js";
import type { Scene, Shape } from "../env/scene.js";
import { fontFamily, View } from "./view.js";

/** The part of a page's CanvasRenderingContext2D that is used. Anything else that draws like it will do. */
export interface DrawingContext {
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  lineCap: string;
  lineJoin: string;
  font: string;
  save(): void;
  restore(): void;
  beginPath(): void;
  closePath(): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, radius: number, startAngle: number, endAngle: number): void;
  rect(x: number, y: number, width: number, height: number): void;
  clip(): void;
  fill(): void;
  stroke(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
}

/**
 * Draws one scene on a rectangle of width × height pixels at the context's origin. The scene's bounds are drawn as
 * large as possible, in the middle; the background fills the rest.
 * @throws RangeError for bounds that contain nothing
 */
export function drawScene(context: DrawingContext, scene: Scene, width: number, height: number): void {
  needObject("context", context, "a canvas's 2D context", "fillRect");
  const view = new View(scene, width, height);
  const [left, bottom, right, top] = scene.bounds;
  context.save();
  context.fillStyle = scene.background;
  context.fillRect(0, 0, width, height);
  context.beginPath();
  context.rect(view.x(left), view.y(top), view.scale * (right - left), view.scale * (top - bottom));
  context.clip();
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const shape of scene.shapes) drawShape(context, shape, view);
  context.restore();
}

function drawShape(context: DrawingContext, shape: Shape, view: View): void {
  if (shape.kind === "text") {
    context.fillStyle = shape.fill;
    context.font = `${view.scale * shape.size}px ${fontFamily}`;
    context.fillText(shape.text, view.x(shape.at[0]), view.y(shape.at[1]));
    return;
  }
  context.beginPath();
  if (shape.kind === "circle") {
    context.arc(view.x(shape.centre[0]), view.y(shape.centre[1]), view.scale * shape.radius, 0, 2 * Math.PI);
  } else {
    for (const [x, y] of shape.points) context.lineTo(view.x(x), view.y(y));
    if (shape.kind === "polygon") context.closePath();
  }
  if (shape.fill !== undefined) {
    context.fillStyle = shape.fill;
    context.fill();
  }
  if (shape.stroke !== undefined) {
    context.strokeStyle = shape.stroke;
    context.lineWidth = view.scale * (shape.strokeWidth ?? 0);
    context.stroke();
  }
}
