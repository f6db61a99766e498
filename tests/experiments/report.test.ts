// The table and the report of a study, from runs made up by hand.
import { describe, expect, it } from "vitest";
import { studyHtml } from "../../src/experiments/html.js";
import type { Run } from "../../src/experiments/results.js";
import type { Cell, Study } from "../../src/experiments/study.js";
import { summariseStudy } from "../../src/experiments/summary.js";
import { studyMarkdown } from "../../src/experiments/table.js";

const cells: Cell[] = ["A-v0", "B-v0"].flatMap((env) =>
  ["first", "<other>"].map((name) => ({ name, env, settings: {} })),
);
const study: Study = {
  name: "made-up",
  question: "Is “<other>” better?",
  score: "good",
  seeds: 4,
  cells: () => cells,
  run: () => Promise.reject(new Error("not run")),
};

// in A the other is better in every run, in B it has lost one run and the rest are the same
const good: Record<string, (number | null)[]> = {
  "first A-v0": [1, 2, 3, 4],
  "<other> A-v0": [5, 6, 7, 100],
  "first B-v0": [0, 0, 0, 0],
  "<other> B-v0": [0, 0, 0, null],
};
const runs: Run[] = cells.flatMap(({ name, env, settings }) =>
  good[`${name} ${env}`].map((value, seed) => {
    const curves = {
      line: [
        [0, seed],
        [100 + seed, 3],
      ] as [number, number][],
    };
    return {
      cell: name,
      env,
      seed,
      settings,
      scores: { good: value, steps: 1000 * seed, lost: null },
      curves,
      wallSeconds: 1,
    };
  }),
);

const about = { seeds: 4, effort: "12 runs took 0.5 core-hours." };

describe("a study's summary", () => {
  const sections = summariseStudy(study, cells, runs);

  it("has a section for each environment, then one for all", () => {
    expect(sections.map(({ environments }) => environments)).toEqual([["A-v0"], ["B-v0"], ["A-v0", "B-v0"]]);
    expect(summariseStudy({ ...study, pooled: false }, cells, runs)).toHaveLength(2);
  });

  it("compares every cell with the first", () => {
    const [a, b, all] = sections.map(({ rows }) => rows);
    expect(a.map(({ score }) => score?.value)).toEqual([2.5, 6.5]);
    expect(a.map(({ improvement }) => improvement)).toEqual([null, { value: 1, interval: [1, 1] }]);
    expect(b[1]).toMatchObject({ runs: 3, improvement: { value: 0.5, interval: [0.5, 0.5] } });
    expect(all[1].improvement?.value).toBe(0.75);
    // 0 0 0 5 6 7 100: one left out at either end
    expect(all[1].score?.value).toBeCloseTo(18 / 5, 12);
    expect(a[0].others).toEqual({ steps: 1500, lost: null });
  });

  it("does without runs that have no score", () => {
    const none = runs.map((run) => ({
      ...run,
      scores: { ...run.scores, good: run.cell === "first" ? null : run.scores.good },
    }));
    const [{ rows }] = summariseStudy(study, cells, none);
    expect(rows[0]).toMatchObject({ runs: 0, score: null, improvement: null });
    expect(rows[1]).toMatchObject({ runs: 4, score: { value: 6.5 }, improvement: null });
    const page = studyHtml(study, summariseStudy(study, cells, none), none, about);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });
});

it("table.md says what was asked, how, and what came out", () => {
  const text = studyMarkdown(study, summariseStudy(study, cells, runs), 4);
  expect(text).toContain("# made-up\n\nIs “<other>” better?\n\nSeeds 0–3, qstill ");
  expect(text).toContain(
    "## A-v0\n\n| cell | runs | good [95 %] | P(better than the first) [95 %] | steps | lost |\n| --- | ---: |",
  );
  expect(text).toMatch(/\| first \| 4 \| 2\.5 \[[\d.]+, [\d.]+\] \| – \| 1,500 \| – \|/);
  expect(text).toMatch(/\| <other> \| 4 \| 6\.5 \[[\d.]+, [\d.]+\] \| 1 \[1, 1\] \|/);
});

describe("report.html", () => {
  const page = studyHtml(study, summariseStudy(study, cells, runs), runs, about);

  it("says what the runs took", () => {
    expect(page).toContain(about.effort);
  });

  it("needs nothing else, and escapes what it is given", () => {
    expect(page).not.toMatch(/<script|<link|src=|https?:|@import|url\(/);
    expect(page).not.toContain("<other>");
    expect(page).toContain("&lt;other&gt;");
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("names every element once", () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(id);
  });

  it("draws intervals, curves of each environment, and profiles", () => {
    expect(page.match(/class="interval"/g)).toHaveLength(3 * (2 + 1)); // three sections: two scores and one probability
    expect(page.match(/Curves of /g)).toHaveLength(2 * 2);
    expect(page.match(/Performance profile of /g)).toHaveLength(3 * 2);
  });
});

it("says which runs are missing, also if it is all of them", () => {
  const missing = '16 of 16 runs failed: cell "<other>" in A-v0, seed 0: no';
  const none = summariseStudy(study, cells, []);
  expect(studyMarkdown(study, none, 4, missing)).toContain(`**${missing}.**`);
  expect(studyHtml(study, none, [], { ...about, missing })).toContain(
    "&lt;other&gt;&quot; in A-v0, seed 0: no.</strong>",
  );
  const sections = summariseStudy(study, cells, runs);
  expect(studyHtml(study, sections, runs, about)).not.toContain("<strong>");
});
