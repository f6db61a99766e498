// Teacher and student with the default presets, on seeds that were not used for tuning. Does the runs that
// docs/results.jsonl lacks, one after another on one core. Writes that file, the tables of docs/results.md, and those
// on the pages of environments. Ctrl-C loses nothing: to go on, repeat the command.
// Usage: node scripts/results.js [environment …]; to repeat a run, remove its line from docs/results.jsonl and its
// folder from runs/.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeWhole } from "../dist/experiments/durable.js";
import "../dist/env/all.js";
import { environmentIds, knownEnv } from "../dist/env/registry.js";

const root = join(fileURLToPath(import.meta.url), "..", "..");
const lines = join(root, "docs", "results.jsonl");
const page = join(root, "docs", "results.md");
/** The pages of environments that have a table of their runs, and what the environments' names begin with. */
const environmentPages = { "minatar.md": "MinAtar/", "minigrid.md": "MiniGrid-" };
const [begin, end] = ["<!-- results: written by scripts/results.js -->", "<!-- end of results -->"];

/** How many seeds each environment is run with: 0 … seeds − 1. */
const seeds = Object.fromEntries(
  environmentIds()
    .map((id) => [id, knownEnv(id).about?.seeds])
    .filter(([, count]) => count !== undefined),
);

const chosen = process.argv.slice(2);
const unknown = chosen.filter((id) => seeds[id] === undefined);
if (unknown.length > 0) {
  console.error(`unknown environment ${unknown.join(", ")}: allowed are ${Object.keys(seeds).join(", ")}`);
  process.exit(2);
}
const results = existsSync(lines)
  ? readFileSync(lines, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line))
  : [];

for (const env of chosen.length > 0 ? chosen : Object.keys(seeds)) {
  for (let seed = 0; seed < seeds[env]; seed++) {
    if (results.some((result) => result.env === env && result.seed === seed)) continue;
    const out = join(root, "runs", `results-${env.replaceAll("/", "-")}-${seed}`);
    if (!existsSync(join(out, "summary.json"))) run(env, seed, out);
    results.push(JSON.parse(readFileSync(join(out, "summary.json"), "utf8")));
    save();
  }
}
save();

/** Runs one seed. A student that misses its threshold is a result, too: status 1, and a summary. */
function run(env, seed, out) {
  const resume = ["teacher", "student"].some((part) => existsSync(join(out, `${part}.checkpoint`)));
  const args = ["run", env, "--seed", String(seed), "--out", out, ...(resume ? ["--resume"] : [])];
  const { status } = spawnSync(process.execPath, [join(root, "dist", "cli", "main.js"), ...args], { stdio: "inherit" });
  if (status !== 0 && !existsSync(join(out, "summary.json"))) process.exit(status ?? 130);
}

function save() {
  const order = Object.keys(seeds);
  results.sort((a, b) => order.indexOf(a.env) - order.indexOf(b.env) || a.seed - b.seed);
  writeWhole(lines, results.map((result) => `${JSON.stringify(result)}\n`).join(""));
  place(page, tables());
  for (const [name, prefix] of Object.entries(environmentPages)) {
    place(join(root, "docs", "environments", name), runsTable(prefix));
  }
}

/** Writes new text between a page's marks. */
function place(path, content) {
  const text = readFileSync(path, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${path} has no marks for the tables`);
  writeWhole(path, `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`);
}

/** One line for each run of the environments whose names begin so. */
function runsTable(prefix) {
  const rows = results
    .filter(({ env }) => env.startsWith(prefix))
    .map(({ env, seed, teacher, student }) => [
      env.slice(prefix.length),
      seed,
      teacher.envSteps.toLocaleString("en"),
      ...scores({ teacher, student }),
      `${(100 * student.compression).toFixed(1)} %`,
      `${teacher.wallSeconds.toFixed(0)} + ${student.wallSeconds.toFixed(0)}`,
    ]);
  return table(["", "seed", "steps", "teacher", "student", "kept", "parameters", "seconds"], rows);
}

/** One line for each environment, then one line for each run. */
function tables() {
  const environments = Object.keys(seeds).filter((env) => results.some((result) => result.env === env));
  const overview = environments.map((env) => {
    const runs = results.filter((result) => result.env === env);
    const { teacher, student } = runs[0];
    const [means, ratios] = [
      runs.map((run) => run.teacher.evaluation.mean),
      runs.map((run) => run.student.returnRatio),
    ];
    const seconds = runs.map((run) => run.teacher.wallSeconds + run.student.wallSeconds);
    return [
      env,
      runs.length,
      `${short(average(means))} (${short(Math.min(...means))})`,
      `${short(average(runs.map((run) => run.student.evaluation.mean)))}`,
      `${average(ratios).toFixed(3)} (${Math.min(...ratios).toFixed(3)})`,
      teacher.parameters,
      `${student.parameters} (${(100 * student.compression).toFixed(1)} %)`,
      `${average(seconds).toFixed(0)} (${Math.max(...seconds).toFixed(0)})`,
    ];
  });
  const single = results.map(({ env, seed, teacher, student, weightsHash }) => [
    env,
    seed,
    ...scores({ teacher, student }),
    teacher.wallSeconds.toFixed(0),
    student.wallSeconds.toFixed(0),
    `\`${weightsHash.slice(0, 8)}\``,
  ]);
  return [
    table(
      [
        "environment",
        "seeds",
        "teacher (worst seed)",
        "student",
        "kept (worst)",
        "parameters",
        "student's",
        "seconds (most)",
      ],
      overview,
    ),
    "Each run: mean ± standard deviation of 100 episodes, and the first digits of its `weightsHash`.",
    table(["environment", "seed", "teacher", "student", "kept", "seconds: teacher", "student", "hash"], single),
  ].join("\n\n");
}

/** What teacher and student reach, and the share that the student keeps. */
function scores({ teacher, student }) {
  return [
    ...[teacher, student].map(({ evaluation: { mean, std } }) => `${short(mean)} ± ${short(std)}`),
    student.returnRatio?.toFixed(3) ?? "",
  ];
}

/** As many digits as a return of this size needs. */
function short(value) {
  return value.toFixed(Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 10 ? 2 : 3);
}

function average(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
