// A search in worker threads: the same result with one and with two, in an environment of the library and in a file's.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { type TrialRun, type TuneOptions, TuneStopped, tune } from "#dist/tune/index.js";

const folder = mkdtempSync(join(tmpdir(), "qstill-cores-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const short: TuneOptions = {
  ...{ trials: 6, seed: 1, envSteps: 600, learningStarts: 50, batchSize: 8, hidden: [8] },
  ...{ evaluationInterval: 300, evaluationEpisodes: 3, confirmationEpisodes: 3 },
};

async function search(env: string, options: TuneOptions) {
  const runs: TrialRun[] = [];
  const onEvent: TuneOptions["onEvent"] = (event) => event.kind === "run" && runs.push(event.run);
  const tuned = await tune(env, { ...short, ...options, onEvent });
  const ids = runs.map(({ wallSeconds: _, ...run }) => run).sort((a, b) => (a.id < b.id ? -1 : 1));
  return { tuned, runs: ids };
}

it("is the same with one worker and with two", async () => {
  const one = await search("CartPole-v1", { jobs: 1 });
  expect(await search("CartPole-v1", { jobs: 2 })).toEqual(one);
  expect(one.runs).toHaveLength(26);
});

it("stops within its trainings, and goes on from their checkpoints to the same result", async () => {
  const long: TuneOptions = { ...short, trials: 2, envSteps: 20_000, evaluationInterval: 20_000 };
  const whole = await tune("CartPole-v1", { ...long, jobs: 2 });
  const checkpoints = join(folder, "checkpoints");
  const controller = new AbortController();
  const finished: TrialRun[] = [];
  const onEvent: TuneOptions["onEvent"] = (event) => {
    if (event.kind === "run") finished.push(event.run);
    if (finished.length === 2) setTimeout(() => controller.abort(), 100); // others are under way then
  };
  const stopped = tune("CartPole-v1", { ...long, jobs: 2, checkpoints, signal: controller.signal, onEvent });
  await expect(stopped).rejects.toThrow(TuneStopped);
  expect(readdirSync(checkpoints).length).toBeGreaterThan(0);
  expect(await tune("CartPole-v1", { ...long, jobs: 1, checkpoints, finished })).toEqual(whole);
  expect(readdirSync(checkpoints)).toEqual([]);
});

it("imports a file with an environment in every worker", async () => {
  const path = join(folder, "walk.mjs");
  const source = `export default ({ length = 5 } = {}) => {
    let at = 0;
    return {
      observationSize: 1, actionCount: 2, maxEpisodeSteps: 20,
      reset: () => [(at = 0)],
      step: (action) => ({ observation: [(at += action === 1 ? 1 : -1)], reward: -1, terminated: at >= length }),
    };
  };`;
  writeFileSync(path, source);
  const envFiles = [{ path, options: { length: 3 } }];
  const one = await search("walk", { envFiles, jobs: 1 });
  expect(await search("walk", { envFiles, jobs: 2 })).toEqual(one);
  expect(one.tuned.config).toMatchObject({ env: "walk", envOptions: { length: 3 } });
  expect(one.runs.map(({ score }) => score)).toContain(-3); // a corridor of three cells, not of five
});
