// qstill evaluate --data as a process: what it prints, and what it refuses.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Model } from "../../src/index.js";
import { saveModel } from "../../src/model/files.js";
import { estimateReturn } from "../../src/offline/index.js";
import { randomLog } from "../offline/logs.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "qstill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const steps = 300;
const log = randomLog("CartPole-v1", steps, 4);
// three actions, of which the log never takes the last, and nor does the model
const parameters = new Float32Array([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -9]);
const model = new Model({ environment: "", widths: [4, 3], parameters });

beforeAll(() => {
  let episode = 0;
  const lines = Array.from({ length: steps }, (_, i) => {
    const observation = [...(log.observations as Float32Array).subarray(4 * i, 4 * i + 4)];
    const terminated = log.terminated[i] === 1;
    const line = { episode, observation, action: log.actions[i], reward: 1, terminated };
    if (terminated) episode++;
    return `${JSON.stringify(line)}\n`;
  });
  writeFileSync(join(folder, "log.jsonl"), lines.join(""));
  writeFileSync(join(folder, "model.safetensors"), saveModel(model));
});

function qstill(...args: string[]) {
  const all = [main, "evaluate", "model.safetensors", ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

it("prints what the library estimates, of a model with more actions than the log takes", async () => {
  const options = { seed: 3, gamma: 0.9, horizon: 20, method: "fittedQ" } as const;
  const flags = ["--data=log.jsonl", "--seed=3", "--gamma=0.9", "--horizon=20", "--method=fittedQ"];
  const { nextObservations, truncated, ...columns } = log;
  const estimate = await estimateReturn(model, { ...columns, actionCount: 3 }, options);
  expect(JSON.parse(qstill(...flags, "--json").stdout)).toEqual({ data: "log.jsonl", seed: 3, estimate });

  const { status, stdout, stderr } = qstill(...flags);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain(`│ ${Number(estimate.mean.toFixed(2))} `);
  expect(stdout).toContain("Method: fitted Q evaluation, for episodes of at most 20 steps, with gamma 0.9.\n");
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

it.each([
  [["--data=log.jsonl", "--episodes=100"], "--episodes does not go with --data: nothing is played\n"],
  [["--data=log.jsonl", "--env=CartPole-v1"], "--env does not go with --data: nothing is played\n"],
  [["--data=log.jsonl", "--env-options={}"], "--env-options does not go with --data: nothing is played\n"],
  [["--data=log.jsonl", "--python=python3"], "--python does not go with --data: nothing is played\n"],
  [["--data=log.jsonl", "--copies=2"], "--copies does not go with --data: nothing is played\n"],
  [["--data=log.jsonl", "--teacher=model.safetensors"], "--teacher does not go with --data: nothing is played\n"],
  [["--data="], '--data is "": a path is needed\n'],
  [["--data=log.jsonl", "--gamma=2"], "gamma is 2: a number above 0, up to 1 is allowed\n"],
  [["--data=log.jsonl", "--horizon=x"], 'horizon is "x": a whole number from 1 to 100000 is allowed\n'],
  [["--data=log.jsonl", "--method=doublyRobust"], "the log has no propensities, which doublyRobust needs: "],
  [["--gamma=0.9"], "--gamma is for a log: it needs --data\n"],
  [["--horizon=9"], "--horizon is for a log: it needs --data\n"],
  [["--method=fittedQ"], "--method is for a log: it needs --data\n"],
])("refuses %j", (args, message) => {
  const { status, stdout, stderr } = qstill(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr.startsWith(message), stderr).toBe(true);
  expect(stderr.trimEnd()).not.toContain("\n");
});
