// The report of a run as one HTML page that needs nothing else: no script, no file, no network.

import { needObject } from "../core/needed.js";
import { Markup, markup } from "../draw/markup.js";
import type { Baseline } from "../model/model.js";
import type { AttemptEvent, EvaluationEvent } from "../training/events.js";
import { plot, type Reference, rangeOf } from "./plot.js";
import { style } from "./style.js";
import type { NetworkSummary, StudentSummary, Summary } from "./summary.js";

/** What a report is made from. */
export interface ReportInput {
  readonly summary: Summary;
  readonly points: readonly EvaluationEvent[];
  readonly attempts: readonly AttemptEvent[];
  /** Plain data; nested values are listed by their paths. */
  readonly config: Record<string, unknown>;
}

/** The report as the text of one self-contained HTML page. */
export function reportHtml(input: ReportInput): string {
  needObject("input", input);
  const { summary, points, attempts, config } = input;
  needObject("summary", summary, "what summarise() gives");
  const { env, seed, teacher, student, weightsHash, version, satisfied } = summary;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${env}: a student of ${count(student.parameters)} parameters</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<p class="soft">${env}, seed ${seed}</p>
<h1>${headline(student)}</h1>
<p>The teacher, a network of ${count(teacher.parameters)} parameters, learnt ${env} by trial and error. The student learnt from the teacher’s answers.</p>
<p class="${satisfied ? "good" : "bad"}"><strong>${satisfied ? "✓ The student keeps the share of the return that was asked for." : "✗ The student misses the share of the return that was asked for."}</strong></p>
</header>
<main>
${training(summary, points)}
${evaluation(teacher, student)}
${quality(student)}
${attemptList(attempts)}
<section>
<h2>Configuration</h2>
<details><summary>Everything that was set</summary>
${table("Configuration", ["Name", "Value"], leaves(config))}
</details>
</section>
</main>
<footer>
<p>The same configuration and seed give the same weights, bit for bit. SHA-256 of the student’s and the teacher’s: <code>${weightsHash}</code></p>
<p>Made by qstill ${version}</p>
</footer>
</body>
</html>
`.text;
}

function headline({ parameters, compression, returnRatio }: StudentSummary): string {
  const student = `A student of ${count(parameters)} parameters, ${percent(compression, 2)} of its teacher’s`;
  if (returnRatio === null) return `${student}; the teacher is no better than random actions`;
  return `${student}, keeps ${returnRatio > 0 ? percent(returnRatio) : "none"} of its return`;
}

function training({ teacher, student }: Summary, points: readonly EvaluationEvent[]): Markup {
  const ofTeacher = points.filter(({ network }) => network === "teacher");
  const ofStudent = points.filter(({ network }) => network === "student");
  const goal = { label: "the teacher’s final return", value: teacher.evaluation.mean };
  const lines = baselineLines(teacher.baseline);
  const range = rangeOf(points, [goal.value, ...lines.map(({ value }) => value)]);
  return markup`<section>
<h2>Return during training</h2>
<div class="columns">
<figure><h3>Teacher</h3>
${panel("teacher", ofTeacher, range, lines)}
</figure>
<figure><h3>Student${student.attempts > 1 ? `, ${student.attempts} attempts` : ""}</h3>
${panel("student", ofStudent, range, [goal, ...lines])}
</figure>
</div>
<p class="soft">Line: mean return of each evaluation. Band: ± one standard deviation of its episodes. Ring: the network that was kept. Dashed: what it is compared with. Each panel has its own horizontal axis.</p>
<details><summary>The numbers behind the plots</summary>
${pointTable("Teacher", ofTeacher)}
${pointTable("Student", ofStudent)}
</details>
</section>`;
}

/** What both can be compared with. Where the two returns are the same, they are one line. */
function baselineLines({ random = null, constant = null }: Partial<Baseline> = {}): Reference[] {
  const always = constant === null ? "" : `always action ${constant.action}`;
  if (constant !== null && constant.mean === random) {
    return [{ label: `random, or ${always}`, value: random, soft: true }];
  }
  return [
    ...(random === null ? [] : [{ label: "random", value: random, soft: true } as const]),
    ...(constant === null ? [] : [{ label: always, value: constant.mean, side: "left", soft: true } as const]),
  ];
}

function panel(
  network: "teacher" | "student",
  points: readonly EvaluationEvent[],
  range: readonly [number, number],
  references: readonly Reference[],
): Markup {
  if (points.length === 0) return markup`<p class="soft">No evaluation was recorded.</p>`;
  const attempts = [...new Set(points.map(({ attempt }) => attempt))];
  const series = attempts.map((attempt) => points.filter((point) => point.attempt === attempt));
  // A student that learns from states already collected takes no environment steps. Its points differ in updates.
  const stands = series.some((each) => each.length > 1 && each[0].envSteps === each[each.length - 1].envSteps);
  const kept = points.findLast(({ best }) => best);
  const xLabel = stands ? "updates" : "environment steps";
  return plot({
    id: network,
    title: `Return of the ${network} during training`,
    description: describe(points, xLabel),
    xLabel,
    range,
    lines: series.map((each, i) => ({
      label: series.length > 1 ? `attempt ${attempts[i] ?? ""}` : "",
      points: each.map((point) => ({
        x: stands ? point.updates : point.envSteps,
        mean: point.mean,
        std: point.std,
        kept: point === kept,
      })),
    })),
    references,
  });
}

function describe(points: readonly EvaluationEvent[], xLabel: string): string {
  const first = points[0];
  const last = points[points.length - 1];
  return `Mean return of ${points.length} evaluations against ${xLabel}, from ${figure(first.mean)} to ${figure(last.mean)}.`;
}

function pointTable(name: string, points: readonly EvaluationEvent[]): Markup {
  const head = ["Steps", "Updates", "Mean", "Deviation", "Minimum", "Loss", "Attempt"];
  const rows = points.map(({ envSteps, updates, mean, std, min, loss, attempt }) => [
    count(envSteps),
    count(updates),
    figure(mean),
    figure(std),
    figure(min),
    loss === null ? "–" : figure(loss),
    attempt === undefined ? "–" : count(attempt),
  ]);
  return markup`<h3>${name}</h3>
${table(`Evaluations of the ${name.toLowerCase()} during training`, head, rows)}`;
}

function evaluation(teacher: NetworkSummary, student: NetworkSummary): Markup {
  const row = (name: string, cell: (network: NetworkSummary) => string) => [name, cell(teacher), cell(student)];
  return markup`<section>
<h2>Final evaluation</h2>
<p>Both act greedily in episodes that neither training nor selection has seen.</p>
${table(
  "Final evaluation of teacher and student",
  ["", "Teacher", "Student"],
  [
    row("Mean return", ({ evaluation: { mean } }) => figure(mean)),
    row("95 % interval of the mean", ({ evaluation: { ci95 } }) => `${figure(ci95[0])} to ${figure(ci95[1])}`),
    row("Standard deviation", ({ evaluation: { std } }) => figure(std)),
    row("Minimum", ({ evaluation: { min } }) => figure(min)),
    row("Episodes", ({ evaluation: { episodes } }) => count(episodes)),
    row("Hidden layers", ({ hidden }) => layers(hidden)),
    row("Parameters", ({ parameters }) => count(parameters)),
    row("Environment steps", ({ envSteps }) => count(envSteps)),
    row("Steps of evaluations in training", evaluationSteps),
    row("Updates", ({ updates }) => count(updates)),
    row("Wall-clock seconds", ({ wallSeconds }) => figure(wallSeconds)),
  ],
)}
</section>`;
}

function evaluationSteps({ envSteps, evaluationSteps }: NetworkSummary): string {
  if (evaluationSteps === undefined) return "not counted";
  return `${count(evaluationSteps)} (${percent(evaluationSteps / (envSteps + evaluationSteps))} of all)`;
}

function quality(student: StudentSummary): Markup {
  const { actionAgreement, actionFlipRate, returnRatio, loss, states, evaluation } = student;
  return markup`<section>
<h2>How close the student is</h2>
<p>Loss that it learnt by: <code>${loss}</code>. Source of its states: <code>${states}</code>.</p>
<div class="columns three">
${card(
  "Q-value accuracy",
  "How near the student’s Q-values are to the teacher’s, on states that no training has seen.",
  accuracy(student),
)}
${card(
  "Policy stability",
  "How often the student acts as the teacher does, how often noise of 1 % flips its action, and how much its returns vary.",
  [
    ["Same action", percent(actionAgreement)],
    ["Flipped by noise", percent(actionFlipRate)],
    ["Deviation of returns", figure(evaluation.std)],
    ["Minimum return", figure(evaluation.min)],
  ],
)}
${card(
  "Performance",
  "How much of the teacher’s return the student keeps, where random actions are 0 % and the teacher is 100 %.",
  [
    ["Mean return", figure(evaluation.mean)],
    [
      "Share of return",
      returnRatio === null ? "not defined: the teacher is no better than random" : percent(returnRatio),
    ],
  ],
)}
</div>
</section>`;
}

type Rows = readonly (readonly [name: string, value: string])[];

function accuracy({ qMse, qR2 }: StudentSummary): Rows {
  if (qMse === null) return [["Mean squared error and R²", "not measured: the loss does not fit Q-values"]];
  return [
    ["Mean squared error", figure(qMse)],
    ["R²", qR2 === null ? "not measured: the teacher’s Q-values do not vary" : figure(qR2)],
  ];
}

function card(title: string, sentence: string, values: Rows): Markup {
  return markup`<div class="card"><h3>${title}</h3>
<p>${sentence}</p>
<dl>${values.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div>`;
}

function attemptList(attempts: readonly AttemptEvent[]): Markup {
  const rows = attempts.map(({ attempt, hidden, returnRatio, satisfied, envSteps, updates }) => [
    count(attempt),
    layers(hidden),
    returnRatio === null ? "–" : percent(returnRatio),
    satisfied ? "yes" : "no",
    count(envSteps),
    count(updates),
  ]);
  return markup`<section>
<h2>Attempts</h2>
<p>A student that is not good enough in its evaluations during training is initialised anew. Environment steps and updates are counted from the first attempt on.</p>
${table("Attempts", ["Attempt", "Hidden layers", "Share of return", "Good enough", "Steps", "Updates"], rows)}
</section>`;
}

function layers(hidden: readonly number[]): string {
  return hidden.join("-") || "none";
}

/** The leaves of nested plain data: the path to each, and its value. */
function leaves(value: unknown, path = ""): string[][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [[path, typeof value === "string" ? value : (JSON.stringify(value) ?? "not set")]];
  }
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, path === "" ? name : `${path}.${name}`));
}

/** A table whose first column names its rows. The caption is read out; a table that is too wide scrolls. */
function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  if (rows.length === 0) return markup`<p class="soft">None were recorded.</p>`;
  const cells = (row: readonly string[]) => row.slice(1).map((cell) => markup`<td>${cell}</td>`);
  return markup`<div class="wide" role="region" tabindex="0" aria-label="${caption}"><table>
<thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => markup`<tr><th scope="row">${row[0]}</th>${cells(row)}</tr>\n`)}</tbody></table></div>`;
}

/** A whole number with separators between thousands. */
function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A measured number with as many digits as are useful. */
function figure(value: number): string {
  if (!Number.isFinite(value)) return "not a number";
  const digits = Math.abs(value) >= 100 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 4 };
  return value.toLocaleString("en-US", digits).replace("-", "−");
}

function percent(share: number, digits = 4): string {
  return `${(100 * share).toLocaleString("en-US", { maximumSignificantDigits: digits }).replace("-", "−")}\u00a0%`;
}
