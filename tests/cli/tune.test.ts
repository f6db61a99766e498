// qstill tune as a process: its files, a stop and what follows, its configuration in other commands, what it refuses.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Tuned } from "../../src/tune/tune.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "qstill-tune-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function qstill(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

const short = [
  "--env-steps=1200 --learning-starts=100 --hidden=8 --batch-size=16 --trials=12 --jobs=2",
  "--evaluation-interval=400 --evaluation-episodes=5 --confirmation-episodes=5",
].flatMap((line) => line.split(" "));
const tuneShort = ["tune", "CartPole-v1", ...short];

const read = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");
const withoutTimes = (runs: string) => runs.replace(/"wallSeconds":[\d.]+/g, "");
const plan =
  "12 trials, 52 trainings, at most 33,600 environment steps (12 × 3 seeds × 400, then 4 × 4 seeds × 1,200), evaluations not counted\n";

let tuned: Tuned & { out: string };
beforeAll(() => {
  const { status, stdout, stderr } = qstill(...tuneShort, "--json");
  expect([status, stderr]).toEqual([0, ""]);
  tuned = JSON.parse(stdout);
});

const out = join("runs", "tune-CartPole-v1-0");

describe("a search", () => {
  it("leaves its trainings, the best configuration and a report", () => {
    expect(tuned).toMatchObject({ env: "CartPole-v1", seed: 0, out, plan: { runs: 52, steps: 33_600 } });
    expect(readdirSync(join(folder, out)).sort()).toEqual(["report.html", "trials.jsonl", "tuned.json"]);
    expect(JSON.parse(read(out, "tuned.json"))).toEqual(tuned.config);
    const [head, ...runs] = read(out, "trials.jsonl")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(head).toMatchObject({ study: "tune", version: tuned.version, env: "CartPole-v1", seed: 0, envSteps: 1200 });
    expect(runs).toHaveLength(52);
    for (const { trial, rung, seed, score, changes } of runs) {
      expect(changes).toEqual(tuned.trials[trial].changes);
      expect(tuned.trials[trial].rungs[rung].scores).toContain(score);
      expect(Number.isSafeInteger(seed)).toBe(true);
    }
    const report = read(out, "report.html");
    for (const { option } of tuned.importance!.options) expect(report).toContain(`>${option}</text>`);
    expect(report).toContain("Rung 2: 4 trials, 1,200 steps, 4 training seeds each");
    expect(report.replace(/http:\/\/www\.w3\.org/g, "")).not.toMatch(/https?:|<script|<link/);
  });

  it("does nothing again when it is finished, and prints what it found", () => {
    const before = read(out, "trials.jsonl");
    const { status, stdout, stderr } = qstill(...tuneShort, "--resume");
    expect([status, stderr]).toEqual([0, plan]);
    expect(read(out, "trials.jsonl")).toBe(before); // its times, too
    expect(stdout).toContain("default");
    expect(stdout.replaceAll("\n", " ")).toContain("tuned.json for --config of train and run, report.html to read");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(qstill(...tuneShort, "--resume", "--quiet")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("stops at Ctrl-C with status 130, and goes on with --resume to the same files", async () => {
    const child = spawn(process.execPath, [main, ...tuneShort, "--out", "stopped"], { cwd: folder });
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    const timer = setInterval(() => {
      const path = join(folder, "stopped", "trials.jsonl");
      if (!existsSync(path) || readFileSync(path, "utf8").split("\n").length < 5) return;
      clearInterval(timer);
      child.kill("SIGINT");
    }, 5);
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
    const last = /^stopping…\nstopped after (\d+) of 52 runs: to go on, repeat the command with --resume\n$/;
    const [, finished] = last.exec(said.replace(plan, "")) ?? [];
    const kept = read("stopped", "trials.jsonl").trimEnd().split("\n");
    expect(kept).toHaveLength(1 + Number(finished));
    expect(kept.length).toBeLessThan(53);

    expect(qstill(...tuneShort, "--out", "stopped", "--resume", "--quiet")).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
    expect(withoutTimes(read("stopped", "trials.jsonl"))).toBe(withoutTimes(read(out, "trials.jsonl")));
    for (const line of kept) expect(read("stopped", "trials.jsonl")).toContain(line);
    for (const name of ["tuned.json", "report.html"]) expect(read("stopped", name)).toBe(read(out, name));
    expect(readdirSync(join(folder, "stopped")).sort()).toEqual(["report.html", "trials.jsonl", "tuned.json"]);
  });

  it("goes on to more trials with what it has", () => {
    const { stdout } = qstill(...tuneShort, "--trials=13", "--resume", "--json", "--jobs=1");
    const more: Tuned = JSON.parse(stdout);
    expect(more.trials.slice(0, 12).map(({ rungs }) => rungs[0].scores)).toEqual(
      tuned.trials.map(({ rungs }) => rungs[0].scores),
    );
    expect(more.trials).toHaveLength(13);
  });
});

describe("the configuration", () => {
  it("is read by train, with the options of the best trial", () => {
    const { status, stdout } = qstill(
      "train",
      "--config",
      join(out, "tuned.json"),
      "--seed",
      "3",
      "--out",
      "trained",
      "--json",
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ env: "CartPole-v1", seed: 3, teacher: { envSteps: 1200 } });
    const file = read("trained", "teacher.safetensors");
    for (const [name, value] of Object.entries(tuned.config.teacher)) {
      expect(file).toContain(
        JSON.stringify({ [name]: value })
          .slice(1, -1)
          .replaceAll('"', '\\"'),
      );
    }
  });

  it("is read by run", () => {
    const student = "--student-env-steps=200 --updates=200 --student-hidden=4 --attempts=1 --threshold=-100".split(" ");
    qstill("run", "--config", join(out, "tuned.json"), ...student, "--out", "run", "--quiet");
    expect(JSON.parse(read("run", "summary.json")).config.teacher).toMatchObject(tuned.config.teacher);
  });
});

it("takes a file with an environment, and says how to name it again", () => {
  const walk = `export default ({ length = 3 } = {}) => {
    let at = 0;
    return {
      observationSize: 1, actionCount: 2, maxEpisodeSteps: 20,
      reset: () => [(at = 0)],
      step: (action) => ({ observation: [(at += action === 1 ? 1 : -1)], reward: -1, terminated: at >= length }),
    };
  };`;
  writeFileSync(join(folder, "walk.mjs"), walk);
  const { status } = qstill(
    "tune",
    "./walk.mjs",
    ...short,
    "--trials=2",
    "--env-options",
    '{ "length": 2 }',
    "--quiet",
  );
  expect(status).toBe(0);
  const path = join("runs", "tune-walk-0", "tuned.json");
  expect(JSON.parse(read(path))).toMatchObject({ env: "walk", envOptions: { length: 2 } });
  expect(qstill("train", "./walk.mjs", "--config", path, "--quiet").status).toBe(0);
  expect(qstill("train", "--config", path).stderr).toMatch(
    /env is "walk", which is not registered: give the environment/,
  );
});

it.each([
  [["tune"], /^no environment given: name one/],
  [["tune", "Cartpole"], /^unknown environment "Cartpole": did you mean "CartPole-v1"\?/],
  [["tune", "CartPole-v1", "--trials", "1"], /^--trials is "1": a whole number from 2 to 1000 is allowed\n$/],
  [["tune", "CartPole-v1", "--steps", "some"], /^--steps is "some": a whole number from 1 to \d+ is allowed\n$/],
  [["tune", "CartPole-v1", "--jobs", "0"], /^--jobs is "0": a whole number from 1 to 1024 is allowed\n$/],
  [
    ["tune", "CartPole-v1", "--trials", "9", "--steps", "9"],
    /^trials is 9 and steps is 9: one of the two is allowed, as each decides the other\n$/,
  ],
  [["tune", "CartPole-v1", "--steps", "1000"], /^steps is 1000: at least 400000 are needed to compare the default/],
  [["tune", "CartPole-v1", "--n-step", "0"], /^--n-step is 0: a whole number from 1 to 100 is allowed\n$/],
  [["tune", "CartPole-v1", "--learning-starts", "50000"], /^the teacher's learningStarts is 50000: /],
  [["tune", "CartPole-v1", "--python", "python3"], /^--python is for an environment of Gymnasium/],
  [["tune", "CartPole-v1", "--env-options", "{}"], /^--env-options is for an environment from a file/],
  [["tune", "CartPole-v1", "--out", "blocked"], /^cannot write blocked\/tuned\.json: it is a folder\n$/],
  [[...tuneShort, "--resume", "--gamma=0.5"], /trials\.jsonl was made with gamma none, but 0\.5 is asked for\n$/],
  [[...tuneShort, "--resume", "--seed=1", "--out", out], /trials\.jsonl was made with seed 0, but 1 is asked for\n$/],
  [
    [...tuneShort, "--resume", "--out", "damaged"],
    /^line 2 of damaged\/trials\.jsonl is not a training of a search\n$/,
  ],
])("refuses %j with status 2 and one line", (args, message) => {
  mkdirSync(join(folder, "blocked", "tuned.json"), { recursive: true });
  mkdirSync(join(folder, "damaged"), { recursive: true });
  const [head] = read(out, "trials.jsonl").split("\n");
  writeFileSync(join(folder, "damaged", "trials.jsonl"), `${head}\n{"id":"x"}\n`);
  const { status, stdout, stderr } = qstill(...args);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

it("has help that fits 80 columns", () => {
  const { status, stdout } = qstill("tune", "--help");
  expect(status).toBe(0);
  expect(stdout).toContain("--trials <number>");
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});
