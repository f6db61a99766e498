// The report: one page that needs nothing else, whatever the run was like.
import { expect, test } from "vitest";
import { distill } from "../../src/distill/student.js";
import { trainTeacher } from "../../src/dqn/teacher.js";
import { compare } from "../../src/evaluate/compare.js";
import { type ReportInput, reportHtml, summarise } from "../../src/report/index.js";
import type { EvaluationEvent } from "../../src/training/events.js";
import { shortStudent, shortTeacher } from "../short-training.js";

const evaluation = { episodes: 100, mean: 499, std: 3.2, min: 470, ci95: [498.1, 499.7] as const };

function point(network: "teacher" | "student", step: number, more: Partial<EvaluationEvent> = {}): EvaluationEvent {
  const base = {
    envSteps: 1000 * step,
    updates: 500 * step,
    episodes: 20,
    mean: 100 * step,
    std: 20,
    min: 9,
    best: false,
    loss: 0.5,
  };
  return { kind: "evaluation", network, ...base, ...more };
}

const input: ReportInput = {
  summary: {
    env: "CartPole-v1",
    seed: 7,
    teacher: {
      hidden: [64, 64],
      parameters: 4610,
      envSteps: 30_000,
      updates: 15_000,
      wallSeconds: 6.1,
      evaluation: { ...evaluation, mean: 500, std: 0, min: 500, ci95: [500, 500] },
    },
    student: {
      hidden: [16],
      parameters: 114,
      envSteps: 5000,
      updates: 10_000,
      wallSeconds: 0.8,
      evaluation,
      attempts: 1,
      loss: "mse",
      states: "student",
      compression: 114 / 4610,
      returnRatio: 1,
      qMse: 0.0123,
      qR2: 0.9987,
      actionAgreement: 0.973,
      actionFlipRate: 0.005,
    },
    teacherHash: "0".repeat(32),
    weightsHash: "0123456789abcdef".repeat(4),
    version: "1.2.3",
    satisfied: true,
    config: {},
  },
  points: [1, 2, 3, 4, 5].flatMap((step) => [
    point("teacher", step, { best: step < 4 }),
    point("student", step, { attempt: 1, best: step < 5 }),
  ]),
  attempts: [
    { kind: "attempt", attempt: 1, hidden: [16], returnRatio: 0.998, satisfied: true, envSteps: 5000, updates: 10_000 },
  ],
  config: { seed: 7, teacher: { hidden: [64, 64], learningRate: 0.001 }, student: { loss: "mse" } },
};

function withStudent(changes: Partial<ReportInput["summary"]["student"]>, more: Partial<ReportInput> = {}): string {
  const { summary } = input;
  return reportHtml({ ...input, summary: { ...summary, student: { ...summary.student, ...changes } }, ...more });
}

/** The page's text without its tags and style. */
function textOf(html: string): string {
  return html
    .replace(/<style>.*<\/style>/s, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

/** The part of the page that is the SVG of this class; undefined where there is none. */
function svgOf(html: string, name: string): string {
  return html.match(new RegExp(`<svg class="${name}".*?</svg>`, "s"))?.[0] ?? "";
}

/** Throws where an element is not closed by its own kind: what a browser would have to repair. */
function expectWellFormed(html: string): void {
  const open: string[] = [];
  for (const [tag, slash, name, selfClosing] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
    if (slash !== "") expect(open.pop(), tag).toBe(name);
    else if (selfClosing === "" && !["meta", "br"].includes(name)) open.push(name);
  }
  expect(open).toEqual([]);
}

test("is one page that loads nothing and runs nothing", () => {
  const html = reportHtml(input);
  expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(html).not.toMatch(/https?:|\bsrc\b|<script|<link|@import|url\(|\bon[a-z]+=|javascript:/i);
  expect(html).not.toMatch(/undefined|NaN|\[object/);
  expectWellFormed(html);
});

test("can be made of a run in code", async () => {
  const teacher = await trainTeacher("CartPole-v1", { ...shortTeacher, envSteps: 600, seed: 1 });
  const student = await distill(teacher, { ...shortStudent, attempts: 1, seed: 1 });
  const comparison = compare(teacher, student, { env: "CartPole-v1", seed: 1, episodes: 2 });
  const summary = await summarise(teacher, student, comparison);
  expect(summary).toMatchObject({ env: "CartPole-v1", seed: 1, satisfied: false, student: { parameters: 44 } });
  expectWellFormed(reportHtml({ ...input, summary }));
});

test("is the same text for the same run", () => {
  expect(reportHtml(structuredClone(input))).toBe(reportHtml(input));
});

test("says in one sentence what the student is worth", () => {
  const headline = (html: string) => html.match(/<h1>(.*)<\/h1>/)?.[1].replaceAll("\u00a0", " ");
  expect(headline(reportHtml(input))).toBe(
    "A student of 114 parameters, 2.5 % of its teacher’s, keeps 100 % of its return",
  );
  expect(headline(withStudent({ returnRatio: 0.9996 }))).toContain("keeps 99.96 % of its return");
  expect(headline(withStudent({ returnRatio: -0.2 }))).toContain("keeps none of its return");
  expect(headline(withStudent({ returnRatio: null }))).toContain("the teacher is no better than random actions");
});

test("says whether the student is as good as was asked for", () => {
  expect(reportHtml(input)).toContain("✓ The student keeps the share of the return that was asked for.");
  const missed = reportHtml({ ...input, summary: { ...input.summary, satisfied: false } });
  expect(missed).toContain("✗ The student misses the share of the return that was asked for.");
});

test("shows every number of the summary", () => {
  const text = textOf(reportHtml(input));
  for (const shown of [
    ...["Mean return 500 499", "95 % interval of the mean 500 to 500 498.1 to 499.7", "Standard deviation 0 3.2"],
    ...["Minimum 500 470", "Episodes 100 100", "Hidden layers 64-64 16", "Parameters 4,610 114"],
    ...["Environment steps 30,000 5,000", "Updates 15,000 10,000", "Wall-clock seconds 6.1 0.8"],
    ...[
      "Mean squared error 0.0123",
      "R² 0.9987",
      "Same action 97.3 %",
      "Flipped by noise 0.5 %",
      "Share of return 100 %",
    ],
    ...["seed 7", "Made by qstill 1.2.3", "0123456789abcdef".repeat(4)],
    ...["teacher.hidden [64,64]", "teacher.learningRate 0.001", "student.loss mse"],
  ]) {
    expect(text).toContain(shown);
  }
});

test("says why Q-values were not measured", () => {
  expect(textOf(withStudent({ qMse: null, qR2: null }))).toContain("not measured: the loss does not fit Q-values");
  expect(textOf(withStudent({ qR2: null }))).toContain("R² not measured: the teacher’s Q-values do not vary");
});

test("draws teacher and student over the same returns, with the network that was kept", () => {
  const html = reportHtml(input);
  const ticks = (svg: string) => [...svg.matchAll(/text-anchor="end">([^<]*)</g)].map(([, label]) => label);
  for (const name of ["teacher", "student"]) {
    const svg = svgOf(html, name);
    expect(svg).toContain(`role="img" aria-labelledby="${name}-title ${name}-description"`);
    expect(svg).toContain("Mean return of 5 evaluations against environment steps, from 100 to 500.");
    expect(svg.match(/class="mean"/g)).toHaveLength(1);
    expect(svg.match(/class="kept"/g)).toHaveLength(1);
    expect(ticks(svg).slice(0, 5)).toEqual(["100", "200", "300", "400", "500"]);
  }
  expect(svgOf(html, "student")).toContain("the teacher’s final return");
});

test("draws every attempt, by updates where attempts take no new steps", () => {
  const points = [1, 2, 3].flatMap((attempt) =>
    [1, 2].map((step) => point("student", step, { attempt, envSteps: 5000, updates: 1000 * (2 * attempt + step) })),
  );
  const attempts = [1, 2, 3].map((attempt) => ({ ...input.attempts[0], attempt, satisfied: attempt === 3 }));
  const html = withStudent({ attempts: 3 }, { points, attempts });
  const svg = svgOf(html, "student");
  expect(svg.match(/class="mean"/g)).toHaveLength(3);
  expect(textOf(svg)).toMatch(/updates .*attempt 1 attempt 2 attempt 3/);
  expect(textOf(html)).toContain("Student, 3 attempts");
  expect(textOf(html)).toContain("3 16 99.8 % yes 5,000 10,000");
});

test("copes with no evaluation, and with one", () => {
  const none = reportHtml({ ...input, points: [], attempts: [], config: {} });
  expect(none).not.toContain("<svg");
  expect(none).toContain("No evaluation was recorded.");
  expectWellFormed(none);
  const one = reportHtml({ ...input, points: [point("teacher", 0, { mean: 0, std: 0, best: true })] });
  expect(svgOf(one, "teacher").match(/<circle/g)).toHaveLength(1);
  expect(one).not.toMatch(/NaN|Infinity/);
});

test("leaves out of the plot what is not finite", () => {
  const points = [point("teacher", 1), point("teacher", 2, { mean: Number.NaN, loss: null }), point("teacher", 3)];
  const html = reportHtml({ ...input, points });
  expect(svgOf(html, "teacher")).not.toMatch(/NaN|Infinity/);
  expect(svgOf(html, "teacher").match(/<circle/g)).toHaveLength(2);
});

test("escapes every text that it is given", () => {
  const evil = `<script>alert("1")</script>&'`;
  const { summary } = input;
  const html = reportHtml({
    ...input,
    summary: {
      ...summary,
      env: evil,
      weightsHash: evil,
      version: evil,
      student: { ...summary.student, loss: evil, states: evil },
    },
    config: { [evil]: { inner: evil, list: [evil], nothing: null, missing: undefined } },
  });
  expect(html).not.toContain("<script");
  expect(html).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;");
  expectWellFormed(html);
});

test("draws random play and the best constant action where they are known, in both panels", () => {
  const withBaseline = (baseline?: NonNullable<ReportInput["summary"]["teacher"]["baseline"]>) => {
    const { summary } = input;
    const html = reportHtml({ ...input, summary: { ...summary, teacher: { ...summary.teacher, baseline } } });
    expectWellFormed(html);
    return ["teacher", "student"].map((name) =>
      [...svgOf(html, name).matchAll(/<text class="reference beside"[^>]*>(.*?)<\/text>/g)].map(([, label]) => label),
    );
  };
  const both = (...labels: string[]) => [labels, labels];
  const constant = { action: 1, mean: 9.5 };
  expect(withBaseline({ random: 22, constant })).toEqual(both("random", "always action 1"));
  expect(withBaseline({ random: 9.5, constant })).toEqual(both("random, or always action 1"));
  expect(withBaseline({ random: null, constant })).toEqual(both("always action 1"));
  expect(withBaseline({ random: 22, constant: null })).toEqual(both("random"));
  expect(withBaseline({ random: null, constant: null })).toEqual(both());
  expect(withBaseline()).toEqual(both());
});

test("has room for what is far below every evaluation", () => {
  const { summary } = input;
  const baseline = { random: -5000, constant: null };
  const html = reportHtml({ ...input, summary: { ...summary, teacher: { ...summary.teacher, baseline } } });
  const heights = [...svgOf(html, "teacher").matchAll(/class="reference beside" d="M[\d.]+,(-?[\d.]+)H/g)];
  expect(heights).toHaveLength(1);
  for (const [, height] of heights) expect(Number(height)).toBeLessThan(280);
});
