// The picture: the field, both paddles and the ball on a canvas; a trail and rings at hits where motion is welcome.
import { ballRadius, fieldLength, paddleWidth } from "./rules.js";

/** What lies beyond each end of the field, where the paddles are, in widths of the field. */
const margin = 0.07;
const paddleHeight = 0.03;
const trailLength = 12;
const ringTicks = 24;

export class Picture {
  #canvas;
  #context;
  #colours;
  #calm = matchMedia("(prefers-reduced-motion: reduce)");
  #trail = [];
  #rings = [];

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    new ResizeObserver(() => this.#fit()).observe(canvas);
    this.#fit();
    this.#readColours();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#readColours());
  }

  /** Where a pointer is on the field, as an x from 0 to 1. */
  fieldX({ clientX }) {
    const { left, width } = this.#canvas.getBoundingClientRect();
    return (clientX - left) / width;
  }

  /** Remembers a tick for the trail. @param hit whether a paddle was hit */
  remember({ x, y, vy }, hit) {
    if (this.#calm.matches) return;
    this.#trail.push([x, y]);
    if (this.#trail.length > trailLength) this.#trail.shift();
    for (const ring of this.#rings) ring.age++;
    this.#rings = this.#rings.filter(({ age }) => age < ringTicks);
    if (hit) this.#rings.push({ x, y: vy > 0 ? 0 : fieldLength, colour: vy > 0 ? "upper" : "lower", age: 0 });
  }

  forget() {
    this.#trail = [];
  }

  /** @param size of the ball, from 0 to 1 */
  draw({ x, y, upper, lower }, size) {
    const context = this.#context;
    const { width } = this.#canvas;
    context.setTransform(width, 0, 0, width, 0, margin * width);
    context.clearRect(0, -margin, 1, fieldLength + 2 * margin);
    this.#drawLines();
    this.#drawEffects(size);
    this.#drawPaddle(upper, -paddleHeight, "upper");
    this.#drawPaddle(lower, fieldLength, "lower");
    this.#disc(x, y, ballRadius * size, "ball");
  }

  #drawLines() {
    const context = this.#context;
    context.strokeStyle = this.#colours.line;
    context.lineWidth = 0.005;
    context.beginPath();
    context.moveTo(0, fieldLength / 2);
    context.lineTo(1, fieldLength / 2);
    context.stroke();
    context.beginPath();
    context.arc(0.5, fieldLength / 2, 0.14, 0, 2 * Math.PI);
    context.stroke();
  }

  #drawEffects(size) {
    const context = this.#context;
    for (const [i, [x, y]] of this.#trail.entries()) {
      const share = (i + 1) / trailLength;
      context.globalAlpha = 0.18 * share;
      this.#disc(x, y, ballRadius * size * (0.4 + 0.6 * share), "ball");
    }
    context.lineWidth = 0.006;
    for (const { x, y, colour, age } of this.#rings) {
      const share = age / ringTicks;
      context.globalAlpha = 0.6 * (1 - share);
      context.strokeStyle = this.#colours[colour];
      context.beginPath();
      context.arc(x, y, 0.03 + 0.12 * share, 0, 2 * Math.PI);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  #drawPaddle(x, top, colour) {
    const context = this.#context;
    context.fillStyle = this.#colours[colour];
    context.beginPath();
    context.roundRect(x - paddleWidth / 2, top, paddleWidth, paddleHeight, paddleHeight / 2);
    context.fill();
  }

  #disc(x, y, radius, colour) {
    const context = this.#context;
    context.fillStyle = this.#colours[colour];
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }

  #fit() {
    const width = Math.round(this.#canvas.clientWidth * devicePixelRatio);
    if (this.#canvas.width === width) return;
    this.#canvas.width = width;
    this.#canvas.height = Math.round(width * (fieldLength + 2 * margin));
  }

  #readColours() {
    const style = getComputedStyle(document.documentElement);
    const names = ["line", "ball", "upper", "lower"];
    this.#colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
  }
}
