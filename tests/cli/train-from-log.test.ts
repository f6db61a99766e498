// qstill train --data as a process: what it prints, what it leaves, how it goes on, and what it refuses.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadModel } from "../../src/model/files.js";
import { trainOffline } from "../../src/offline/train.js";
import { randomLog } from "../offline/logs.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "qstill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const steps = 500;
const log = randomLog("CartPole-v1", steps, 4);

beforeAll(() => {
  let episode = 0;
  const lines = Array.from({ length: steps }, (_, i) => {
    const [terminated, truncated] = [log.terminated[i] === 1, log.truncated?.[i] === 1];
    const observation = [...(log.observations as Float32Array).subarray(4 * i, 4 * i + 4)];
    const next = truncated ? [...(log.nextObservations as Float32Array).subarray(4 * i, 4 * i + 4)] : undefined;
    const line = { episode, observation, action: log.actions[i], reward: 1, terminated, truncated, next };
    if (terminated || truncated) episode++;
    return `${JSON.stringify(line)}\n`;
  });
  writeFileSync(join(folder, "log.jsonl"), lines.join(""));
  writeFileSync(join(folder, "cut.jsonl"), lines.slice(0, -1).join(""));
  writeFileSync(join(folder, "config.json"), JSON.stringify({ seed: 2, offline: { hidden: [9], conservatism: 0.5 } }));
  writeFileSync(join(folder, "wrong.json"), JSON.stringify({ offline: { copies: 2 } }));
});

function qstill(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

const model = (name: string) => loadModel(readFileSync(join(folder, name, "teacher.safetensors")));
const quick = ["train", "--data=log.jsonl", "--hidden=12", "--batch-size=32"];

it("needs no environment, and makes what the library makes", async () => {
  const done = qstill(...quick, "--updates=1500", "--seed=3");
  expect(done).toMatchObject({ status: 0, stderr: "" });
  expect(done.stdout).toMatch(/ steps of the log │ updates │\n/);
  expect(done.stdout).toMatch(/│ teacher │ +4-12-2 │ +86 │ +500 │ +1,500 │\n/);
  expect(readdirSync(join(folder, "runs", "log-3")).sort()).toEqual(["metrics.jsonl", "teacher.safetensors"]);
  const same = await trainOffline(log, { hidden: [12], batchSize: 32, updates: 1500, seed: 3 });
  const made = model("runs/log-3");
  expect(made.parameters).toEqual(same.parameters);
  expect(made.training?.log).toEqual(same.log);

  const unknown = qstill("evaluate", "runs/log-3/teacher.safetensors");
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toMatch(/^the model's file does not say its environment: give --env /);
  const teacher = "--teacher=runs/log-3/teacher.safetensors";
  const short = ["--updates=100", "--env-steps=100", "--rounds=2", "--evaluation-episodes=3", "--attempts=1"];
  qstill("distill", teacher, "--env=CartPole-v1", "--out=student", ...short);
  expect(readdirSync(join(folder, "student"))).toContain("student.mjs");
});

it("with an environment keeps the best network there and evaluates it", () => {
  const judged = ["--evaluation-interval=100", "--evaluation-episodes=3", "--confirmation-episodes=3"];
  const done = qstill(...quick, "CartPole-v1", "--updates=300", ...judged, "--json", "--out=judged");
  expect(done).toMatchObject({ status: 0, stderr: "" });
  expect(JSON.parse(done.stdout)).toMatchObject({
    ...{ env: "CartPole-v1", seed: 0 },
    teacher: { envSteps: 0, log: { steps: 500 }, evaluation: { episodes: 100 } },
  });
  expect(model("judged").environment).toBe("CartPole-v1");
});

it("takes its options from a file, and says what it left out", () => {
  const done = qstill("train", "--data=cut.jsonl", "--config=config.json", "--updates=10", "--json", "--out=config");
  expect(done.status).toBe(0);
  expect(done.stderr).toMatch(/^1 of the log's steps are left out: .*: let the last row of a truncated episode say/);
  expect(JSON.parse(done.stdout)).toMatchObject({ seed: 2, teacher: { hidden: [9], log: { steps: 498 } } });
  expect(model("config").training?.config).toMatchObject({ conservatism: 0.5, updates: 10 });
});

it("stops at Ctrl-C with status 130, goes on to the same weights, and then is finished", async () => {
  const args = [...quick, "--updates=60000", "--json"];
  const child = spawn(process.execPath, [main, ...args, "--out=stopped", "--checkpoint-interval=0.05"], {
    cwd: folder,
  });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const stop = setInterval(() => {
    if (!existsSync(join(folder, "stopped", "teacher.checkpoint"))) return;
    child.kill("SIGINT");
    clearInterval(stop);
  }, 20);
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
  expect(said).toMatch(
    /stopped: stopped\/teacher\.checkpoint holds everything; to go on, repeat the command with --resume/,
  );

  const other = qstill(...args, "--data=cut.jsonl", "--out=stopped", "--resume");
  expect(other.status).toBe(2);
  expect(other.stderr).toMatch(
    /teacher\.checkpoint: this checkpoint was made with log "\w{32}", but "\w{32}" is asked/,
  );
  expect(qstill(...args, "--out=stopped", "--resume")).toMatchObject({ status: 0, stderr: "" });
  expect(qstill(...args, "--out=straight").status).toBe(0);
  expect(model("stopped").parameters).toEqual(model("straight").parameters);

  const again = qstill(...quick, "--updates=60000", "--out=stopped", "--resume");
  expect(again).toMatchObject({ status: 0, stderr: "already finished: stopped holds the results\n" });
  const changed = qstill(...args, "--data=cut.jsonl", "--out=stopped", "--resume");
  expect(changed.status).toBe(2);
  expect(changed.stderr).toMatch(
    /^stopped\/teacher\.safetensors was made with log "\w{32}", but "\w{32}" is asked for\n$/,
  );
}, 60_000);

it.each<[string[], RegExp | string]>([
  [["--data=log.jsonl", "--copies=2"], "--copies means nothing with --data: nobody acts there\n"],
  [
    ["--data=log.jsonl", "--exploration-final=0.1"],
    "--exploration-final means nothing with --data: nobody acts there\n",
  ],
  [["--data=log.jsonl", "--conservatism=-1"], "--conservatism is -1: a number from 0 to 1000000 is allowed\n"],
  [["--data=log.jsonl", "--stop-return=9"], "stopReturn is 9: it needs env, in which networks are evaluated\n"],
  [
    ["--data=log.jsonl", "--env-options={}"],
    "--env-options is for an environment, and none is named: nothing is played without one\n",
  ],
  [
    ["--data=log.jsonl", "MountainCar-v0"],
    "the log has 4 features and 2 actions, but MountainCar-v0 has 2 features and 3 actions\n",
  ],
  [
    ["--data=log.jsonl", "--config=wrong.json"],
    /^wrong\.json: unknown offline option "offline\.copies": allowed are hidden, /,
  ],
  [["--data=none.jsonl"], "cannot read none.jsonl: no such file or folder\n"],
  [["--data="], '--data is "": a path is needed\n'],
  [["CartPole-v1", "--updates=5"], "--updates is for a log: it needs --data\n"],
  [["CartPole-v1", "--conservatism=1"], "--conservatism is for a log: it needs --data\n"],
])("%j is refused in one line", (args, message) => {
  const { status, stdout, stderr } = qstill("train", ...args, "--out=refused");
  expect([status, stdout]).toEqual([2, ""]);
  if (typeof message === "string") expect(stderr).toBe(message);
  else expect(stderr).toMatch(message);
});

it("does not take an online teacher for one from a log when it resumes, and not the other way round", () => {
  const online = ["--env-steps=400", "--learning-starts=100", "--batch-size=32", "--evaluation-interval=0", "--quiet"];
  expect(qstill("train", "CartPole-v1", ...online, "--out=online").status).toBe(0);
  const resumed = qstill(...quick, "CartPole-v1", "--out=online", "--resume");
  const other = "or choose another folder with --out";
  const notFromLog = `online/teacher.safetensors was not made from a log: go on without --data, ${other}\n`;
  expect([resumed.status, resumed.stderr]).toEqual([2, notFromLog]);
  expect(qstill(...quick, "--out=offline", "--quiet").status).toBe(0);
  const back = qstill("train", "CartPole-v1", ...online, "--out=offline", "--resume");
  expect([back.status, back.stderr]).toEqual([
    2,
    `offline/teacher.safetensors was made from a log: go on with --data, ${other}\n`,
  ]);
});
