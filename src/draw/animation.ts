// An episode as one SVG file that moves. It uses SMIL, so it moves wherever an image is shown, without a script.
import { described, need, needObject } from "../core/needed.js";
import type { Scene } from "../env/scene.js";
import { elementOf, type SvgElement } from "./elements.js";
import { type Markup, markup } from "./markup.js";
import { defaultWidth, elementMarkup, type SvgOptions, sceneToSvg, svgFile } from "./svg.js";
import { heightAt, View } from "./view.js";

/** Options of {@link animatedSvg}. */
export interface AnimationOptions extends SvgOptions {
  /** How long one frame is shown. */
  readonly secondsPerFrame: number;
}

/** How long the last frame stays before the film begins again, in seconds, so that the end can be seen. */
const pauseAtEnd = 1;

/** If there are more frames, some are left out, so that a page can show the file. */
const mostFrames = 1000;

/**
 * The scenes of an episode one after another, again and again. The file's shape and background are those of the first
 * scene; a frame with other bounds shows what a moving camera would see. What does not change is written only once: the
 * shapes at one place in the list are one element of the file as long as they are of the same kind, and only attributes
 * that change are animated. If there are more than 1,000 frames, only every second, third and so on is drawn, each for
 * a longer time. A reader who has asked for reduced motion sees the frame in the middle.
 * @param frames at least one
 * @returns a whole file, XML without a declaration
 * @throws RangeError if there is no frame, for a duration that is not above 0, and as {@link sceneToSvg} does
 */
export function animatedSvg(frames: readonly Scene[], options: AnimationOptions): string {
  need(Array.isArray(frames), "frames", frames, "a list of scenes");
  needObject("options", options, "an object with secondsPerFrame");
  const { secondsPerFrame, width = defaultWidth, title } = options;
  if (frames.length === 0) throw new RangeError("frames is an empty array: an animation needs at least one frame");
  if (!(secondsPerFrame > 0 && secondsPerFrame < Infinity)) {
    throw new RangeError(`secondsPerFrame is ${described(secondsPerFrame)}: a number above 0 is allowed`);
  }
  if (frames.length === 1) return sceneToSvg(frames[0], { width, title });
  const stride = Math.ceil(frames.length / mostFrames);
  const kept = stride === 1 ? frames : frames.filter((_, i) => i % stride === 0 || i === frames.length - 1);
  const height = heightAt(width, kept[0]);
  const drawn = kept.map((scene) => {
    const view = new View(scene, width, height);
    return scene.shapes.map((shape) => elementOf(shape, view));
  });
  const seconds = secondsPerFrame * stride;
  const film = { seconds, pause: Math.ceil(pauseAtEnd / seconds) };
  const moving = tracks(drawn).map((track) => trackMarkup(track, film));
  const still = drawn[drawn.length >> 1].map((element) => elementMarkup(element));
  return svgFile(kept[0], width, title, [
    markup`<style>.still{display:none}@media (prefers-reduced-motion:reduce){.still{display:inline}.moving{display:none}}</style>`,
    markup`<g class="still">${still}</g><g class="moving">${moving}</g>`,
  ]);
}

/** One element of the film: what it is in each frame; undefined if it is not visible there. */
type Track = (SvgElement | undefined)[];

/**
 * The elements of the film, the rearmost first. Shapes at one place in their frames' lists share an element if they
 * are of the same kind, have the same attributes, the same number of points and the same text. Each frame shows at
 * most one element of a place.
 */
function tracks(frames: readonly (readonly SvgElement[])[]): Track[] {
  const places = frames.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: places }, (_, place) => {
    const byKind = new Map<string, Track>();
    frames.forEach((elements, frame) => {
      const element = elements[place];
      if (element === undefined) return;
      // Chromium keeps the last points of a polygon that should have fewer
      const points = element.attributes.points?.split(" ").length ?? "";
      const kind = [element.name, points, ...Object.keys(element.attributes), element.text].join(" ");
      const track = byKind.get(kind) ?? Array.from<Track[number]>({ length: frames.length });
      byKind.set(kind, track);
      track[frame] = element;
    });
    return [...byKind.values()];
  }).flat();
}

/** How long a frame is shown, in seconds, and for how many more frames the last one stays. */
interface Film {
  readonly seconds: number;
  readonly pause: number;
}

function trackMarkup(track: Track, film: Film): Markup {
  const first = track.find((element) => element !== undefined)!;
  const animations = Object.keys(first.attributes).map((name) => {
    // while it is not visible, it does not have to change
    let latest = first.attributes[name];
    return animation(
      name,
      track.map((element) => {
        latest = element?.attributes[name] ?? latest;
        return latest;
      }),
      film,
    );
  });
  const seen = track.map((element) => (element === undefined ? "none" : "inline"));
  return elementMarkup(first, [...animations, animation("display", seen, film)].flat());
}

/** An attribute with these values, one for each frame; nothing if it never changes. */
function animation(name: string, values: readonly string[], { seconds, pause }: Film): Markup[] {
  const frames = values.length + pause;
  const changes = values.map((_, frame) => frame).filter((frame) => values[frame] !== values[frame - 1]);
  if (changes.length === 1) return [];
  const changed = changes.map((frame) => values[frame]).join(";");
  const times = changes.map((frame) => Number((frame / frames).toFixed(6))).join(";");
  return [
    markup`<animate attributeName="${name}" calcMode="discrete" dur="${Number((frames * seconds).toFixed(3))}s" repeatCount="indefinite" keyTimes="${times}" values="${changed}"/>`,
  ];
}
