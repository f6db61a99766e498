// From world units to pixels. The whole of a scene's bounds is shown, as large as possible, in the middle; y points
// down.
import { need, needObject } from "../core/needed.js";
import type { Scene } from "../env/scene.js";

/** Where the world lies in a picture of width × height pixels. */
export class View {
  /** The number of pixels in a world unit. */
  readonly scale: number;
  readonly #left: number;
  readonly #top: number;

  /** @throws RangeError for bounds that contain nothing */
  constructor(scene: Scene, width: number, height: number) {
    const [left, bottom, right, top] = boundsOf(scene);
    for (const [name, given] of Object.entries({ width, height })) {
      need(typeof given === "number" && !Number.isNaN(given), name, given, "a number of pixels");
    }
    const scale = Math.min(width / (right - left), height / (top - bottom));
    if (!(right > left && top > bottom && scale > 0 && scale < Infinity)) {
      throw new RangeError(
        `a scene with the bounds ${left}, ${bottom}, ${right}, ${top} cannot be drawn: left < right and bottom < top`,
      );
    }
    this.scale = scale;
    this.#left = width / 2 - (scale * (left + right)) / 2;
    this.#top = height / 2 + (scale * (bottom + top)) / 2;
  }

  x(world: number): number {
    return this.#left + this.scale * world;
  }

  y(world: number): number {
    return this.#top - this.scale * world;
  }
}

function boundsOf(scene: Scene): Scene["bounds"] {
  needObject("scene", scene, "a scene, an object with bounds and shapes,");
  need(Array.isArray(scene.bounds), "the scene's bounds", scene.bounds, "a list [left, bottom, right, top]");
  need(Array.isArray(scene.shapes), "the scene's shapes", scene.shapes, "a list of shapes");
  return scene.bounds;
}

/** The height in pixels at which a scene that is `width` pixels wide has no margins. */
export function heightAt(width: number, scene: Scene): number {
  need(width > 0, "width", width, "a number of pixels above 0");
  const [left, bottom, right, top] = boundsOf(scene);
  return (width * (top - bottom)) / (right - left);
}

/** The fonts of text in a picture. */
export const fontFamily = "system-ui, sans-serif";
