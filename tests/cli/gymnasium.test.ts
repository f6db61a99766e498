// Environments of Gymnasium on the command line: an id in data is only text, equal teachers have equal hashes, and nothing is
// left behind.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { readSafetensors } from "../../src/model/safetensors.js";
import { python, withGymnasium } from "../gymnasium/python.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "qstill-gymnasium-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const env = { ...process.env, QSTILL_PYTHON: python, PYTHONDONTWRITEBYTECODE: "1" };

function qstill(...args: string[]) {
  return spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8", env });
}

const quick =
  "--env-steps=600 --learning-starts=100 --hidden=8 --evaluation-interval=300 --evaluation-episodes=3 --confirmation-episodes=3".split(
    " ",
  );
/** Enough to be better than random play. */
const short = [
  "--hidden=32 --env-steps=4000 --learning-starts=100 --learning-rate=0.003 --evaluation-interval=1000 --evaluation-episodes=3",
  "--confirmation-episodes=3 --student-hidden=4 --student-env-steps=200 --updates=200 --attempts=1 --threshold=-100 --copies=8",
].flatMap((line) => line.split(" "));
const teacher = join("here", "teacher.safetensors");

withGymnasium("train: CartPole-v1 of Gymnasium and ours have the same teacherHash, printed and stored", () => {
  const hashes = ["gymnasium:CartPole-v1", "CartPole-v1"].map((id, i) => {
    const { stdout, stderr } = qstill("train", id, "--seed=3", ...quick, "--json", `--out=${["here", "ours"][i]}`);
    expect(stderr).toBe("");
    const { env, teacherHash } = JSON.parse(stdout);
    expect(env).toBe(id);
    const { metadata } = readSafetensors(readFileSync(join(folder, ["here", "ours"][i], "teacher.safetensors")));
    expect(metadata).toMatchObject({ teacherHash, environment: id });
    return teacherHash;
  });
  expect(hashes[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(hashes[1]).toBe(hashes[0]);
  expect(qstill("train", "CartPole-v1", "--seed=3", ...quick, "--out=ours", "--resume").stdout).toContain(
    `\nteacherHash ${hashes[0]}\n`,
  );
});

withGymnasium("run: the student's files, and a summary with the teacherHash that repeats the run", () => {
  const first = qstill(
    "run",
    "gymnasium:CartPole-v1",
    ...short,
    "--env-options",
    '{"max_episode_steps": 200}',
    "--json",
  );
  expect(first).toMatchObject({ status: 0, stderr: "" });
  const out = join(folder, "runs", "gymnasium-CartPole-v1-0");
  expect(readdirSync(out).sort()).toContain("student.mjs");
  const summary = JSON.parse(readFileSync(join(out, "summary.json"), "utf8"));
  expect(summary).toMatchObject({
    env: "gymnasium:CartPole-v1",
    teacherHash: expect.stringMatching(/^[0-9a-f]{32}$/),
    config: { envOptions: { max_episode_steps: 200 } },
  });
  const again = qstill("run", "gymnasium:CartPole-v1", "--config", join(out, "summary.json"), "--json", "--out=again");
  const { teacherHash, weightsHash } = JSON.parse(again.stdout);
  expect({ teacherHash, weightsHash }).toEqual({ teacherHash: summary.teacherHash, weightsHash: summary.weightsHash });
});

withGymnasium("in a model and in a configuration it is only text", () => {
  const text = 'is "gymnasium:CartPole-v1", which is not registered: give';
  expect(qstill("evaluate", teacher)).toMatchObject({
    status: 2,
    stderr: `the model's environment ${text} --env gymnasium:CartPole-v1 to play it\n`,
  });
  expect(qstill("distill", "--teacher", teacher).stderr).toContain(`${text} --env gymnasium:CartPole-v1 to play it`);
  writeFileSync(join(folder, "config.json"), '{ "env": "gymnasium:CartPole-v1" }');
  expect(qstill("train", "--config", "config.json")).toMatchObject({
    status: 2,
    stderr: `config.json: env ${text} gymnasium:CartPole-v1 as the environment to play it\n`,
  });
  const given = ["--env", "gymnasium:CartPole-v1", "--episodes=5", "--copies=5", "--json"];
  const ours = qstill("evaluate", teacher, "--env=CartPole-v1", "--episodes=5", "--json").stdout;
  expect(JSON.parse(qstill("evaluate", teacher, ...given).stdout).evaluation).toEqual(JSON.parse(ours).evaluation);
});

withGymnasium("a teacher's file says Gymnasium's arguments: with others the work does not go on", () => {
  const train = (steps: number, ...more: string[]) => {
    const options = ["--env-options", JSON.stringify({ max_episode_steps: steps })];
    return qstill("train", "gymnasium:CartPole-v1", ...options, ...quick, "--json", "--out=limited", ...more);
  };
  const { status, stdout } = train(100);
  expect(status).toBe(0);
  const { metadata } = readSafetensors(readFileSync(join(folder, "limited", "teacher.safetensors")));
  expect(JSON.parse(metadata.training)).toMatchObject({ envOptions: '{"max_episode_steps":100}' });
  expect(JSON.parse(train(100, "--resume").stdout).teacherHash).toBe(JSON.parse(stdout).teacherHash);
  expect(train(50, "--resume")).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/ was made with envOptions ".*100}", but ".*50}" is asked for\n$/),
  });
});

withGymnasium("our presets are for an environment without arguments", () => {
  const presets = (...more: string[]) =>
    JSON.parse(qstill("envs", "gymnasium:CartPole-v1", ...more, "--json").stdout).presets;
  expect(presets()).toEqual(JSON.parse(qstill("envs", "CartPole-v1", "--json").stdout).presets);
  expect(presets("--env-options", '{"max_episode_steps": 20}')).toBeUndefined();
});

it("sizes that are not allowed are a wrong call", () => {
  const hello = { observationSize: 70_000, actionCount: 2, maxEpisodeSteps: 5, featureNames: [], actionNames: [] };
  const code = `#!${process.execPath}
    const text = Buffer.from(${JSON.stringify(JSON.stringify(hello))});
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(text.length);
    process.stdout.write(Buffer.concat([Buffer.from("\\nqstill 1\\n"), bytes, text]));`;
  writeFileSync(join(folder, "large"), code, { mode: 0o755 });
  expect(qstill("envs", "gymnasium:Large-v0", "--python", join(folder, "large"))).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^.*observationSize is 70000: a whole number from 1 to 65536\s+is allowed\n$/s),
  });
});

withGymnasium("explain needs answers at once, and says so of a model and of --env", () => {
  const message =
    /^explain plays where answers come at once, and gymnasium:CartPole-v1 answers later: --env names another environment, of the same sizes\n$/;
  const refused = { status: 2, stderr: expect.stringMatching(message) };
  expect(qstill("explain", teacher)).toMatchObject(refused);
  expect(qstill("explain", teacher, "--env=gymnasium:CartPole-v1")).toMatchObject(refused);
});

withGymnasium("a kill while Python describes the environment leaves none behind", async () => {
  const code = `import os, time
open("slow.pid", "w").write(str(os.getpid()))
time.sleep(1000)`;
  writeFileSync(join(folder, "slow.py"), code);
  const child = spawn(process.execPath, [main, "envs", "gymnasium:./slow.py:Slow"], { cwd: folder, env });
  const pid = () => (readdirSync(folder).includes("slow.pid") ? +readFileSync(join(folder, "slow.pid"), "utf8") : 0);
  for (let i = 0; i < 200 && !pid(); i++) await wait(100);
  const python = pid();
  expect(python).toBeGreaterThan(0);
  child.kill("SIGKILL");
  const state = () => spawnSync("ps", ["-o", "stat=", "-p", `${python}`], { encoding: "utf8" }).stdout.trim();
  for (let i = 0; i < 100 && /^[^Z]/.test(state()); i++) await wait(100);
  expect(state()).not.toMatch(/^[^Z]/);
});

it("what cannot be played is a wrong call", () => {
  expect(qstill("train", "gymnasium:CartPole-v1", "--python", "nowhere")).toMatchObject({
    status: 2,
    stderr:
      "gymnasium:CartPole-v1: it needs Python, but nowhere cannot be run: there is no\nsuch program (--python, QSTILL_PYTHON or { python } names another Python)\n".replace(
        /\n(?!$)/,
        " ",
      ),
  });
  expect(qstill("envs", "gymnasium:")).toMatchObject({
    status: 2,
    stderr: "gymnasium: is not an environment: gymnasium:CartPole-v1 is one, for example\n",
  });
  for (const args of [
    ["envs", "CartPole-v1"],
    ["experiment", "ablation"],
    ["experiment", "ablation", "--env=CartPole-v1"],
  ])
    expect(qstill(...args, "--python", "python3")).toMatchObject({
      status: 2,
      stderr: "--python is for an environment of Gymnasium, such as gymnasium:CartPole-v1\n",
    });
});

withGymnasium(
  "Ctrl-C where Python hangs keeps the work, and a kill of the command leaves no Python behind",
  async () => {
    const file = fileURLToPath(new URL("../gymnasium/envs.py", import.meta.url));
    const options = JSON.stringify({ at: 300, fault: "hang" });
    const args = ["train", `gymnasium:${file}:Failing`, "--env-options", options, "--evaluation-interval=0", "--quiet"];
    const pids = () => {
      const { stdout } = spawnSync("ps", ["-eo", "pid,ppid,args"], { encoding: "utf8" });
      return stdout.split("\n").map((line) => line.trim().split(/\s+/, 2).map(Number));
    };
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const child = spawn(process.execPath, [main, ...args, `--out=${signal}`], { cwd: folder, env, detached: true });
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
      let hangs = false;
      let mine: number[] = [];
      for (let i = 0; i < 200 && !hangs; i++) {
        await wait(100);
        mine = pids().flatMap(([pid, parent]) => (parent === child.pid ? [pid] : []));
        const state = mine.map((pid) => spawnSync("ps", ["-o", "args=", "-p", `${pid}`], { encoding: "utf8" }).stdout);
        hangs = state.some((text) => text.includes("player.py")) && readdirSync(folder).includes(signal);
      }
      await wait(3000); // by now it has come to the step that hangs
      process.kill(signal === "SIGINT" ? -(child.pid as number) : (child.pid as number), signal); // a terminal tells the whole group
      const status = await ended;
      if (signal === "SIGINT") {
        expect(status).toBe(130);
        expect(readdirSync(join(folder, signal))).toContain("teacher.checkpoint");
      }
      for (let i = 0; i < 100 && pids().some(([pid]) => mine.includes(pid)); i++) await wait(100);
      expect(pids().filter(([pid]) => mine.includes(pid))).toEqual([]);
    }
  },
);

withGymnasium("shrink --jobs: each worker has a Python of its own, and the result is that of one process", () => {
  const search = "--hidden=1 --env-steps=100 --updates=50 --rounds=1 --episodes=3 --evaluation-episodes=3 --attempts=2";
  const [one, two] = [1, 2].map((jobs) => {
    const args = ["shrink", "gymnasium:CartPole-v1", "--teacher", teacher, ...search.split(" "), "--threshold=-1000"];
    const { stdout } = qstill(...args, `--jobs=${jobs}`, `--out=jobs-${jobs}`, "--json");
    return JSON.parse(stdout);
  });
  expect(two).toEqual(one);
  expect(two.sizes.length).toBeGreaterThan(0);
});
