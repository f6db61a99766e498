// The rows of the suite: what survives a killed run, and the figures of the tables.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { comparison, keyOf, meanAndInterval, readRows, report } from "./rows.js";
import { chosenTasks } from "./tasks.js";

const row = (task: string, seed: number, score: number, more: object = {}) => ({
  ...{ task, seed, options: {}, score, mean: 10 * score, notices: [], seconds: 1, build: "a" },
  ...{ trainingSteps: 100, evaluationSteps: 300, ...more },
});

it("a line that was cut off is left out, and the latest line of a run counts", () => {
  const folder = mkdtempSync(join(tmpdir(), "qstill-strangers-"));
  const file = join(folder, "rows.jsonl");
  expect(readRows(file)).toEqual([]);
  const lines = [row("pig", 0, 0.5), row("pig", 0, 1)].map((each) => `${JSON.stringify(each)}\n`);
  writeFileSync(file, `${lines.join("")}{"task":"pi`);
  expect(readRows(file)).toEqual([row("pig", 0, 1)]);
  rmSync(folder, { recursive: true });
});

it("a run is known by task, seed and options", () => {
  const keys = [row("pig", 0, 1), row("pig", 1, 1), row("cliff", 0, 1), row("pig", 0, 1, { options: { nStep: 1 } })];
  expect(new Set(keys.map(keyOf)).size).toBe(4);
  expect(keyOf(row("pig", 0, 1))).toBe(keyOf(row("pig", 0, 0.3)));
});

it("the interval is Student's: of 1, 2 and 3 it is 2 ± 2.484", () => {
  const { mean, half } = meanAndInterval([1, 2, 3]);
  expect(mean).toBe(2);
  expect(half).toBeCloseTo(2.484, 3);
  expect(meanAndInterval([1])).toEqual({ mean: 1, half: null });
});

it("the report counts tasks by side, and a run without a result as 0", () => {
  const rows = [
    row("pig", 0, 0.95),
    row("pig", 1, 0.91),
    row("cliff", 0, 1),
    { task: "cliff", seed: 1, options: {}, timeout: 5, seconds: 5, build: "a" },
    row("routing", 0, 0.9, { notices: ["one-action"], build: "b", evaluationSteps: 0 }),
  ];
  const lines = report(chosenTasks("pig,cliff,routing"), rows).split("\n");
  expect(lines.find((line) => line.includes("pig"))).toMatch(/0\.930 ± 0\.254 │ 0\.910.*75\.0 %/);
  expect(lines.find((line) => line.includes("cliff"))).toContain("timeout");
  expect(lines.find((line) => line.includes("routing"))).toContain("one-action");
  expect(lines.slice(-5)).toEqual([
    "tuning: 1 of 1 tasks have a mean score ≥ 0.9",
    "reporting: 1 of 2 tasks have a mean score ≥ 0.9",
    "1 of 5 runs have no result and count as score 0",
    "the rows were made by 2 different builds",
    "evaluations took 69.2 % of all environment steps",
  ]);
});

it("a comparison is paired by task and seed", () => {
  const before = [row("pig", 0, 0.5), row("pig", 1, 0.7), row("pig", 2, 0.1)];
  const after = [row("pig", 1, 0.9), row("pig", 0, 0.8), row("cliff", 0, 1)];
  const lines = comparison(before, after).split("\n");
  expect(lines.find((line) => line.includes("pig"))).toMatch(/2 +│ 0\.600 │ 0\.850 +│ 0\.250 ± 0\.635/);
  expect(lines.some((line) => line.includes("cliff"))).toBe(false);
  expect(() => comparison(before, [row("pig", 0, 1), row("pig", 0, 1, { options: { nStep: 1 } })])).toThrow(
    'a file has rows of the options {} and {"nStep":1}: one for all rows is needed',
  );
  expect(lines).toContain("tuning: 0 and 0 of 1 tasks ≥ 0.9; mean difference over tasks 0.250");
});
