// The report of a search for better options as one HTML page that needs nothing else: no script, no file, no network.
import { Markup, markup } from "../draw/markup.js";
import { intervalPlot, rangeOf, seriesStyle } from "../experiments/plots.js";
import { figure } from "../experiments/table.js";
import { style } from "../report/style.js";
import type { Score } from "./halving.js";
import type { Importance, OptionImportance } from "./importance.js";
import type { Trial } from "./trials.js";
import type { Tuned } from "./tune.js";
import { changesOf, differences, seedsOf, sureOf } from "./words.js";

const ownStyle = `.wide + .wide { margin-top: 1rem; }
figure { margin-top: 1rem; }
td:last-child { white-space: normal; }
`;

/** The page's text. */
export function tunedHtml(tuned: Tuned): string {
  const { env, seed, plan, trials, best, importance, version } = tuned;
  const [first, winner] = [trials[0], trials[best]];
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${env}: tuned options</title>
<style>${new Markup(style + seriesStyle + ownStyle)}</style>
</head>
<body>
<header>
<p class="soft">${env}, seed ${seed}</p>
<h1>${headline(tuned)}</h1>
<p>${plan.trials} trials, ${plan.runs} trainings, ${count(plan.steps)} environment steps at most. Trial 0 is the default configuration. A score is the mean return of a trained network on selection episodes, the same for all. The best of many scores is partly luck: final episodes, on which nothing was chosen, are for <code>qstill train --config tuned.json</code>.</p>
</header>
<main>
<section>
<h2>The best beside the default</h2>
${besides(first, winner)}
${best === 0 ? "" : changesTable(first, winner)}
</section>
${importanceMarkup(importance)}
<section>
<h2>Every trial</h2>
${plan.rungs.map((_, rung) => rungMarkup(tuned, plan.rungs.length - 1 - rung))}
</section>
</main>
<footer><p>Made by qstill ${version}</p></footer>
</body>
</html>
`.text;
}

function headline({ env, trials, best }: Tuned): string {
  const last = (trial: number): Score => trials[trial].rungs[trials[trial].rungs.length - 1].score;
  return best === 0
    ? `No trial was better than the default in ${env}, which scores ${figure(last(0))}`
    : `Trial ${best} scores ${figure(last(best))} in ${env}, the default ${figure(last(0))}`;
}

function besides(first: Trial, best: Trial): Markup {
  const both = first.trial === best.trial ? [first] : [best, first];
  const rows = both.map(({ trial, rungs }) => {
    const { score, scores } = rungs[rungs.length - 1];
    return [trial === 0 ? "default" : `trial ${trial}`, figure(score), seedsOf(scores)];
  });
  return table("The best beside the default", ["", "Score", "Each training seed"], rows);
}

function changesTable(first: Trial, best: Trial): Markup {
  const rows = differences(first, best).map(({ option, before, after }) => [option, after, before]);
  return table("The options that differ", ["Option", `Trial ${best.trial}`, "Default"], rows);
}

function importanceMarkup(importance: Importance | null): Markup {
  if (importance === null) {
    return markup`<section><h2>What each option is worth</h2><p>Fewer than 10 trials say nothing about this.</p></section>`;
  }
  const { options, trials, envSteps, repeatability, effective } = importance;
  const { value, interval } = repeatability;
  const estimates = options.map(({ share, interval }) => ({ value: Math.max(share, 0), interval: clipped(interval) }));
  const sure = sureOf(importance);
  const needed = effective.options.length === 0 ? "none" : effective.options.join(", ");
  return markup`<section>
<h2>What each option is worth</h2>
<figure><h3>Share of the differences between trials that an option alone explains</h3>
${intervalPlot({
  id: "importance",
  title: "Share of the variance of ranks that each option explains, with 95 % intervals",
  range: [0, 1],
  rows: options.map(({ option }, i) => ({ label: option, estimate: estimates[i] })),
})}
</figure>
<p>By the ${trials} trials of the first rung, of ${count(envSteps)} steps each. Point: ε² of the ranks, less what chance would explain. Bar: 95 % interval (bootstrap over trials). What options do only together is not seen, and longer trainings may need others.</p>
<p>${sure.length === 0 ? "No option surely matters: each might do as much by chance." : `These options surely matter: ${sure.join(", ")}.`} The column “by chance” says how often shuffled scores explain as much; with ${options.length} options looked at, only what is below ${figure(0.05 / options.length)} is sure.</p>
<p>The same trials with another training seed: the scores’ ranks have the correlation ${figure(value)} (${figure(interval[0])} to ${figure(interval[1])}). Near 0 everything here is luck.</p>
<p>Effective dimension: tuning ${effective.options.length} of ${effective.of} options (${needed}) gives 95 % of what all of them gave in these trials (after Adkins et al. 2024).</p>
${table("Every option", ["Option", "Share", "95 % interval", "By chance", "Place of its values (0 worst, 1 best)"], options.map(row))}
</section>`;
}

function row({ option, share, interval, chance, values }: OptionImportance): string[] {
  const places = values.map(({ label, trials, place }) => `${label}: ${figure(round(place))} (${trials})`);
  const [low, high] = clipped(interval);
  const shown = `${figure(round(low))} to ${figure(round(high))}`;
  return [option, figure(round(Math.max(share, 0))), shown, figure(round(chance, 1000)), places.join(" · ")];
}

function clipped([low, high]: readonly [number, number]): readonly [number, number] {
  return [Math.max(low, 0), Math.max(high, 0)];
}

/** The most trials that a plot shows. */
const mostShown = 40;

function rungMarkup({ plan, trials, best }: Tuned, rung: number): Markup {
  const { seeds, envSteps } = plan.rungs[rung];
  const within = trials
    .filter(({ rungs }) => rungs.length > rung)
    .sort((a, b) => a.rungs[rung].place - b.rungs[rung].place);
  const plotted = within.slice(0, mostShown).map(({ trial, rungs }) => ({ trial, ...rungs[rung] }));
  const estimates = plotted.map(({ score, scores }) =>
    score === null ? null : { value: score, interval: extent(scores.filter((each) => each !== null)) },
  );
  const reference = trials[0].rungs[rung].score ?? undefined;
  const name = (trial: number) => (trial === 0 ? "default" : `trial ${trial}${trial === best ? " ◂" : ""}`);
  const caption = `Rung ${rung + 1}: ${within.length} trials, ${count(envSteps)} steps, ${seeds} training seeds each`;
  const rows = within.map(({ trial, changes, rungs }) => {
    const { score, scores } = rungs[rung];
    return [name(trial), figure(score), seedsOf(scores), changesOf(changes)];
  });
  return markup`<figure><h3>${caption}</h3>
${intervalPlot({
  id: `rung-${rung}`,
  title: `${caption}: scores`,
  range: rangeOf(estimates.flatMap((each) => (each === null ? [] : [...each.interval]))),
  reference,
  rows: plotted.map(({ trial }, i) => ({ label: name(trial), estimate: estimates[i] })),
})}
</figure>
<p class="soft">Point: mean over training seeds. Bar: from the lowest to the highest. Dashed: the default. ◂ the best in the end.${within.length > mostShown ? ` The best ${mostShown} are drawn.` : ""}</p>
<details><summary>Scores and options</summary>
${table(caption, ["Trial", "Score", "Each training seed", "Other than the default"], rows)}
</details>`;
}

function extent(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function round(value: number, digits = 100): number {
  return Math.round(value * digits) / digits;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A table whose first column names its rows. The caption is read out; a table that is too wide scrolls. */
function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return markup`<div class="wide" role="region" tabindex="0" aria-label="${caption}"><table>
<thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows.map(([name, ...cells]) => markup`<tr><th scope="row">${name}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`;
}
