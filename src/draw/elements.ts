// One shape of a scene as an SVG element: its name, its attributes and its text.
import type { Shape } from "../env/scene.js";
import type { View } from "./view.js";

/** An SVG element as a value, so that a moving picture can say which of its attributes change. */
export interface SvgElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

/** @throws RangeError for a shape with a number that is not finite */
export function elementOf(shape: Shape, view: View): SvgElement {
  if (shape.kind === "text") {
    const [x, y] = shape.at;
    const attributes = {
      x: pixels(view.x(x)),
      y: pixels(view.y(y)),
      "font-size": pixels(view.scale * shape.size),
      fill: shape.fill,
    };
    return { name: "text", attributes, text: shape.text };
  }
  const place: Record<string, string> =
    shape.kind === "circle"
      ? {
          cx: pixels(view.x(shape.centre[0])),
          cy: pixels(view.y(shape.centre[1])),
          r: pixels(view.scale * shape.radius),
        }
      : { points: shape.points.map(([x, y]) => `${pixels(view.x(x))},${pixels(view.y(y))}`).join(" ") };
  const attributes: Record<string, string> = { ...place, fill: shape.fill ?? "none" };
  if (shape.stroke !== undefined) {
    attributes.stroke = shape.stroke;
    attributes["stroke-width"] = pixels(view.scale * (shape.strokeWidth ?? 0));
  }
  return { name: shape.kind, attributes, text: "" };
}

/** A length to a tenth of a pixel. More digits would not be seen, and would make a moving picture long. */
function pixels(length: number): string {
  if (!Number.isFinite(length)) throw new RangeError(`a shape has a ${length} in it: finite numbers can be drawn`);
  const rounded = Math.round(10 * length) / 10;
  return String(rounded === 0 ? 0 : rounded);
}
