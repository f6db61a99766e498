// An episode as one SVG file that moves: SMIL, so that it moves wherever an image is shown, without a script.
import type { Scene } from "../env/scene.js";
import { elementOf, type SvgElement } from "./elements.js";
import { type Markup, markup } from "./markup.js";
import { defaultWidth, elementMarkup, type SvgOptions, sceneToSvg, svgFile } from "./svg.js";
import { heightAt, View } from "./view.js";

/** Options of {@link animatedSvg}. */
export interface AnimationOptions extends SvgOptions {
  /** How long one frame is seen. */
  readonly secondsPerFrame: number;
}

/** How long the last frame stays before the film begins again, in seconds: an end that is not seen is no end. */
const pauseAtEnd = 1;

/** More frames than these are thinned out, to keep a file that a page can show. */
const mostFrames = 1000;

/**
 * The scenes of an episode one after another, over and over. The file's shape and background are the first one's; a
 * frame with other bounds is what a camera that moves would see. What does not change is written once: the shape at a place in the list is one element of the file as long as its kind is the
 * same, and only its attributes that change are animated. Of more than 1,000 frames every second is drawn, or every
 * third, and so on, each for as much longer. Who asks for reduced motion sees the frame in the middle.
 * @param frames at least one
 * @returns a whole file, XML without a declaration
 * @throws RangeError without a frame, for a duration that is not above 0, and as {@link sceneToSvg} does
 */
export function animatedSvg(
  frames: readonly Scene[],
  { secondsPerFrame, width = defaultWidth, title }: AnimationOptions,
): string {
  if (frames.length === 0) throw new RangeError("an animation needs at least one frame: none was given");
  if (!(secondsPerFrame > 0 && secondsPerFrame < Infinity)) {
    throw new RangeError(`secondsPerFrame is ${secondsPerFrame}: a number above 0 is allowed`);
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

/** One element of the film: what it is in each frame, undefined where it is not seen. */
type Track = (SvgElement | undefined)[];

/**
 * The elements of the film, those behind first. Shapes at one place in their frames' lists share an element where they are
 * of one kind, have the same attributes and as many points and say the same; each frame shows one of a place's elements at most.
 */
function tracks(frames: readonly (readonly SvgElement[])[]): Track[] {
  const places = Math.max(...frames.map((elements) => elements.length));
  return Array.from({ length: places }, (_, place) => {
    const byKind = new Map<string, Track>();
    frames.forEach((elements, frame) => {
      const element = elements[place];
      if (element === undefined) return;
      // Chromium keeps the last points of a polygon that is to have fewer
      const points = element.attributes.points?.split(" ").length ?? "";
      const kind = [element.name, points, ...Object.keys(element.attributes), element.text].join(" ");
      const track = byKind.get(kind) ?? Array.from<Track[number]>({ length: frames.length });
      byKind.set(kind, track);
      track[frame] = element;
    });
    return [...byKind.values()];
  }).flat();
}

/** How long a frame is seen, in seconds, and for how many more frames the last one stays. */
interface Film {
  readonly seconds: number;
  readonly pause: number;
}

function trackMarkup(track: Track, film: Film): Markup {
  const first = track.find((element) => element !== undefined)!;
  const animations = Object.keys(first.attributes).map((name) => {
    // while it is not seen, nothing of it needs to change
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

/** An attribute with these values, one a frame; nothing where it is always the same. */
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
