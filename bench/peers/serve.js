// One peer in a process of its own: prints what it offers, then takes requests and prints an answer to each, as JSON.
//   node serve.js <peer>     requests: "time <case>" or "answers <case>", a line each
import { createInterface } from "node:readline";

const warmUpMs = 1000;
const windowMs = 120;
const runMs = 10;
const answerCount = 10;

const peerName = process.argv[2];
const operations = new Map(); // case → { run, n }: prepared and warm
let peer;
try {
  peer = await import(`./peers/${peerName}.js`);
  print({ version: peer.version, cases: Object.keys(peer.cases) });
} catch (error) {
  print({ error: reason(error) });
  process.exit();
}

for await (const request of createInterface({ input: process.stdin })) {
  const [what, id] = request.split(" ");
  try {
    print(what === "time" ? { usPerOp: await time(id) } : { answers: await firstAnswers(id) });
  } catch (error) {
    print({ error: reason(error) });
  }
}
process.exit(); // some libraries leave workers and handles open

/** µs of one operation. */
async function time(id) {
  if (!operations.has(id)) operations.set(id, await warm(await peer.cases[id]()));
  const operation = operations.get(id);
  return 1000 * (await bestOfWindow(operation));
}

/** Engines compile what runs often, and that takes its time. */
async function warm(run) {
  const operation = { run, n: 1 };
  const until = performance.now() + warmUpMs;
  while (performance.now() < until) await bestOfWindow(operation);
  return operation;
}

/** ms of one operation in the best of many runs of n: what else the machine does only adds to a run's time. */
async function bestOfWindow(operation) {
  const { run, n } = operation;
  let best = Infinity;
  const until = performance.now() + windowMs;
  while (performance.now() < until) {
    const start = performance.now();
    await run(n);
    best = Math.min(best, performance.now() - start);
  }
  operation.n = Math.ceil((n * runMs) / best);
  return best / n;
}

/** The losses of the first updates, the first actions, or the Q-values of a batch. */
async function firstAnswers(id) {
  const run = await peer.cases[id]();
  const answers = [];
  for (let i = 0; i < answerCount; i++) {
    const answer = await run(1);
    if (typeof answer === "number") answers.push(answer);
    else return Array.from(answer);
  }
  return answers;
}

function reason(error) {
  if (error.code === "ERR_MODULE_NOT_FOUND") {
    return peerName === "qstill" ? "not built: npm run build at the root" : "not installed: npm install in bench/peers";
  }
  return String(error.message ?? error).split("\n")[0];
}

function print(object) {
  process.stdout.write(`${JSON.stringify(object)}\n`);
}
