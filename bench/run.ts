// The bench: every case is measured, and printed as a row of a table or as one JSON object per line.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { version } from "#dist/core/version.js";
import { answers } from "./answers.bench.js";
import { type Breakdown, breakdowns } from "./breakdown.js";
import { distillation } from "./distillation.bench.js";
import { environments } from "./environments.bench.js";
import { loopBreakdown, loopCase } from "./loop.js";
import { measurePeak } from "./peak.js";
import { breakdownTable, resultTable } from "./report.js";
import { comparison, save } from "./results.js";
import { type Result, runSuite } from "./suite.js";
import { updates } from "./updates.bench.js";

const suites = { updates, distillation, answers, environments };
const names = [...new Set(Object.values(suites).flatMap((cases) => cases.map(({ name }) => name)))];

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    breakdown: { type: "boolean", default: false },
    cases: { type: "string" },
    save: { type: "boolean", default: false },
    compare: { type: "boolean", default: false },
  },
});

// the bench library reports its progress; this must not get into the results
console.log = options.json ? () => {} : console.error;

const known = options.breakdown ? [...names, loopCase] : names;
const wanted = options.cases?.split(",") ?? known;
const unknown = wanted.find((name) => !known.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`unknown case "${unknown}": ${known.join(", ")} are allowed\n`);
  process.exit(2);
}
const isWanted = (name: string) => wanted.includes(name);

if (options.breakdown) {
  const show = (breakdown: Breakdown) => print(options.json ? JSON.stringify(breakdown) : breakdownTable(breakdown));
  breakdowns(isWanted).forEach(show);
  if (isWanted(loopCase)) show(await loopBreakdown());
} else {
  const results: Result[] = [];
  for (const [name, cases] of Object.entries(suites)) {
    await runSuite(name, cases, isWanted, (result) => {
      results.push(result);
      if (options.json) print(JSON.stringify(result));
    });
  }
  if (!options.json) {
    print(resultTable(results));
    print(
      `qstill ${version}, Node ${process.version}, ${cpus()[0]?.model}; peak of 128-bit vectors ${measurePeak().toFixed(1)} GFLOP/s`,
    );
  }
  if (options.save) process.stderr.write(`saved ${save(results)}\n`);
  if (options.compare) print(comparison(results));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
