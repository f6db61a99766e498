// Compares the speed of two builds in one process: environments and the training loop, in turns, as medians.
//
// usage: node scripts/in-turns.js <old dist> <new dist> [runs]
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { median } from "./median.js";

const [oldDist, newDist, runs = "20"] = process.argv.slice(2);
const load = async (dist) => {
  const at = (file) => import(pathToFileURL(resolve(dist, file)).href);
  await at("env/all.js");
  return { ...(await at("index.js")), registry: await at("env/registry.js") };
};
const builds = [await load(oldDist), await load(newDist)];

/** CPU seconds of a call: other work on the machine counts less than in wall time. */
async function seconds(call) {
  const before = process.cpuUsage();
  await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function playing(makeEnvironment, steps) {
  return ({ registry }) => {
    const env = makeEnvironment(registry);
    env.reset({ seed: 0 });
    return () => {
      for (let step = 0; step < steps; step++) {
        const { terminated, truncated } = env.step(step % env.actionCount);
        if (terminated || truncated) env.reset();
      }
    };
  };
}

/** A user's own environment, so that every step is checked. */
const counter = () => ({
  observationSize: 4,
  actionCount: 2,
  maxEpisodeSteps: 200,
  reset: () => [0, 0, 0, 0],
  step: (action) => ({ observation: [action, 1, 2, 3], reward: 1, terminated: false }),
});

const training = (id, options) => (build) => () =>
  build.trainTeacher(id, { seed: 1, evaluationEpisodes: 1, confirmationEpisodes: 1, stopReturn: null, ...options });

const cases = {
  "E CartPole-v1": playing((registry) => registry.makeEnv("CartPole-v1"), 2_000_000),
  "E MountainCar-v0": playing((registry) => registry.makeEnv("MountainCar-v0"), 2_000_000),
  "E Acrobot-v1": playing((registry) => registry.makeEnv("Acrobot-v1"), 200_000),
  "E MinAtar/Breakout-v1": playing((registry) => registry.makeEnv("MinAtar/Breakout-v1"), 500_000),
  "E one's own": playing((registry) => registry.resolveEnv(counter), 500_000),
  "loop, an update a step": training("CartPole-v1", { envSteps: 8000, evaluationInterval: 8000 }),
  "loop, an update in 100 steps": training("CartPole-v1", {
    envSteps: 100_000,
    evaluationInterval: 100_000,
    trainFrequency: 100,
  }),
};

console.log("| case | old in ms | new in ms | new / old |\n| --- | --- | --- | --- |");
for (const [name, prepare] of Object.entries(cases)) {
  const calls = builds.map((build) => prepare(build));
  const times = [[], []];
  for (const call of calls) await call(); // warms up
  for (let run = 0; run < Number(runs); run++) {
    for (const which of run % 2 === 0 ? [0, 1] : [1, 0]) times[which].push(await seconds(calls[which]));
  }
  const [before, after] = times.map(median);
  const ratio = median(times[1].map((time, run) => time / times[0][run]));
  const cells = [1e3 * before, 1e3 * after].map((value) => value.toFixed(1));
  console.log(`| ${name} | ${cells.join(" | ")} | ${ratio.toFixed(3)} |`);
}
