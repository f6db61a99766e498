/**
 * Pictures of environments, as SVG that stands still or moves, and on a canvas.
 * @module qstill/draw
 */
export type { Colour, Look, Point, Scene, Shape } from "../env/scene.js";
export { type AnimationOptions, animatedSvg } from "./animation.js";
export { type DrawingContext, drawScene } from "./canvas.js";
export { sceneOf } from "./scenes.js";
export { type SvgOptions, sceneToSvg } from "./svg.js";
