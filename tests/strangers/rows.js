// The rows of the suite's runs: one line of JSON for each, appended as it finishes, and the tables that are made of them.
import { existsSync, readFileSync } from "node:fs";
import Table from "cli-table3";
import { sides } from "./task.js";
import { tasks } from "./tasks.js";

/** What a run is known by. */
export const keyOf = ({ task, seed, options }) => JSON.stringify([task, seed, options]);

/**
 * The rows of a file, the latest of each run; none if it is not there. A line that was cut off, because its run was killed,
 * is left out.
 */
export function readRows(file) {
  if (!existsSync(file)) return [];
  const rows = new Map();
  for (const line of readFileSync(file, "utf8").split("\n")) {
    try {
      const row = JSON.parse(line);
      rows.set(keyOf(row), row);
    } catch {
      // the last line, or an empty one
    }
  }
  return [...rows.values()];
}

/** Quantiles 0.975 of Student's t, for 1 to 30 degrees of freedom. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The mean of some values and the half width of its 95 % interval; null for one value. */
export function meanAndInterval(values) {
  const centre = mean(values);
  const count = values.length;
  if (count < 2) return { mean: centre, half: null };
  const variance = sum(values.map((value) => (value - centre) ** 2)) / (count - 1);
  return { mean: centre, half: (quantiles[count - 2] ?? 1.96) * Math.sqrt(variance / count) };
}

const fixed = (value, digits) => (value === null || Number.isNaN(value) ? "" : value.toFixed(digits));
const percent = (share) => (Number.isNaN(share) ? "" : `${(100 * share).toFixed(1)} %`);
const withInterval = ({ mean, half }) => (half === null ? fixed(mean, 3) : `${fixed(mean, 3)} ± ${fixed(half, 3)}`);
const numberOf = (value) => value.toLocaleString("en", { maximumSignificantDigits: 5 });

/** The share of all environment steps that evaluations took. */
function evaluationShare(rows) {
  const evaluated = sum(rows.map((row) => row.evaluationSteps));
  return evaluated / (evaluated + sum(rows.map((row) => row.trainingSteps)));
}

const table = (head) => new Table({ head, style: { head: [], border: [] } });

const isDone = (row) => row.score !== undefined;
const unfinished = (rows) =>
  rows.filter((row) => !isDone(row)).map((row) => (row.failed === undefined ? "timeout" : "failed"));

/** The table of some tasks' rows, and the lines below it. */
export function report(chosen, rows, students) {
  const head = ["task", "kind", "side", "seeds", "score", "lowest", "return", "evaluation", "seconds", "notices"];
  const lines = table(students ? [...head, "student keeps"] : head);
  const means = [];
  for (const { id, kind, side } of chosen) {
    const all = rows.filter((row) => row.task === id);
    if (all.length === 0) continue;
    const done = all.filter(isDone);
    const scores = done.map((row) => row.score);
    const left = unfinished(all);
    // a run without a result has learned nothing
    means.push({ side, mean: mean([...scores, ...left.map(() => 0)]) });
    const notices = [...new Set([...done.flatMap((row) => row.notices), ...left])];
    const cells = [id, kind, side, all.length];
    if (done.length === 0) cells.push("", "", "", "", "");
    else {
      cells.push(withInterval(meanAndInterval(scores)), fixed(Math.min(...scores), 3));
      cells.push(numberOf(mean(done.map((row) => row.mean))), percent(evaluationShare(done)));
      cells.push(fixed(mean(done.map((row) => row.seconds)), 1));
    }
    cells.push(notices.join(", "));
    if (students) {
      const kept = done.flatMap((row) => (row.student === undefined ? [] : [row.student.returnRatio]));
      cells.push(kept.length === 0 ? "" : `${fixed(mean(kept), 3)} (${fixed(Math.min(...kept), 3)})`);
    }
    lines.push(cells);
  }
  const text = [lines.toString()];
  for (const side of sides) {
    const ofSide = means.filter((each) => each.side === side);
    if (ofSide.length === 0) continue;
    const good = ofSide.filter((each) => each.mean >= 0.9).length;
    text.push(`${side}: ${good} of ${ofSide.length} tasks have a mean score ≥ 0.9`);
  }
  const done = rows.filter(isDone);
  const missing = rows.length - done.length;
  if (missing > 0) text.push(`${missing} of ${rows.length} runs have no result and count as score 0`);
  const builds = new Set(rows.map((row) => row.build));
  if (builds.size > 1) text.push(`the rows were made by ${builds.size} different builds`);
  text.push(`evaluations took ${percent(evaluationShare(done))} of all environment steps`);
  return text.join("\n");
}

/**
 * Two files of rows beside each other. Differences are paired by task and seed.
 * @throws RangeError for rows of several options, because then a task and a seed do not say which is meant
 */
export function comparison(before, after) {
  for (const rows of [before, after]) {
    const options = [...new Set(rows.map((row) => JSON.stringify(row.options)))];
    if (options.length > 1) {
      throw new RangeError(`a file has rows of the options ${options.join(" and ")}: one for all rows is needed`);
    }
  }
  const lines = table(["task", "side", "pairs", "first", "second", "difference"]);
  const done = { before: before.filter(isDone), after: after.filter(isDone) };
  const differences = [];
  for (const { id, side } of tasks) {
    const pairs = done.before.flatMap((row) => {
      const other = done.after.find((each) => each.task === id && row.task === id && each.seed === row.seed);
      return other === undefined ? [] : [[row.score, other.score]];
    });
    if (pairs.length === 0) continue;
    const [first, second] = [0, 1].map((i) => mean(pairs.map((pair) => pair[i])));
    const difference = meanAndInterval(pairs.map(([a, b]) => b - a));
    differences.push({ side, mean: difference.mean, first, second });
    lines.push([id, side, pairs.length, fixed(first, 3), fixed(second, 3), withInterval(difference)]);
  }
  const text = [lines.toString()];
  for (const side of sides) {
    const ofSide = differences.filter((each) => each.side === side);
    if (ofSide.length === 0) continue;
    const good = (name) => ofSide.filter((each) => each[name] >= 0.9).length;
    const change = withInterval(meanAndInterval(ofSide.map((each) => each.mean)));
    text.push(
      `${side}: ${good("first")} and ${good("second")} of ${ofSide.length} tasks ≥ 0.9; mean difference over tasks ${change}`,
    );
  }
  const shares = [done.before, done.after].map((rows) => percent(evaluationShare(rows)));
  text.push(`evaluations took ${shares.join(" and ")} of all environment steps`);
  return text.join("\n");
}
