// The parts of both recommenders' pictures: bars, labels, and a colour for what is good or bad for the user.
import { box, type Colour, type Shape } from "../scene.js";

export const colours = {
  paper: "#f6f8fb",
  card: "#ffffff",
  rail: "#dfe5ec",
  edge: "#9aa6b4",
  ink: "#273444",
  time: "#2f6fb7",
  clicked: "#d9822b",
} as const;

export function label(x: number, y: number, size: number, text: string): Shape {
  return { kind: "text", at: [x, y], size, text, fill: colours.ink };
}

/** A bar, 0.7 high, filled from the left up to its share. Its name is before it and a text after it. */
export function gauge(bottom: number, name: string, share: number, text: string, fill: Colour): Shape[] {
  const left = 5.2;
  const right = 16;
  const filled = left + Math.max(0, Math.min(1, share)) * (right - left);
  return [
    label(0.6, bottom + 0.14, 0.6, name),
    box(left, bottom, right, bottom + 0.7, { fill: colours.rail }),
    box(left, bottom, filled, bottom + 0.7, { fill }),
    label(right + 0.3, bottom + 0.14, 0.6, text),
  ];
}

const worst = [0xc8, 0x4f, 0x45];
const middle = [0xd8, 0xd3, 0xc4];
const best = [0x2e, 0x9e, 0x6b];

/** The colour of a share: red at 0, grey at 0.5, green at 1. */
export function goodness(share: number): Colour {
  const place = 2 * Math.max(0, Math.min(1, share));
  const from = place < 1 ? worst : middle;
  const to = place < 1 ? middle : best;
  const part = place < 1 ? place : place - 1;
  const digits = from.map((value, i) =>
    Math.round(value + part * (to[i] - value))
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${digits.join("")}`;
}
