// Teachers from logs: 10,000 steps of a policy half-way between random play and the best, and from them Double DQN with
// and without conservatism. A line for each seed as soon as it is there, then a table for each environment.
// Usage: node scripts/offline.js [first seed, 0 by default] [number of seeds, 10 by default]
import { cpus, loadavg } from "node:os";
import { evaluate, makeEnv, Pcg64, trainTeacher, version } from "qstill";
import { trainOffline } from "qstill/offline";
import { atOnce } from "../dist/env/pauses.js";
import { episodeSeed, purposes } from "../dist/env/seeds.js";
import { episodeReturns } from "../dist/evaluate/returns.js";
import { mean } from "../dist/evaluate/statistics.js";
import { logOf } from "./log-of.js";
import { markdownTable } from "./markdown-table.js";

/** The mean return of the policy that is logged: half-way between random play and the best. */
const halfWay = { "CartPole-v1": (22 + 500) / 2, "MountainCar-v0": (-200 - 100) / 2 };
const steps = 10_000;

const [first, count] = [Number(process.argv[2] ?? 0), Number(process.argv[3] ?? 10)];
console.log(`qstill ${version}, Node ${process.version}, ${cpus()[0]?.model}, load average ${loadavg()[0].toFixed(1)}`);
const rows = [];
for (const id of Object.keys(halfWay)) {
  for (let seed = first; seed < first + count; seed++) {
    const teacher = await trainTeacher(id, { seed });
    const share = shareOfRandomActions(id, teacher, seed);
    const policy = loosened(id, teacher, share, seed, 1);
    const resetOf = (episode) => ({ seed: episodeSeed(seed, purposes.train, episode) });
    const log = logOf(makeEnv(id), policy.act, steps, resetOf);
    // 100 episodes of the final evaluation, which nothing was chosen by
    const of = (policy) => evaluate(policy, { env: id, seed }).mean;
    const logged = of(loosened(id, teacher, share, seed, 2));
    const plain = await trainOffline(log, { seed, conservatism: 0 });
    const before = process.cpuUsage();
    const conservative = await trainOffline(log, { seed });
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6; // of the processor, because others may be using it, too
    rows.push({ id, seed, share, logged, plain: of(plain), conservative: of(conservative), seconds });
    console.log(JSON.stringify(rows.at(-1)));
  }
}

for (const id of Object.keys(halfWay)) {
  const runs = rows.filter((row) => row.id === id);
  const cells = runs.map(({ seed, share, logged, plain, conservative }) => [
    ...[String(seed), `${(100 * share).toFixed(0)} %`],
    ...[logged, plain, conservative].map((value) => value.toFixed(1)),
  ]);
  const means = ["logged", "plain", "conservative"].map((name) => mean(runs.map((run) => run[name])).toFixed(1));
  cells.push(["mean", "", ...means]);
  const head = ["seed", "random actions", "the policy that was logged", "plain", "conservative"];
  console.log(`\n${id}:\n\n${markdownTable(head, cells)}`);
  const slowest = Math.max(...runs.map(({ seconds }) => seconds));
  console.log(`\nThe slowest conservative training took ${slowest.toFixed(1)} seconds of the processor.`);
}

/** The teacher, but a share of its actions is random. @param stream distinguishes several of the same seed */
function loosened(id, teacher, share, seed, stream) {
  const random = new Pcg64([seed, purposes.randomPolicy, stream]);
  const { actionCount } = makeEnv(id);
  return {
    act: (observation) => (random.random() < share ? random.integers(0, actionCount - 1) : teacher.act(observation)),
  };
}

/** The share of random actions with which the teacher is half-way, found by halving on selection episodes. */
function shareOfRandomActions(id, teacher, seed) {
  let [low, high] = [0, 1];
  for (let stream = 3; stream < 13; stream++) {
    const share = (low + high) / 2;
    const selection = { seed, purpose: purposes.selection, episodes: 300 };
    const returned = mean(atOnce(episodeReturns(makeEnv(id), loosened(id, teacher, share, seed, stream), selection)));
    if (returned > halfWay[id]) low = share;
    else high = share;
  }
  return (low + high) / 2;
}
