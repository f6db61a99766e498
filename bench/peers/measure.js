// One peer in a process of its own: measures the cases, or gives their first answers, a JSON object a line.
//   node measure.js <peer> <time|answers> <case>...

const warmUpMs = 350;
const measureMs = 150;
const chunkMs = 10;
const answerCount = 10;

const [peerName, mode, ...ids] = process.argv.slice(2);

let peer;
try {
  peer = await import(`./peers/${peerName}.js`);
} catch (error) {
  print({ peer: peerName, error: reason(error) });
  process.exit();
}

const { name, version, cases } = peer;
for (const id of ids.filter((id) => id in cases)) {
  try {
    const run = await cases[id]();
    const found = mode === "answers" ? { answers: await firstAnswers(run) } : { usPerOp: await time(run) };
    print({ peer: name, version, case: id, ...found });
  } catch (error) {
    print({ peer: name, version, case: id, error: reason(error) });
  }
}
process.exit(); // some libraries leave workers and handles open

/** The best of many short runs: what else the machine does only adds to a run's time. */
async function time(run) {
  let n = 1;
  let elapsed = 0;
  const warmUntil = performance.now() + warmUpMs;
  while (performance.now() < warmUntil) {
    elapsed = await milliseconds(run, n);
    if (elapsed < chunkMs) n *= 2;
  }
  let best = Infinity;
  const until = performance.now() + measureMs;
  do best = Math.min(best, await milliseconds(run, n));
  while (performance.now() < until);
  return (1000 * best) / n;
}

async function milliseconds(run, n) {
  const start = performance.now();
  await run(n);
  return performance.now() - start;
}

/** The losses of the first updates, the first actions, or the Q-values of a batch. */
async function firstAnswers(run) {
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
