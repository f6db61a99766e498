// The strangers suite: trains with the defaults on tasks that nothing was tuned on, and prints the scores. Every finished run is
// a line of the file, so that the same command goes on where it was stopped.
// Usage: npm run strangers -- --help
import { fork } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { version } from "qstill";
import { comparison, keyOf, readRows, report } from "./rows.js";
import { chosenTasks } from "./tasks.js";

const whole = (from) => (text) => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= from) return value;
  throw new InvalidArgumentError(`A whole number from ${from} on is allowed.`);
};

function json(text) {
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // said below
  }
  throw new InvalidArgumentError("An object in JSON is allowed.");
}

const command = new Command("strangers")
  .description("train with the defaults on tasks that stand for what strangers bring")
  .option("--seeds <count>", "seeds of each task", whole(1), 3)
  .option("--first-seed <seed>", "the first of these seeds", whole(0), 0)
  .option("--tasks <which>", "tuning, reporting, all, or names with commas", "all")
  .option("--jobs <count>", "processes at a time", whole(1), 2)
  .option("--options <json>", "options of trainTeacher", json, {})
  .option("--students", "distil each teacher whose score is 0.9 or more")
  .option("--timeout <seconds>", "give up a run after so long; 0: never", whole(0), 0)
  .option("--out <file>", "where the rows are", "runs/strangers.jsonl")
  .option("--compare <files...>", "compare two files of rows, and run nothing")
  .parse();

const { compare, seeds, firstSeed, tasks: which, jobs, options, students, timeout, out } = command.opts();
if (compare === undefined) await runAll();
else if (compare.length === 2) console.log(orRefused(() => comparison(...compare.map(readRows))));
else refuse(`--compare was given ${compare.length} files: 2 are needed`);

function refuse(message) {
  command.error(`error: ${message}`, { exitCode: 2 });
}

/** What a call gives. What it refuses is a wrong call of this program. */
function orRefused(call) {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(error.message);
  }
}

async function runAll() {
  const chosen = orRefused(() => chosenTasks(which));
  mkdirSync(dirname(out), { recursive: true });
  const build = readFileSync(new URL("../../dist/.inputs", import.meta.url), "utf8").slice(0, 8);
  const wanted = [];
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    for (const task of chosen) wanted.push({ task: task.id, kind: task.kind, side: task.side, seed, options });
  }
  const known = new Map(readRows(out).map((row) => [keyOf(row), row]));
  const rowOf = (run) => {
    const row = known.get(keyOf(run));
    const lacksStudent = students && row?.score >= 0.9 && row.student === undefined;
    return lacksStudent ? undefined : row;
  };
  const waiting = wanted.filter((run) => rowOf(run) === undefined);
  let done = wanted.length - waiting.length;
  const work = async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const row = { ...run, version, build, ...(await answerOf(run)) };
      appendFileSync(out, `${JSON.stringify(row)}\n`);
      known.set(keyOf(row), row);
      done++;
      console.error(`${done} of ${wanted.length}: ${run.task}, seed ${run.seed}: ${inShort(row)}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  console.log(report(chosen, wanted.map(rowOf), students));
}

/** A process for each run: nothing is left of one when the next begins, and it can be ended. */
async function answerOf({ task, seed }) {
  const child = fork(new URL("job.js", import.meta.url));
  const job = { id: task, seed, options, students };
  const started = performance.now();
  let late = false;
  const timer =
    timeout > 0 &&
    setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, 1000 * timeout);
  let answer;
  child.on("message", (message) => {
    answer = message;
  });
  child.send(job);
  const [status, signal] = await once(child, "exit");
  clearTimeout(timer);
  const seconds = (performance.now() - started) / 1000;
  if (late) return { timeout, seconds };
  return answer ?? { failed: `its process ended with ${signal ?? `status ${status}`}`, seconds };
}

function inShort(row) {
  if (row.timeout !== undefined) return `given up after ${row.timeout} s`;
  if (row.failed !== undefined) return row.failed;
  return `score ${row.score.toFixed(3)}, ${row.seconds.toFixed(1)} s`;
}
