// The report of a search for the smallest student as one HTML page: the frontier of parameters against return.
import type { Standing } from "../distill/judge.js";
import type { Size } from "../distill/shrink.js";
import { Markup, markup } from "../draw/markup.js";
import { plot, rangeOf } from "./plot.js";
import { style } from "./style.js";

/** The result of a search: plain data. */
export interface Frontier {
  readonly env: string;
  readonly seed: number;
  /** The number of episodes by which a size was judged and tested. */
  readonly episodes: number;
  /** The share of the teacher's return that was asked for. */
  readonly threshold: number;
  /** Confidence of each lower bound. */
  readonly confidence: number;
  readonly teacher: { readonly hidden: readonly number[]; readonly parameters: number; readonly mean: number };
  /** What must be the same when a search goes on: the student's options, and the teacher's fingerprint. */
  readonly setting: Readonly<Record<string, unknown>>;
  /** Sorted by the number of parameters. */
  readonly sizes: readonly Size[];
  /** The answer; null if no student passed, or if the search was stopped. */
  readonly smallest: Size | null;
  /** Whether the search was finished. */
  readonly complete: boolean;
  readonly version: string;
}

/** The sizes that did better on selection episodes than every smaller one. */
export function frontierOf(sizes: readonly Size[]): Size[] {
  const frontier: Size[] = [];
  for (const size of [...sizes].sort((a, b) => a.parameters - b.parameters)) {
    const last = frontier[frontier.length - 1];
    if (last === undefined || size.selection.mean > last.selection.mean) frontier.push(size);
  }
  return frontier;
}

/** The page's text. */
export function frontierHtml(found: Frontier): string {
  const { env, seed, episodes, threshold, teacher, sizes, smallest, complete, version } = found;
  const points = frontierOf(sizes).map((size) => ({
    x: size.parameters,
    mean: size.selection.mean,
    std: size.selection.std,
    kept: size.parameters === smallest?.parameters,
  }));
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${env}: the smallest student</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<p class="soft">${env}, seed ${seed}</p>
<h1>${headline(found)}</h1>
<p>The teacher has ${teacher.parameters} parameters. A student is good enough when it keeps ${percent(threshold)} of the teacher’s return above random play with 95 % confidence, by ${episodes} episodes that both play.</p>
${complete ? "" : markup`<p class="bad"><strong>The search was stopped before its end.</strong></p>`}
</header>
<main>
<section>
<h2>Parameters against return</h2>
<figure>
${plot({
  id: "student",
  title: "The best student of each number of parameters",
  description: `Mean return on selection episodes of ${points.length} sizes, each better than every smaller one.`,
  xLabel: "parameters",
  range: rangeOf(points, [teacher.mean]),
  lines: [{ label: "", points }],
  references: [{ label: "the teacher’s return", value: teacher.mean }],
})}
</figure>
<p class="soft">Each point did better on selection episodes than everything smaller. Band: ± one standard deviation of the episodes. Ring: the answer.</p>
</section>
<section>
<h2>Every size that was tried</h2>
<div class="wide"><table>
<thead><tr>${["Hidden layers", "Parameters", "Students", "Mean return", "Kept", "At least", "Tested: kept", "At least"].map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${sizes.map((size) => row(size))}</tbody>
</table></div>
<p class="soft">The best of so many students, on selection episodes. “At least”: the lower end of the one-sided 95 % interval. Tested: on final episodes, which nothing was chosen by.</p>
</section>
</main>
<footer><p>Made by qstill ${version}</p></footer>
</body>
</html>
`.text;
}

function headline({ smallest, env }: Frontier): string {
  return smallest === null
    ? `No student was shown to be good enough in ${env}`
    : `${smallest.parameters} parameters are enough in ${env}`;
}

function row({ hidden, parameters, attempts, selection, final }: Size): Markup {
  const kept = (standing: Standing | null) => [share(standing?.returnRatio), share(standing?.lowerBound)];
  const cells = [parameters, attempts, selection.mean.toFixed(1), ...kept(selection), ...kept(final)];
  return markup`<tr><th scope="row">${hidden.length === 0 ? "none" : hidden.join("-")}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>
`;
}

function share(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : percent(value);
}

function percent(value: number): string {
  return `${Number((100 * value).toFixed(1))} %`;
}
