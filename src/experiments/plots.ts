// The plots of a study as SVG, coloured by the page's style sheet: intervals in rows, and lines with bands.
import { type Markup, markup } from "../draw/markup.js";
import { bandPath, linePath, round, scale, tickLabels, ticks } from "../report/axes.js";
import type { Interval } from "./statistics.js";
import type { Estimate } from "./summary.js";

/** The colours of the plots' points and lines, beside the page's style sheet. */
export const seriesStyle = `
.series-0 { --colour: var(--student); } .series-1 { --colour: var(--teacher); } .series-2 { --colour: var(--good); }
.series-0, .series-1, .series-2 { color: var(--colour); }
.interval { stroke: var(--colour); stroke-width: 8; opacity: 0.35; }
path.reference { stroke: var(--soft); }
`;

/** A range with a little room at both ends; it is never empty. */
export function rangeOf(values: readonly number[]): Interval {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const room = 0.04 * (high - low) || 0.5;
  return values.length === 0 ? [0, 1] : [low - room, high + room];
}

const rows = { width: 880, height: 24, right: 20, axis: 30, character: 7.5 };

export interface IntervalPlot {
  /** A prefix for the ids of the SVG's elements. */
  readonly id: string;
  readonly title: string;
  readonly range: Interval;
  readonly rows: readonly { readonly label: string; readonly estimate: Estimate | null }[];
  /** A value that is drawn as a dashed line. */
  readonly reference?: number;
}

/** A row for each estimate: its value as a point, its interval as a bar. */
export function intervalPlot({ id, title, range, rows: given, reference }: IntervalPlot): Markup {
  const { width, height, right, axis, character } = rows;
  const label = 24 + character * given.reduce((longest, { label: name }) => Math.max(longest, name.length), 0);
  const x = scale(range, [label, width - right]);
  const bottom = given.length * height;
  const xFormat = tickLabels(range, 6);
  return markup`<svg viewBox="0 0 ${width} ${bottom + axis}" role="img" aria-labelledby="${id}-title">
<title id="${id}-title">${title}</title>
${ticks(range, 6).map(
  (tick) => markup`<path class="rule" d="M${round(x(tick))},0V${bottom}"/>
<text x="${round(x(tick))}" y="${bottom + 18}" text-anchor="middle">${xFormat(tick)}</text>
`,
)}${reference === undefined ? "" : markup`<path class="reference" d="M${round(x(reference))},0V${bottom}"/>`}
${given.map(({ label: name, estimate }, i) => {
  const y = (i + 0.5) * height;
  return markup`<text x="${label - 12}" y="${y}" dy="0.32em" text-anchor="end">${name}</text>
${
  estimate === null
    ? ""
    : markup`<g class="series-0"><path class="interval" d="M${round(x(estimate.interval[0]))},${y}H${round(x(estimate.interval[1]))}"/>
<circle class="point" cx="${round(x(estimate.value))}" cy="${y}" r="4.5"/></g>
`
}`;
})}</svg>`;
}

/** A point of a line, and the band around it. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly band: Interval;
}

export interface LinePlot {
  /** A prefix for the ids of the SVG's elements. */
  readonly id: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xRange: Interval;
  readonly yRange: Interval;
  /** The first three have colours of their own. */
  readonly lines: readonly (readonly LinePoint[])[];
  /** A line drawn dashed, below the others. */
  readonly reference?: readonly LinePoint[];
}

const width = 300;
const height = 200;
const margin = { top: 24, right: 12, bottom: 40, left: 46 };

/** Lines with their bands in one small panel. */
export function linePlot({ id, title, xLabel, yLabel, xRange, yRange, lines, reference }: LinePlot): Markup {
  const x = scale(xRange, [margin.left, width - margin.right]);
  const y = scale(yRange, [height - margin.bottom, margin.top]);
  const xFormat = tickLabels(xRange, 4, xRange[1] >= 1000 ? "thousands" : "plain");
  const yFormat = tickLabels(yRange, 4);
  const along = (points: readonly LinePoint[], height: (point: LinePoint) => number) =>
    points.map((point): [number, number] => [x(point.x), y(height(point))]);
  const path = (points: readonly LinePoint[]) => linePath(along(points, (point) => point.y));
  const band = (points: readonly LinePoint[]) =>
    bandPath(
      along(points, (point) => point.band[0]),
      along(points, (point) => point.band[1]),
    );
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title">
<title id="${id}-title">${title}</title>
${ticks(yRange, 4).map(
  (tick) => markup`<path class="rule" d="M${margin.left},${round(y(tick))}H${width - margin.right}"/>
<text x="${margin.left - 6}" y="${round(y(tick))}" dy="0.32em" text-anchor="end">${yFormat(tick)}</text>
`,
)}${ticks(xRange, 4).map(
  (
    tick,
  ) => markup`<text x="${round(x(tick))}" y="${height - margin.bottom + 16}" text-anchor="middle">${tick === 0 ? "0" : xFormat(tick)}</text>
`,
)}<text x="${width - margin.right}" y="${height - 6}" text-anchor="end">${xLabel}</text>
<text x="4" y="12">${yLabel}</text>
${reference === undefined ? "" : markup`<path class="reference" fill="none" d="${path(reference)}"/>`}
${lines.map(
  (points, i) => markup`<g class="series-${i}"><path class="band" d="${band(points)}"/>
<path class="mean" d="${path(points)}"/></g>
`,
)}</svg>`;
}
