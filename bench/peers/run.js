// The command: qstill and other libraries side by side on the cases of its benchmark.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { check, checkTable } from "./check.js";
import { peerNames } from "./peer-process.js";
import { measure } from "./rounds.js";
import { cases } from "./shared/cases.js";
import { table } from "./table.js";

const allIds = cases.map(({ id }) => id);

const help = `node run.js [options]

  --cases A1,A2   only these (${allIds.join(", ")})
  --peers a,b     only these (${peerNames.join(", ")})
  --rounds N      rounds in which each peer is timed once, 7 by default
  --check         compares the peers' first losses, actions and Q-values instead of their times
  --json          one JSON object a line instead of the table
  --help`;

/** Wrong arguments: one line, status 2. */
class CallError extends Error {}

function optionsOf(args) {
  const { values } = parseArgs({
    args,
    options: {
      cases: { type: "string", default: allIds.join(",") },
      peers: { type: "string", default: peerNames.join(",") },
      rounds: { type: "string", default: "7" },
      check: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new CallError(`--rounds ${values.rounds}: a whole number from 1 on is needed`);
  }
  return {
    ...values,
    rounds,
    ids: chosen("case", values.cases, allIds),
    peers: chosen("peer", values.peers, peerNames),
  };
}

function chosen(what, text, known) {
  const names = text.split(",");
  for (const name of names) {
    if (!known.includes(name)) throw new CallError(`unknown ${what} "${name}": known are ${known.join(", ")}`);
  }
  return known.filter((name) => names.includes(name));
}

async function main(options) {
  const note = (text) => process.stderr.write(`${text}\n`);
  const say = (text) => process.stdout.write(`${text}\n`);
  if (options.help) return say(help);
  if (options.check) {
    const results = await check(options, note);
    if (options.json) for (const result of results) say(JSON.stringify(result));
    else say(checkTable(results, options));
    if (results.some(({ agrees }) => !agrees)) process.exitCode = 1;
    return;
  }

  const summaries = await measure(options, note);
  const machine = { node: process.version, cpu: cpus()[0].model.trim(), date: new Date().toISOString().slice(0, 10) };
  if (options.json) {
    for (const summary of summaries) say(JSON.stringify({ ...summary, ...machine }));
    return;
  }
  say(table(summaries, options));
  say(
    `µs per operation: median of ${options.rounds} rounds ± half the distance of their quartiles; below it, how many times qstill's`,
  );
  say(`Node ${machine.node}, ${machine.cpu}, ${machine.date}`);
}

try {
  await main(optionsOf(process.argv.slice(2)));
} catch (error) {
  const wrongCall = error instanceof CallError || error.code?.startsWith("ERR_PARSE_ARGS");
  if (!wrongCall) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
