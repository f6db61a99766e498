// The picture of an environment: shapes in world units, without pixels and without a page. src/draw/ draws it.

/** A CSS colour in hexadecimal digits: "#rrggbb". */
export type Colour = string;

/** A point (x, y) in world units; y points up. */
export type Point = readonly [number, number];

/** How a shape looks. A shape without fill and stroke is not visible. */
export interface Look {
  readonly fill?: Colour;
  readonly stroke?: Colour;
  /** Width of the stroke in world units; needed if there is a stroke. */
  readonly strokeWidth?: number;
}

/** One thing in a picture. Later shapes are in front of earlier ones. */
export type Shape =
  | ({ readonly kind: "polygon"; readonly points: readonly Point[] } & Look)
  | ({ readonly kind: "polyline"; readonly points: readonly Point[] } & Look)
  | ({ readonly kind: "circle"; readonly centre: Point; readonly radius: number } & Look)
  /** `at` is the start of the text on its baseline. `size` is the font size in world units. */
  | { readonly kind: "text"; readonly at: Point; readonly size: number; readonly text: string; readonly fill: Colour };

/** A picture. Only what is within the bounds is visible. Pictures of one environment can differ in their number of shapes. */
export interface Scene {
  /** Left, bottom, right and top of the visible part, in world units. */
  readonly bounds: readonly [left: number, bottom: number, right: number, top: number];
  readonly background: Colour;
  readonly shapes: readonly Shape[];
}

/** A rectangle with its sides along the axes. */
export function box(left: number, bottom: number, right: number, top: number, look: Look): Shape {
  const points: Point[] = [
    [left, bottom],
    [right, bottom],
    [right, top],
    [left, top],
  ];
  return { kind: "polygon", points, ...look };
}
