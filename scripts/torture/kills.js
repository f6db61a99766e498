// Kills at random moments: does a work that is killed again and again, and resumed, end as if nothing had happened?
//
// "Work lost" by a kill is the time from the last writing of a file that keeps work (a checkpoint, a finished network, a
// study's finished run or teacher), or from the start of the process if that is later, to the kill. So it counts the start
// of the program and evaluations, too. A checkpoint that a signal itself brings about counts: then nothing is lost.
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Pcg64 } from "../../dist/index.js";
import { ended, inLanes, say } from "./processes.js";
import { differences, filesOf, lineDifferences, makeWorks, outcomeOf, startWork } from "./works.js";

const signals = ["SIGKILL", "SIGTERM", "SIGHUP"];

/** The works are taken in steps of this size, so that a few are of several kinds. Their number is no multiple of it. */
const stride = 5;

/** A work is left alone after so many kills. */
const mostKills = 8;

/** @returns a table, and what was lost */
export async function kills({ kills: count, seed, folder, jobs }) {
  const works = await makeWorks(join(folder, "given"));
  const rows = Object.fromEntries([...new Set(works.map(({ kind }) => kind))].map((kind) => [kind, newRow()]));
  const truths = new Map();
  const faults = [];
  let done = 0;
  let given = 0;

  async function torment(work, index) {
    if (!truths.has(work)) truths.set(work, truthOf(work, join(folder, `truth-${works.indexOf(work)}`)));
    const truth = await truths.get(work);
    const random = new Pcg64([seed, index]);
    const out = join(folder, `killed-${index}`);
    const row = rows[work.kind];
    const fault = (text) => {
      faults.push(`${work.name}, case ${index}: ${text}`);
      say(`LOST ${faults.at(-1)}`);
    };
    let own = 0;
    for (;;) {
      const left = own < mostKills && done < count;
      const accident = left && {
        delay: 1000 * truth.seconds * (0.05 + 0.95 * random.random()),
        signal: signals[random.integers(0, signals.length)],
      };
      const { status, signal, stderr, hung, at } = await attempt(work, out, own > 0, accident);
      if (hung) return fault("it hung");
      if (stderr.includes("\n    at ")) return fault(`it failed with a trace: ${stderr}`);
      if (at === undefined || (status !== 130 && signal === null)) {
        if (status !== truth.status) return fault(`status ${status} in place of ${truth.status}: ${stderr.trim()}`);
        break;
      }
      own++;
      done++;
      row[accident.signal]++;
      row.lost = Math.max(row.lost, lostAt(work, out, at));
      if (done % 25 === 0) say(`${done} of ${count} kills, ${faults.length} faults`);
    }
    const outcome = await outcomeOf(out);
    row.works++;
    row.killed += own > 0;
    const { missing, double } = lineDifferences(truth.outcome.lines, outcome.lines);
    row.linesLost += missing;
    row.linesDoubled += double;
    row.leftOver += Object.keys(outcome.digests).filter((name) => !(name in truth.outcome.digests)).length;
    const differs = differences(truth.outcome, outcome);
    if (differs !== undefined) return fault(`${differs} (${out})`);
    row.same++;
    rmSync(out, { recursive: true });
  }

  await inLanes(jobs, () => {
    if (done >= count) return undefined;
    const index = given++;
    return () => torment(works[(stride * index) % works.length], index);
  });
  const total = Object.values(rows).reduce((a, b) =>
    Object.fromEntries(Object.keys(a).map((key) => [key, a[key] + b[key]])),
  );
  total.lost = Math.max(...Object.values(rows).map(({ lost }) => lost));
  const cells = ([kind, row]) => [
    kind,
    `${row.same} of ${row.works}`,
    ...signals.map((signal) => String(row[signal])),
    row.lost.toFixed(2),
    `${row.linesLost} / ${row.linesDoubled}`,
    String(row.leftOver),
  ];
  return {
    head: [
      "work",
      "ended with the same hash",
      ...signals,
      "s of work lost at most",
      "lines lost / doubled",
      "files left over",
    ],
    rows: [...Object.entries(rows), ["all", total]].map(cells),
    summary: `${done} kills in ${total.killed} works; ${total.same} of ${total.works} ended with the same hash`,
    faults,
  };
}

function newRow() {
  return {
    works: 0,
    killed: 0,
    same: 0,
    SIGKILL: 0,
    SIGTERM: 0,
    SIGHUP: 0,
    lost: 0,
    linesLost: 0,
    linesDoubled: 0,
    leftOver: 0,
  };
}

/** How a work ends that is not disturbed. */
async function truthOf(work, out) {
  const { status, seconds, stderr } = await ended(startWork(work, out));
  if (status !== 0 && status !== 1) throw new Error(`${work.name} does not work: ${stderr}`);
  say(`${work.name}: ${seconds.toFixed(1)} s without a kill`);
  return { status, seconds, outcome: await outcomeOf(out) };
}

/** Starts a work, or goes on with it, and kills it on the way. `at` is when the kill was sent, undefined if it was not. */
async function attempt(work, out, resume, accident) {
  const child = startWork(work, out, { resume });
  const begun = Date.now();
  let at;
  const timer =
    accident &&
    setTimeout(() => {
      if (child.exitCode === null && child.kill(accident.signal)) at = { begun, killed: Date.now() };
    }, accident.delay);
  const end = await ended(child);
  clearTimeout(timer);
  return { ...end, at };
}

/** The seconds of work that a kill lost: see the head of this file. */
function lostAt(work, out, { begun, killed }) {
  const times = filesOf(out)
    .filter((name) => work.kept.test(name))
    .map((name) => statSync(join(out, name)).mtimeMs);
  return Math.max(0, killed - Math.max(begun, ...times)) / 1000;
}
