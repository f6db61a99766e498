// What would it return? On a log of 10,000 steps by a policy half-way between random play and the best, the return of another
// policy is estimated, with its 95 % interval, and compared with its true return. A line for each seed, then two tables.
// Usage: node scripts/offline-value.js [environment, both by default] [first seed, 0 by default] [number of seeds,
// 20 by default] [methods, fittedQ by default]
import { cpus, loadavg } from "node:os";
import { distill, evaluate, makeEnv, Pcg64, trainTeacher, version } from "qstill";
import { estimateReturn } from "qstill/offline";
import { episodeSeed, purposes } from "../dist/env/seeds.js";
import { mean } from "../dist/evaluate/statistics.js";
import { markdownTable } from "./markdown-table.js";

const steps = 10_000;
/** Mean returns of random play and of the best play, and the number of episodes by which ε is found. */
const worlds = {
  "CartPole-v1": { random: 22, best: 500, episodes: 40 },
  "MountainCar-v0": { random: -200, best: -100, episodes: 40 },
};
const methods = (process.argv[5] ?? "fittedQ").split(",");

const [given, first = 0, count = 20] = process.argv.slice(2);
const seeds = Array.from({ length: Number(count) }, (_, i) => Number(first) + i);
console.log(`qstill ${version}, Node ${process.version}, ${cpus()[0]?.model}, load average ${loadavg()[0].toFixed(1)}`);
for (const id of given ? [given] : Object.keys(worlds)) {
  const { random, best, episodes } = worlds[id];
  const rows = [];
  for (const seed of seeds) {
    const teacher = await trainTeacher(id, { seed });
    const policy = await distill(teacher, { seed });
    const epsilon = halfway(id, teacher, seed, (random + best) / 2, episodes);
    const log = play(id, teacher, epsilon, seed, 1_000_000, { steps });
    const truth = evaluate(policy, { env: id, seed, episodes: 400 }).mean;
    const row = { id, seed, epsilon, truth };
    for (const method of methods) {
      const began = performance.now();
      const { mean, ci95, logged, agreement, effectiveEpisodes } = await estimateReturn(policy, log, { method, seed });
      const seconds = (performance.now() - began) / 1000;
      const holds = ci95[0] <= truth && truth <= ci95[1];
      row[method] = { mean, ci95, holds, width: ci95[1] - ci95[0], seconds, effectiveEpisodes };
      Object.assign(row, { logged, agreement });
    }
    rows.push(row);
    console.log(JSON.stringify(row));
  }
  const head = ["seed", "logged", "true", ...methods.flatMap((method) => [method, "95 % interval", "holds it"])];
  const cells = rows.map((row) => [
    ...[row.seed, row.logged.toFixed(1), row.truth.toFixed(1)],
    ...methods.flatMap((method) => {
      const { mean, ci95, holds } = row[method];
      return [mean.toFixed(1), ci95.map((end) => end.toFixed(1)).join(" to "), holds ? "yes" : "no"];
    }),
  ]);
  console.log(
    `\n${id}:\n\n${markdownTable(
      head,
      cells.map((row) => row.map(String)),
    )}`,
  );
  for (const method of methods) {
    const found = rows.map((row) => row[method]);
    const share = mean(found.map(({ width }) => width)) / (best - random);
    const held = found.filter(({ holds }) => holds).length;
    console.log(
      `${method}: ${held} of ${rows.length} hold it; mean width ${(100 * share).toFixed(0)} % of random to best`,
    );
  }
}

/** The ε with which the ε-greedy teacher has about this mean return. */
function halfway(id, teacher, seed, goal, episodes) {
  let [low, high] = [0, 1];
  for (let tries = 0; tries < 6; tries++) {
    const epsilon = (low + high) / 2;
    if (mean(play(id, teacher, epsilon, seed, 2_000_000, { episodes }).returns) > goal) low = epsilon;
    else high = epsilon;
  }
  return (low + high) / 2;
}

/** Plays ε-greedily and logs it, as columns, up to at least so many steps or episodes. */
function play(id, teacher, epsilon, seed, firstEpisode, { steps = Infinity, episodes = Infinity }) {
  const env = makeEnv(id);
  const { observationSize, actionCount } = env;
  const random = new Pcg64([seed, firstEpisode]);
  const log = { observations: [], nextObservations: [], actions: [], rewards: [], propensities: [] };
  const [terminated, truncated, returns] = [[], [], []];
  while (log.actions.length < steps && returns.length < episodes) {
    let observation = env.reset({ seed: episodeSeed(seed, purposes.train, firstEpisode + returns.length) });
    let sum = 0;
    for (let ended = false; !ended; ) {
      const greedy = teacher.act(observation);
      const action = random.random() < epsilon ? random.integers(0, actionCount) : greedy;
      log.observations.push(...observation);
      const result = env.step(action);
      observation = result.observation;
      sum += result.reward;
      ended = result.terminated || result.truncated;
      log.actions.push(action);
      log.rewards.push(result.reward);
      log.propensities.push(epsilon / actionCount + (action === greedy ? 1 - epsilon : 0));
      log.nextObservations.push(...observation);
      terminated.push(Number(result.terminated));
      truncated.push(Number(result.truncated && !result.terminated));
    }
    returns.push(sum);
  }
  return { observationSize, actionCount, ...log, terminated, truncated, returns };
}
