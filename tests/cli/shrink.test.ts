// qstill shrink --jobs: with worker threads it leaves the same files as without, also after a stop, and for an environment
// from a file.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadModel, saveModel } from "../../src/model/files.js";
import { teacher } from "../distill/either.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "qstill-shrink-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function qstill(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

const short = [
  "shrink ./either.mjs --teacher=teacher.safetensors --hidden=8 --env-steps=200 --updates=100 --rounds=2",
  "--evaluation-episodes=5 --episodes=20 --attempts=2 --learning-rate=0.02 --threshold=0.9 --seed=102",
].flatMap((line) => line.split(" "));
const files = ["frontier.json", "report.html", "student.d.mts", "student.mjs", "student.safetensors"];

const read = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");
const filesIn = (out: string) => readdirSync(join(folder, out)).sort();
const studentIn = (out: string) => {
  const { parameters, training } = loadModel(readFileSync(join(folder, out, "student.safetensors")));
  return { parameters, training: { ...training, wallSeconds: 0 } };
};
/** Holds what a search left against that of one process. */
function expectSame(out: string) {
  expect(filesIn(out)).toEqual(files);
  for (const name of files.slice(0, -1)) expect(read(out, name)).toBe(read("whole", name));
  expect(studentIn(out)).toEqual(studentIn("whole"));
}

beforeAll(() => {
  // as tests/distill/either.ts: the second action is right if exactly one of the first two signals is on
  writeFileSync(
    join(folder, "either.mjs"),
    `export default ({ fail = Infinity } = {}) => {
      let state = 1, signals = [], step = 0, steps = 0;
      const draw = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16) & 1;
      const see = () => (signals = [draw(), draw(), draw(), draw(), draw()]);
      return {
        id: "either", observationSize: 5, actionCount: 2,
        reset: ({ seed = 0 } = {}) => ((state = seed), (step = 0), see()),
        step(action) {
          if (++steps > fail) throw new Error("the server is gone");
          const reward = action === (signals[0] + signals[1]) % 2 ? 1 : 0;
          return { observation: see(), reward, terminated: ++step === 10 };
        },
      };
    };`,
  );
  writeFileSync(join(folder, "teacher.safetensors"), saveModel(teacher));
  const { status } = qstill(...short, "--out=whole", "--quiet");
  expect(status).toBe(0);
  expect(filesIn("whole")).toEqual(files);
});

it("is the same with three workers, and says the same", () => {
  const one = qstill(...short, "--out=one");
  const three = qstill(...short, "--out=three", "--jobs=3");
  expectSame("three");
  expect(three).toEqual({ ...one, stdout: one.stdout.replaceAll("one holds", "three holds") });
  expect(one.stderr).toContain("attempt 2: mean return");
});

it("stops at Ctrl-C with status 130, keeps what its workers have, and goes on to the same files", async () => {
  const child = spawn(process.execPath, [main, ...short, "--out=stopped", "--jobs=2"], { cwd: folder });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const timer = setInterval(() => {
    if (!existsSync(join(folder, "stopped", "frontier.json"))) return;
    clearInterval(timer);
    child.kill("SIGINT");
  }, 2);
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
  expect(said).toContain("stopping…\n");
  expect(said).toMatch(
    /\nstopped: stopped holds what was found so far, not yet tested; to go on, repeat the command with --resume\n$/,
  );
  expect(JSON.parse(read("stopped", "frontier.json"))).toMatchObject({ complete: false });
  expect(readdirSync(join(folder, "stopped", "attempts")).join()).toMatch(/labeller-[0-9a-f]{32}\.safetensors/);
  const { status } = qstill(...short, "--out=stopped", "--jobs=3", "--resume", "--quiet");
  expect(status).toBe(0);
  expectSame("stopped");
});

it("ends where its environment fails in a worker, and goes on with --resume", () => {
  const failed = qstill(...short, "--out=failed", "--jobs=2", '--env-options={"fail":500}');
  expect(failed.status).toBe(1);
  expect(failed.stderr).toMatch(
    /^failed holds what was found so far, not yet tested; to go on, repeat the command with --resume\nhidden 8, seed \d+: .*the server is gone\n$/,
  );
});

it("begins anew without --resume, whatever an earlier one left", () => {
  const { status } = qstill(...short, "--out=failed", "--jobs=2", "--quiet");
  expect(status).toBe(0);
  expectSame("failed");
});

it.each([["0"], ["1.5"], ["x"]])("refuses --jobs %s", (jobs) => {
  const { status, stderr } = qstill(...short, `--jobs=${jobs}`);
  expect([status, stderr]).toEqual([2, `--jobs is "${jobs}": a whole number from 1 to 1024 is allowed\n`]);
});
