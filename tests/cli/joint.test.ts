// qstill joint as a process: its lines, its files, and Ctrl-C.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "qstill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = [
  "metrics.jsonl",
  "student.d.mts",
  "student.mjs",
  "student.safetensors",
  "summary.json",
  "teacher.safetensors",
];
const quick = ["joint", "CartPole-v1", "--seed=3", "--hidden=12", "--student-hidden=6", "--evaluation-episodes=3"];

function qstill(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

it("prints a line for each episode, evaluates both and leaves its files that repeat the run", () => {
  const first = qstill(...quick, "--episodes=25", "--json", "--out=first");
  expect(first.status).toBe(0);
  const lines = first.stderr.trimEnd().split("\n");
  expect(lines).toHaveLength(25);
  for (const [i, line] of lines.entries()) expect(line).toMatch(new RegExp(`^Episode: ${i + 1}, Reward: \\d+$`));
  expect(readdirSync(join(folder, "first")).sort()).toEqual(files);
  const summary = JSON.parse(first.stdout);
  expect(JSON.parse(readFileSync(join(folder, "first", "summary.json"), "utf8"))).toEqual(summary);
  expect(summary).toMatchObject({
    env: "CartPole-v1",
    seed: 3,
    teacher: { hidden: [12], parameters: 86, evaluation: { episodes: 100 } },
    student: { hidden: [6], parameters: 44, compression: 44 / 86 },
  });
  const again = qstill("joint", "--config=first/summary.json", "--out=again", "--quiet");
  expect(again).toEqual({ status: 0, stdout: "", stderr: "" });
  const repeated = JSON.parse(readFileSync(join(folder, "again", "summary.json"), "utf8"));
  expect(repeated.weightsHash).toBe(summary.weightsHash);
});

it("stops at Ctrl-C with status 130 and a checkpoint, and --resume goes on to the same weights", async () => {
  // so many episodes that the signal finds it running, however busy the machine
  const args = [...quick, "--episodes=1500", "--json"];
  const child = spawn(process.execPath, [main, ...args, "--out=stopped"], { cwd: folder });
  let said = "";
  child.stderr.on("data", (chunk) => {
    if (said === "") child.kill("SIGINT");
    said += chunk;
  });
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
  expect(said).toMatch(
    /\nstopping…\n(Episode: .*\n)*stopped: stopped\/joint\.checkpoint .*; to go on, repeat the command with --resume\n$/,
  );
  expect(readdirSync(join(folder, "stopped")).sort()).toEqual(["joint.checkpoint", "metrics.jsonl"]);

  const resumed = qstill(...args, "--out=stopped", "--resume");
  const straight = qstill(...args, "--out=straight");
  expect(JSON.parse(resumed.stdout).weightsHash).toBe(JSON.parse(straight.stdout).weightsHash);
  expect(readdirSync(join(folder, "stopped")).sort()).toEqual(files);
  const metrics = (name: string) => readFileSync(join(folder, name, "metrics.jsonl"), "utf8");
  expect(metrics("stopped")).toBe(metrics("straight"));
  const again = qstill(...args, "--out=straight", "--resume");
  expect([again.status, again.stderr]).toEqual([0, ""]);
  expect(JSON.parse(again.stdout)).toEqual(JSON.parse(straight.stdout)); // even the seconds that training took
}, 60_000);
