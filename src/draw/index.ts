/**
 * Pictures of environments: SVG files, still or moving, and drawing on a canvas.
 * @module qstill/draw
 */
export type { Colour, Look, Point, Scene, Shape } from "../env/scene.js";
export { type AnimationOptions, animatedSvg } from "./animation.js";
export { type DrawingContext, drawScene } from "./canvas.js";
export { sceneOf } from "./scenes.js";
export { type SvgOptions, sceneToSvg } from "./svg.js";
