// What a picture of an environment is: shapes in world units, no pixels and no page. src/draw/ draws it.

/** A CSS colour, in hexadecimal digits: "#rrggbb". */
export type Colour = string;

/** A point (x, y) in world units; y points up. */
export type Point = readonly [number, number];

/** How a shape looks; what has neither is not seen. */
export interface Look {
  readonly fill?: Colour;
  readonly stroke?: Colour;
  /** Width of the stroke in world units; needed with one. */
  readonly strokeWidth?: number;
}

/** One thing in a picture. Later ones lie over earlier ones. */
export type Shape =
  | ({ readonly kind: "polygon"; readonly points: readonly Point[] } & Look)
  | ({ readonly kind: "polyline"; readonly points: readonly Point[] } & Look)
  | ({ readonly kind: "circle"; readonly centre: Point; readonly radius: number } & Look)
  /** `at` is where the text begins, on its baseline; `size` is the font's, in world units. */
  | { readonly kind: "text"; readonly at: Point; readonly size: number; readonly text: string; readonly fill: Colour };

/** A picture: what lies within the bounds is seen. A frame of the same environment has as many shapes as it needs. */
export interface Scene {
  /** Left, bottom, right and top of what is seen, in world units. */
  readonly bounds: readonly [left: number, bottom: number, right: number, top: number];
  readonly background: Colour;
  readonly shapes: readonly Shape[];
}

/** A rectangle, its sides along the axes. */
export function box(left: number, bottom: number, right: number, top: number, look: Look): Shape {
  const points: Point[] = [
    [left, bottom],
    [right, bottom],
    [right, top],
    [left, top],
  ];
  return { kind: "polygon", points, ...look };
}
