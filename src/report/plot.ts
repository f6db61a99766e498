// The plot of return against training: one panel as SVG, coloured by the page's style sheet.
import { type Markup, markup } from "../draw/markup.js";
import { bandPath, linePath, round, type Scale, scale, tickLabels, ticks } from "./axes.js";

export interface PlotPoint {
  readonly x: number;
  /** Mean and standard deviation of the returns of one evaluation. */
  readonly mean: number;
  readonly std: number;
  /** Whether this network was kept. */
  readonly kept: boolean;
}

/** One line of a panel. */
export interface PlotLine {
  /** Written below the line; empty if there is only one line. */
  readonly label: string;
  readonly points: readonly PlotPoint[];
}

export interface Panel {
  /** A prefix for the ids of the SVG's elements, and its class. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
  /** The returns that the vertical axis spans. Panels that are compared share them. */
  readonly range: readonly [number, number];
  readonly lines: readonly PlotLine[];
  readonly references: readonly Reference[];
}

/** A return that is drawn as a dashed line. */
export interface Reference {
  readonly label: string;
  readonly value: number;
  /** Where its label stands: at the right end by default. A line in the background is soft. */
  readonly side?: "left";
  readonly soft?: true;
}

const width = 440;
const height = 280;
const margin = { top: 30, right: 14, bottom: 44, left: 54 };

/** A range with room for the mean ± standard deviation of all points, and for some more values; it is never empty. */
export function rangeOf(
  points: readonly { mean: number; std: number }[],
  values: readonly [number, ...number[]],
): [number, number] {
  const ends = points.flatMap(({ mean, std }) => [mean - std, mean + std]).filter(Number.isFinite);
  const low = ends.reduce((a, b) => Math.min(a, b), Math.min(...values));
  const high = ends.reduce((a, b) => Math.max(a, b), Math.max(...values));
  const room = 0.04 * (high - low) || 1;
  return [low - room, high + room];
}

/**
 * One panel: for each line its mean, a band of ± one standard deviation, and a ring around the network that was kept.
 */
export function plot({ id, title, description, xLabel, range, lines, references }: Panel): Markup {
  const last = lines.flatMap(({ points }) => points).reduce((largest, { x }) => Math.max(largest, x), 0);
  const x = scale([0, last || 1], [margin.left, width - margin.right]);
  const y = scale(range, [height - margin.bottom, margin.top]);
  const thousands = tickLabels([0, last || 1], 4, "thousands");
  const yFormat = tickLabels(range, 5);

  return markup`<svg class="${id}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-description">
<title id="${id}-title">${title}</title>
<desc id="${id}-description">${description}</desc>
${ticks(range, 5).map(
  (tick) => markup`<path class="rule" d="M${margin.left},${round(y(tick))}H${width - margin.right}"/>
<text x="${margin.left - 8}" y="${round(y(tick))}" dy="0.32em" text-anchor="end">${yFormat(tick)}</text>
`,
)}${ticks([0, last || 1], 4).map(
  (
    tick,
  ) => markup`<text x="${round(x(tick))}" y="${height - margin.bottom + 18}" text-anchor="middle">${tick === 0 ? "0" : thousands(tick)}</text>
`,
)}<text x="${width - margin.right}" y="${height - 6}" text-anchor="end">${xLabel}</text>
<text x="4" y="12">mean return</text>
${references.map((each) => referenceLine(each, y))}${lines.map((each) => plotLine(each, x, y))}</svg>`;
}

function referenceLine({ label, value, side, soft }: Reference, y: Scale): Markup {
  const style = soft ? "reference beside" : "reference";
  const [x, anchor] = side === "left" ? [margin.left + 4, "start"] : [width - margin.right, "end"];
  return markup`<path class="${style}" d="M${margin.left},${round(y(value))}H${width - margin.right}"/>
<text class="${style}" x="${x}" y="${round(y(value)) - 7}" text-anchor="${anchor}">${label}</text>
`;
}

function plotLine({ label, points }: PlotLine, x: Scale, y: Scale): Markup {
  const drawn = points.filter(({ mean, std }) => Number.isFinite(mean) && Number.isFinite(std));
  if (drawn.length === 0) return markup``;
  const at = (point: PlotPoint) => x(point.x);
  const along = (height: (point: PlotPoint) => number) =>
    drawn.map((point): [number, number] => [at(point), y(height(point))]);
  const mean = along((point) => point.mean);
  const low = along((point) => point.mean - point.std);
  const high = along((point) => point.mean + point.std);
  const middle = (x(drawn[0].x) + x(drawn[drawn.length - 1].x)) / 2;
  return markup`<g><path class="band" d="${bandPath(low, high)}"/>
<path class="mean" d="${linePath(mean)}"/>
${drawn.map(
  (
    point,
  ) => markup`<circle class="${point.kept ? "kept" : "point"}" cx="${round(at(point))}" cy="${round(y(point.mean))}" r="${point.kept ? 6 : 2}"/>
`,
)}<text x="${round(middle)}" y="${height - margin.bottom - 8}" text-anchor="middle">${label}</text></g>
`;
}
