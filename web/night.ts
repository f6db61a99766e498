// Pictures at night: the library's bright scenes in the page's dark colours. Scenes that are already dark do not
// change.
import type { Colour, Scene } from "qstill/draw";

const colours: Readonly<Record<Colour, Colour>> = {
  "#f6f8fb": "#161d26",
  "#ffffff": "#161d26",
  "#dfe5ec": "#2a3440",
  "#e9edf5": "#2a3440",
  "#9aa6b4": "#5b6878",
  "#273444": "#dfe5ec",
  "#2b2d42": "#dfe5ec",
  "#3b4a5c": "#8795a6",
  "#2f6fb7": "#5b9be0",
  "#3d5a98": "#5b9be0",
  "#d9822b": "#f0a04b",
};

const bright = new Set(["#f6f8fb", "#ffffff"]);

/** The scene in dark colours, if its background is bright. */
export function byNight(scene: Scene): Scene {
  if (!bright.has(scene.background)) return scene;
  const dark = (colour: Colour | undefined) => (colour === undefined ? undefined : (colours[colour] ?? colour));
  const shapes = scene.shapes.map((shape) =>
    shape.kind === "text"
      ? { ...shape, fill: dark(shape.fill) as Colour }
      : { ...shape, fill: dark(shape.fill), stroke: dark(shape.stroke) },
  );
  return { ...scene, background: dark(scene.background) as Colour, shapes };
}
