// Tries to make qstill lose work: kills, damaged checkpoints, full disks and hours of use. See docs/reliability.md.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { markdownTable } from "./markdown-table.js";

const usage = `npm run torture -- [part …] [options]
parts, all by default: kills, damage, disk, soak
  --short             small sizes, for continuous integration
  --kills <number>    kills at random moments (500)
  --damaged <number>  damaged checkpoints of each kind (1000)
  --faults <number>   the most writes of a work that fail, one after another (all of them)
  --minutes <number>  length of the soak (20)
  --jobs <number>     processes at the same time (2)
  --seed <number>     the accidents are drawn from it (0)`;

const number = { type: "string" };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    ...{ kills: number, damaged: number, faults: number, minutes: number, jobs: number, seed: number },
  },
});

const parts = {
  kills: async (options) => (await import("./torture/kills.js")).kills(options),
  damage: async (options) => (await import("./torture/damage.js")).damage(options),
  disk: async (options) => (await import("./torture/disk.js")).disk(options),
  soak: async (options) => (await import("./torture/soak.js")).soak(options),
};

function fail(message) {
  console.error(message);
  process.exit(2);
}

if (values.help) {
  console.log(usage);
  process.exit(0);
}
for (const part of positionals) if (!Object.hasOwn(parts, part)) fail(`unknown part "${part}"\n${usage}`);

const full = { kills: 500, damaged: 1000, faults: Infinity, minutes: 20, jobs: 2, seed: 0 };
const options = values.short ? { ...full, kills: 6, damaged: 40, minutes: 0.1 } : full;
for (const [name, text] of Object.entries(values)) {
  if (typeof text !== "string") continue;
  options[name] = Number(text);
  if (!(options[name] >= (name === "seed" ? 0 : Number.MIN_VALUE))) fail(`--${name} is "${text}": a number is needed`);
}

const folder = mkdtempSync(join(tmpdir(), "qstill-torture-"));
let faults = 0;
for (const part of positionals.length > 0 ? positionals : Object.keys(parts)) {
  const result = await parts[part]({ ...options, short: values.short, folder: join(folder, part) });
  console.log(`\n${markdownTable(result.head, result.rows)}\n`);
  console.log(`${part}: ${result.summary}`);
  for (const fault of result.faults) console.log(`${part}: LOST ${fault}`);
  faults += result.faults.length;
}
if (faults === 0) rmSync(folder, { recursive: true });
else console.log(`${faults} faults; ${folder} holds the files`);
process.exitCode = faults === 0 ? 0 : 1;
