// A scene as an SVG file: a still picture.
import { needObject } from "../core/needed.js";
import type { Scene } from "../env/scene.js";
import { elementOf, type SvgElement } from "./elements.js";
import { Markup, markup } from "./markup.js";
import { fontFamily, heightAt, View } from "./view.js";

/** Options of {@link sceneToSvg}. */
export interface SvgOptions {
  /**
   * The picture's own width in pixels, 600 by default. The height follows from the scene's bounds. The picture can be
   * shown at any other size.
   */
  readonly width?: number;
  /** The text for a reader who cannot see the picture. */
  readonly title?: string;
}

export const defaultWidth = 600;

/**
 * One scene as SVG.
 * @returns a whole file, XML without a declaration
 * @throws RangeError for bounds that contain nothing, and for a shape with a number that is not finite
 */
export function sceneToSvg(scene: Scene, options: SvgOptions = {}): string {
  needObject("options", options);
  const { width = defaultWidth, title } = options;
  const view = new View(scene, width, heightAt(width, scene));
  const shapes = scene.shapes.map((shape) => elementMarkup(elementOf(shape, view)));
  return svgFile(scene, width, title, shapes);
}

/** A whole file: the background, and the content on it. */
export function svgFile(scene: Scene, width = defaultWidth, title = "", content: readonly Markup[]): string {
  const height = Math.round(heightAt(width, scene));
  const label = title === "" ? new Markup("") : markup` role="img" aria-label="${title}"`;
  const file = markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"${label} font-family="${fontFamily}" stroke-linecap="round" stroke-linejoin="round"><rect width="100%" height="100%" fill="${scene.background}"/>${content}</svg>
`;
  return printable(file.text);
}

/** An element with its content: its text, or the animations of its attributes. */
export function elementMarkup({ name, attributes, text }: SvgElement, inside: readonly Markup[] = []): Markup {
  const tag = new Markup(name);
  const list = Object.entries(attributes).map(([key, value]) => markup` ${new Markup(key)}="${value}"`);
  if (text === "" && inside.length === 0) return markup`<${tag}${list}/>`;
  return markup`<${tag}${list}>${text}${inside}</${tag}>`;
}

/** Text without the characters that XML cannot contain. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
}
