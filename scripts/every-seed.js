// Teachers with the default presets on many seeds that nothing was chosen by: does each one learn? Does the trainings
// that docs/every-seed.csv lacks, on all cores, and writes that file and the table of docs/results.md. Ctrl-C loses
// nothing but the trainings under way: to go on, repeat the command.
// Usage: node scripts/every-seed.js [environment …]; to repeat a training, remove its line from docs/every-seed.csv.
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import "../dist/env/all.js";
import { environmentIds, knownEnv } from "../dist/env/registry.js";
import { appendWhole, writeWhole } from "../dist/experiments/durable.js";
import { withWorkers } from "../dist/experiments/workers.js";
import { jobOf } from "../dist/training/job.js";
import { columns } from "./every-seed-job.js";
import { markdownTable } from "./markdown-table.js";
import { median } from "./median.js";

const root = join(fileURLToPath(import.meta.url), "..", "..");
const file = join(root, "docs", "every-seed.csv");
const page = join(root, "docs", "results.md");
const [begin, end] = ["<!-- every seed: written by scripts/every-seed.js -->", "<!-- end of every seed -->"];

const goals = new Map(
  environmentIds()
    .map((id) => [id, knownEnv(id).reference?.everySeed])
    .filter(([, goal]) => goal !== undefined),
);
const chosen = process.argv.slice(2);
const unknown = chosen.filter((id) => !goals.has(id));
if (unknown.length > 0) {
  console.error(`there is no goal for ${unknown.join(", ")}: allowed are ${[...goals.keys()].join(", ")}`);
  process.exit(2);
}

if (!existsSync(file)) writeWhole(file, `${columns.join(",")}\n`);
const [, ...lines] = readFileSync(file, "utf8").trim().split("\n");
const rows = lines.map((line) => {
  const [environment, ...numbers] = line.split(",");
  return Object.fromEntries(columns.map((name, i) => [name, i === 0 ? environment : Number(numbers[i - 1])]));
});
const done = new Set(rows.map(({ environment, seed }) => `${environment} ${seed}`));
const jobs = (chosen.length > 0 ? chosen : [...goals.keys()]).flatMap((id) => {
  const { first, seeds } = goals.get(id);
  const all = Array.from({ length: seeds }, (_, i) => first + i);
  return all.filter((seed) => !done.has(`${id} ${seed}`)).map((seed) => jobOf("every-seed", id, seed, {}));
});

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
const module = new URL("./every-seed-job.js", import.meta.url).href;
await withWorkers(Math.min(jobs.length, availableParallelism()), { module, context: null }, stop.signal, (crew) =>
  crew.work(jobs, {
    signal: stop.signal,
    isResult: (value) => Number.isFinite(value?.mean),
    onAnswer({ cell, seed }, answer) {
      if (answer.kind === "failed") throw new Error(`${cell}, seed ${seed}: ${answer.message}`);
      const row = { environment: cell, seed, ...answer.result };
      rows.push(row);
      appendWhole(file, `${columns.map((name) => row[name]).join(",")}\n`);
      const { worst } = goals.get(cell);
      const verdict = row.mean < worst ? `: BELOW ${worst}` : "";
      console.log(`${cell}, seed ${seed}: ${row.mean} after ${row.seconds} s${verdict}`);
    },
  }),
);
if (stop.signal.aborted) process.exit(130);

const order = [...goals.keys()];
rows.sort((a, b) => order.indexOf(a.environment) - order.indexOf(b.environment) || a.seed - b.seed);
const text = [columns, ...rows.map((row) => columns.map((name) => row[name]))].map((cells) => `${cells.join(",")}\n`);
writeWhole(file, text.join(""));

const head = [
  "environment",
  "seeds",
  "goal",
  "below it",
  "worst (its seed)",
  "mean",
  "seconds: median (most)",
  "steps",
];
const table = order.flatMap((id) => {
  const { worst } = goals.get(id);
  const of = rows.filter(({ environment }) => environment === id);
  if (of.length === 0) return [];
  const lowest = of.reduce((a, b) => (b.mean < a.mean ? b : a));
  const column = (name) => of.map((row) => row[name]);
  const seeds = column("seed");
  const cells = [
    ...[id, `${seeds[0]}–${seeds.at(-1)} (${of.length})`, worst, column("mean").filter((mean) => mean < worst).length],
    ...[
      `${lowest.mean} (${lowest.seed})`,
      (column("mean").reduce((sum, mean) => sum + mean, 0) / of.length).toFixed(1),
    ],
    `${Number(median(column("seconds")).toFixed(1))} (${Math.max(...column("seconds"))})`,
    median(column("envSteps")).toLocaleString("en"),
  ];
  return [cells.map(String)];
});
const result = markdownTable(head, table);
const [before, after] = readFileSync(page, "utf8").split(begin);
writeWhole(page, `${before}${begin}\n\n${result}\n\n${after.slice(after.indexOf(end))}`);
console.log(result);
