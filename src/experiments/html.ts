// The report of a study as one HTML page that needs nothing else: no script, no file, no network.
import { version } from "../core/version.js";
import { Markup, markup } from "../draw/markup.js";
import { quantile } from "../evaluate/statistics.js";
import { style } from "../report/style.js";
import { intervalPlot, type LinePoint, linePlot, rangeOf, seriesStyle } from "./plots.js";
import type { Run } from "./results.js";
import { interquartileMean, performanceProfile } from "./statistics.js";
import type { Study } from "./study.js";
import type { Section } from "./summary.js";
import { explanation, setting, tableOf } from "./table.js";

const ownStyle = `section > h3 { margin: 1.5rem 0 0.5rem; }
tbody th { white-space: nowrap; }
`;

/**
 * The report as the text of one self-contained HTML page.
 * @param about `effort` says what the runs took, `missing` which runs failed
 */
export function studyHtml(
  study: Study,
  sections: readonly Section[],
  runs: readonly Run[],
  { seeds, effort, missing }: { readonly seeds: number; readonly effort: string; readonly missing?: string },
): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${study.name}: ${study.question}</title>
<style>${new Markup(style + seriesStyle + ownStyle)}</style>
</head>
<body>
<header>
<p class="soft">The study “${study.name}”</p>
<h1>${study.question}</h1>
<p>${setting(seeds)} ${effort} ${explanation}</p>
${missing === undefined ? "" : markup`<p><strong>${missing}.</strong></p>`}
</header>
<main>
${sections.map((section, i) => sectionMarkup(study, section, runs, `section-${i}`))}
</main>
<footer><p>Made by qstill ${version}</p></footer>
</body>
</html>
`.text;
}

function sectionMarkup(study: Study, section: Section, runs: readonly Run[], id: string): Markup {
  const { environments, rows } = section;
  const where = environments.join(", ");
  const estimates = rows.flatMap(({ score }) => (score === null ? [] : [score.value, ...score.interval]));
  const pairs = rows.slice(1).map(({ cell, improvement }) => ({ label: cell, estimate: improvement }));
  return markup`<section>
<h2>${where}</h2>
<figure><h3>${study.score}</h3>
${intervalPlot({
  id: `${id}-scores`,
  title: `Interquartile mean of ${study.score} in ${where}, with 95 % intervals`,
  range: rangeOf(estimates),
  reference: rows[0].score?.value,
  rows: rows.map(({ cell, score }) => ({ label: cell, estimate: score })),
})}
</figure>
<p class="soft">Point: interquartile mean. Bar: 95 % interval. Dashed: the first cell.</p>
${
  pairs.length === 0
    ? ""
    : markup`<details><summary>How likely a run is better than one of “${rows[0].cell}”</summary>
<figure>${intervalPlot({ id: `${id}-improvement`, title: `Probability of improvement in ${where}`, range: [0, 1], rows: pairs, reference: 0.5 })}</figure>
</details>`
}
${table(study, section)}
${curves(section, runs, id)}
${profiles(study, section, id)}
</section>`;
}

function table(study: Study, section: Section): Markup {
  const { head, lines } = tableOf(study, section);
  const caption = `Scores in ${section.environments.join(", ")}`;
  return markup`<h3>Every score</h3>
<div class="wide" role="region" tabindex="0" aria-label="${caption}"><table>
<thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${lines.map(([cell, ...values]) => markup`<tr><th scope="row">${cell}</th>${values.map((value) => markup`<td>${value}</td>`)}</tr>\n`)}</tbody></table></div>`;
}

const profilePoints = 60;

/** A panel for each cell: the share of its runs above every score, compared with the first cell's. */
function profiles(study: Study, { environments, rows }: Section, id: string): Markup {
  const range = rangeOf(rows.flatMap(({ strata }) => strata.flat()));
  const thresholds = Array.from(
    { length: profilePoints + 1 },
    (_, i) => range[0] + ((range[1] - range[0]) * i) / profilePoints,
  );
  const lines = rows.map(({ strata }) =>
    strata.length === 0
      ? []
      : performanceProfile(strata, thresholds).map(({ threshold, share, band }) => ({ x: threshold, y: share, band })),
  );
  return markup`<details><summary>Performance profiles: the share of runs above each ${study.score}</summary>
<div class="columns three">
${rows.map(
  ({ cell }, i) => markup`<figure><h3>${cell}</h3>
${linePlot({
  id: `${id}-profile-${i}`,
  title: `Performance profile of ${cell} in ${environments.join(", ")}`,
  xLabel: study.score,
  yLabel: "share of runs above",
  xRange: range,
  yRange: [0, 1],
  lines: [lines[i]],
  reference: lines[0],
})}</figure>
`,
)}</div>
<p class="soft">Band: 95 % interval. Dashed: “${rows[0].cell}”.</p>
</details>`;
}

const curvePoints = 80;

/** A panel for each cell with the curves of its runs; nothing if there are no curves, or several environments. */
function curves({ environments, rows }: Section, runs: readonly Run[], id: string): Markup {
  const within = runs.filter(({ env, curves = {} }) => env === environments[0] && Object.keys(curves).length > 0);
  if (environments.length > 1 || within.length === 0) return markup``;
  const names = [...new Set(within.flatMap((run) => Object.keys(run.curves ?? {})))];
  const points = within.flatMap((run) => Object.values(run.curves ?? {}).flat());
  const xRange = [0, points.reduce((largest, [x]) => Math.max(largest, x), 0) || 1] as const;
  const grid = Array.from({ length: curvePoints + 1 }, (_, i) => (xRange[1] * i) / curvePoints);
  const panels = rows.map(({ cell }) => ({
    cell,
    lines: names.map((name) => {
      const drawn = within.flatMap((run) =>
        run.cell === cell && run.curves?.[name]?.length ? [run.curves[name]] : [],
      );
      return grid.flatMap((x) => linePoint(x, drawn));
    }),
  }));
  const yRange = rangeOf(panels.flatMap(({ lines }) => lines.flat().flatMap(({ band }) => [...band])));
  return markup`<h3>Curves</h3>
<p>${names.map((name, i) => markup`<span class="series-${i}">▬ ${name}</span> `)}</p>
<div class="columns three">
${panels.map(
  ({ cell, lines }, i) => markup`<figure><h3>${cell}</h3>
${linePlot({ id: `${id}-curves-${i}`, title: `Curves of ${cell}: ${names.join(", ")}`, xLabel: "environment steps", yLabel: "", xRange, yRange, lines })}</figure>
`,
)}</div>
<p class="soft">Line: interquartile mean over the runs. Band: their middle half. A run that ended early keeps its last value.</p>`;
}

/** The runs' values at x: the latest of each; nothing until all runs have begun. */
function linePoint(x: number, drawn: readonly (readonly (readonly [number, number])[])[]): LinePoint[] {
  const values = drawn.flatMap((curve) => {
    const latest = curve.findLast(([at]) => at <= x);
    return latest === undefined ? [] : [latest[1]];
  });
  if (values.length === 0 || values.length < drawn.length) return [];
  const sorted = Float64Array.from(values).sort();
  return [{ x, y: interquartileMean(values), band: [quantile(sorted, 0.25), quantile(sorted, 0.75)] }];
}
