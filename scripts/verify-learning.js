// Trains and distils with the default presets on seeds never used for tuning, and compares the results with the goals.
// Usage: npm run verify:learning [-- <environment> ...]
import { cpus } from "node:os";
import Table from "cli-table3";
import { compare, distill, environmentIds, trainTeacher, version } from "qstill";
import { knownEnv } from "../dist/env/registry.js";
import { median } from "./median.js";

/**
 * Every one of the seeds 0 … seeds − 1 must have a teacher of at least `worst`, their mean must be at least `mean`, and
 * the seconds of a seed are limited: each environment says its own.
 */
const goals = environmentIds().flatMap((id) => {
  const goal = knownEnv(id).reference?.goal;
  return goal === undefined ? [] : [{ id, ...goal }];
});

const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const lowest = (values) => values.reduce((a, b) => Math.min(a, b));
const highest = (values) => values.reduce((a, b) => Math.max(a, b));

const chosen = process.argv.slice(2);
const unknown = chosen.filter((id) => !goals.some((goal) => goal.id === id));
if (unknown.length > 0) {
  console.error(`there is no goal for ${unknown.join(", ")}: allowed are ${goals.map(({ id }) => id).join(", ")}`);
  process.exit(2);
}
console.log(`qstill ${version}, Node ${process.version}, ${cpus()[0]?.model}; 100 unseen greedy episodes a seed\n`);
let failures = 0;
function verdict(text, reached) {
  console.log(`  ${reached ? "reached" : "MISSED "} ${text}`);
  if (!reached) failures++;
}

const table = new Table({
  head: [
    "environment",
    "seeds",
    "teacher: mean (worst)",
    "teacher",
    "student",
    "kept (worst)",
    "seconds: median (range)",
    "agreement",
    "R²",
  ],
  style: { head: [], border: [] },
});
for (const goal of goals.filter(({ id }) => chosen.length === 0 || chosen.includes(id))) {
  console.log(goal.id);
  const rows = [];
  let sizes;
  for (let seed = 0; seed < goal.seeds; seed++) {
    const started = performance.now();
    const teacher = await trainTeacher(goal.id, { seed });
    const student = await distill(teacher, { seed });
    const result = compare(teacher, student, { env: goal.id, seed });
    const seconds = (performance.now() - started) / 1000;
    sizes = [teacher.parameters.length, student.parameters.length];
    const { actionAgreement: agreement, qR2 } = result;
    rows.push({
      seconds,
      mean: result.teacher.mean,
      ratio: result.returnRatio ?? 0,
      agreement,
      qR2: qR2 ?? Number.NaN,
    });
    console.log(
      `  seed ${seed}: teacher ${result.teacher.mean.toFixed(2)} (min ${result.teacher.min}), ` +
        `student ${result.student.mean.toFixed(2)} (min ${result.student.min}, ratio ${result.returnRatio?.toFixed(3)}, ` +
        `attempt ${student.attempts}), agreement ${agreement.toFixed(3)}, R² ${qR2?.toFixed(3)}, ` +
        `${teacher.envSteps} + ${student.envSteps} steps, ${teacher.updates} updates, ${seconds.toFixed(1)} s`,
    );
  }
  const column = (name) => rows.map((row) => row[name]);
  const good = column("mean").filter((mean) => mean >= goal.worst).length;
  verdict(`teacher ≥ ${goal.worst} on ${good} of ${goal.seeds} seeds (all wanted)`, good === goal.seeds);
  const mean = average(column("mean"));
  verdict(`mean of the teachers ${mean.toFixed(2)} (${goal.mean} wanted)`, mean >= goal.mean);
  const seconds = column("seconds");
  if (goal.medianSeconds !== undefined) {
    const reached = median(seconds);
    verdict(`median ${reached.toFixed(1)} s a seed (${goal.medianSeconds} s wanted)`, reached <= goal.medianSeconds);
  }
  if (goal.slowestSeconds !== undefined) {
    const reached = highest(seconds);
    verdict(`slowest seed ${reached.toFixed(1)} s (${goal.slowestSeconds} s wanted)`, reached <= goal.slowestSeconds);
  }
  console.log();
  const range = (name, digits) => `${lowest(column(name)).toFixed(digits)}–${highest(column(name)).toFixed(digits)}`;
  table.push([
    goal.id,
    `0–${goal.seeds - 1}`,
    `${mean.toFixed(1)} (${lowest(column("mean")).toFixed(1)})`,
    `${sizes[0]}`,
    `${sizes[1]} (${((100 * sizes[1]) / sizes[0]).toFixed(1)} %)`,
    `${(100 * average(column("ratio"))).toFixed(1)} % (${(100 * lowest(column("ratio"))).toFixed(1)} %)`,
    `${median(seconds).toFixed(1)} (${range("seconds", 1)})`,
    range("agreement", 2),
    range("qR2", 2),
  ]);
}
console.log(table.toString());
process.exitCode = failures === 0 ? 0 : 1;
