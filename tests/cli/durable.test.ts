// Nothing is lost: full disks, special files, folders in use, signals and kills, with the command line as a process.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { saveModel } from "../../src/model/files.js";

const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, "..", "..", "dist", "cli", "main.js");
const shim = join(here, "full-disk.js");
const folder = mkdtempSync(join(tmpdir(), "qstill-durable-"));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const parameters = Float32Array.of(0, 0, 0, 0, -1, 1, -1, 1, 0, 0);
beforeAll(() =>
  writeFileSync(at("rule.safetensors"), saveModel({ environment: "CartPole-v1", widths: [4, 2], parameters })),
);

function qstill(args: string[], env: Record<string, string> = {}) {
  const call = [...(Object.keys(env).length > 0 ? ["--import", shim] : []), main, ...args];
  const options = { cwd: folder, encoding: "utf8" as const, env: { ...process.env, ...env } };
  const { status, stdout, stderr } = spawnSync(process.execPath, call, options);
  return { status, stdout, stderr };
}

/** The same through a shell, for what only that can set up. */
function shell(command: string) {
  const text = command.replaceAll("qstill", `"${process.execPath}" "${main}"`);
  const { status, stdout, stderr } = spawnSync("sh", ["-c", text], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

const train = [
  "train MountainCar-v0 --train-frequency=1 --learning-starts=300 --batch-size=32 --hidden=16,16 --evaluation-interval=500",
  "--evaluation-episodes=5 --json",
].flatMap((line) => line.split(" "));
const steps = (count: number, out: string) => [...train, `--env-steps=${count}`, `--out=${out}`];

/** Begins work that does not end by itself, and waits until a file is there. */
async function begun(
  out: string,
  file: string,
  ...more: string[]
): Promise<{ child: ChildProcess; said: () => string }> {
  const child = spawn(process.execPath, [main, ...steps(1_000_000, out), ...more], { cwd: folder });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  while (!existsSync(at(out, file)) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 10));
  return { child, said: () => said };
}

const ended = (child: ChildProcess) =>
  new Promise((resolve) => {
    child.on("close", (status, signal) => resolve(status ?? signal));
  });

describe("a full disk", () => {
  it("that takes a few bytes at once gets all of them", () => {
    expect(qstill(["export", "rule.safetensors", "--out", "whole.mjs", "--quiet"]).status).toBe(0);
    expect(qstill(["export", "rule.safetensors", "--out", "short.mjs", "--quiet"], { SHORT: "100" }).status).toBe(0);
    expect(readFileSync(at("short.mjs"))).toEqual(readFileSync(at("whole.mjs")));
  });

  it("leaves the old file and nothing else", () => {
    mkdirSync(at("old"));
    writeFileSync(at("old", "rule.mjs"), "old");
    const { status, stderr } = qstill(["export", "rule.safetensors", "--out", "old/rule.mjs"], {
      SHORT: "100",
      FULL: "3",
    });
    expect([status, stderr]).toEqual([1, "cannot write old/rule.mjs: the disk is full\n"]);
    expect(readFileSync(at("old", "rule.mjs"), "utf8")).toBe("old");
    expect(readdirSync(at("old"))).toEqual(["rule.mjs"]);
  });

  it("at any write ends in one line that says so and status 1, or the work goes on and says that", () => {
    let writes = 1;
    for (; ; writes++) {
      const { status, stderr } = qstill(steps(1500, `full${writes}`), { FULL: String(writes) });
      if (status === 0 && !stderr.includes("the disk is full")) break;
      expect(status).toBe(1);
      expect(stderr).toMatch(/cannot write full\d+\/\S+: the disk is full/);
      expect(stderr).not.toContain("    at ");
      expect(existsSync(at(`full${writes}`, "teacher.safetensors"))).toBe(false);
      expect(
        readdirSync(at(`full${writes}`)).filter((name) => name.endsWith(".tmp") || name.endsWith(".lock")),
      ).toEqual([]);
    }
    expect(writes).toBeGreaterThan(3);
  });

  it("of 40 KiB, a real one, never leaves a part of a file", ({ skip }) => {
    mkdirSync(at("small"));
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=40k", "tmpfs", at("small")]).status === 0;
    if (!mounted) skip("a file system cannot be mounted here");
    try {
      const { status, stderr } = qstill([...steps(1000, "small"), "--hidden=100,100"]);
      expect(status).toBe(1);
      expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/^cannot write small\/\S+: the disk is full/);
      expect(stderr).not.toContain("    at ");
      expect(
        readdirSync(at("small")).filter((name) => !["metrics.jsonl", "teacher.safetensors"].includes(name)),
      ).toEqual([]);
    } finally {
      spawnSync("umount", [at("small")]);
    }
  });

  it("never takes a study's finished runs", () => {
    const out = at("study");
    mkdirSync(out);
    const call = ["experiment", "sizes", "--seeds", "1", "--cells", "none", "--out", "study", "--quiet"];
    writeFileSync(join(out, "results.jsonl"), "");
    qstill(call, { FULL: "3" }); // the lock, the head, and then nothing more: the teacher is lost
    const head = readFileSync(join(out, "results.jsonl"), "utf8");
    const scores = { returnRatio: 0.5, qR2: null, parameters: 10 };
    const run = { cell: "none hidden", env: "CartPole-v1", seed: 0, settings: { hidden: [] }, scores, wallSeconds: 1 };
    const before = `${head}${JSON.stringify(run)}\n`;
    writeFileSync(join(out, "results.jsonl"), before);
    const { status, stderr } = qstill([...call, "--resume"], { FULL: "2" });
    expect([status, stderr]).toEqual([1, "cannot write study/results.jsonl: the disk is full\n"]);
    expect(readFileSync(join(out, "results.jsonl"), "utf8")).toBe(before);
  }, 120_000);

  it.for(["envs", "envs --json", "--help"])(
    "in the place of the output of %s is one line and status 1",
    (command, { skip }) => {
      if (!existsSync("/dev/full")) skip("there is no /dev/full here");
      const { status, stderr } = shell(`qstill ${command} > /dev/full`);
      expect([status, stderr]).toEqual([1, "cannot write to the standard output: the disk is full\n"]);
    },
  );
});

describe("--out", () => {
  const exported = "qstill export rule.safetensors --quiet --out";

  it("on a pipe or a device writes into it", () => {
    const whole = readFileSync(at("whole.mjs"), "utf8");
    expect(shell(`${exported} /dev/stdout | cat`)).toEqual({ status: 0, stdout: whole, stderr: "" });
    expect(shell(`mkfifo fifo; cat fifo & ${exported} fifo; wait`)).toEqual({ status: 0, stdout: whole, stderr: "" });
    expect(lstatSync(at("fifo")).isFIFO()).toBe(true);
    const { status, stderr } = shell(`${exported} /dev/full`);
    expect([status, stderr]).toEqual([1, "cannot write /dev/full: the disk is full\n"]);
    expect(lstatSync("/dev/full").isCharacterDevice()).toBe(true);
  });

  it("on a link replaces what it leads to, and a circle of links is said in one line", () => {
    mkdirSync(at("elsewhere"));
    symlinkSync("elsewhere/real.mjs", at("link.mjs"));
    symlinkSync("circle.mjs", at("circle.mjs"));
    for (const _ of ["new", "old"]) expect(shell(`${exported} link.mjs`).status).toBe(0);
    expect(lstatSync(at("link.mjs")).isSymbolicLink()).toBe(true);
    expect(readFileSync(at("elsewhere", "real.mjs"))).toEqual(readFileSync(at("whole.mjs")));
    const reason = "its links lead round in a circle\n";
    const file = shell(`${exported} circle.mjs`);
    expect([file.status, file.stderr]).toEqual([2, `cannot write circle.mjs: ${reason}`]);
    const inside = shell(`${exported} circle.mjs/student.mjs`);
    expect([inside.status, inside.stderr]).toEqual([2, `cannot write circle.mjs/student.mjs: ${reason}`]);
  });

  it("removes temporary files of processes that are gone, and no others", () => {
    mkdirSync(at("swept"));
    const old = ".qstill-0123456789ab-1-0123456789ab-00000000.tmp"; // of another machine
    const young = ".qstill-0123456789ab-2-0123456789ab-00000000.tmp";
    for (const name of [old, young, ".other.tmp"]) writeFileSync(at("swept", name), "");
    utimesSync(at("swept", old), 0, 0);
    expect(shell(`${exported} swept/rule.mjs`).status).toBe(0);
    expect(readdirSync(at("swept")).sort()).toEqual([young, ".other.tmp", "rule.d.mts", "rule.mjs"].sort());
  });
});

describe("a folder in use", () => {
  it("is refused in one line that names the process, until that is gone, however it ended", async () => {
    const { child } = await begun("used", "metrics.jsonl");
    for (const command of [steps(1000, "used"), ["experiment", "sizes", "--out", "used"]]) {
      const { status, stderr } = qstill(command);
      expect(stderr).toMatch(new RegExp(`^used is in use by process ${child.pid} on \\S+: .*\n$`));
      expect(status).toBe(1);
    }
    child.kill("SIGKILL");
    await ended(child);
    expect(existsSync(at("used", "qstill.lock"))).toBe(true);
    expect(qstill([...steps(1000, "used"), "--quiet"]).status).toBe(0);
    expect(existsSync(at("used", "qstill.lock"))).toBe(false);
  });

  it("of another machine is free after ten minutes without a sign", () => {
    mkdirSync(at("far"));
    const lock = { pid: 1, started: "then", place: "there", host: "far", id: "1" };
    writeFileSync(at("far", "qstill.lock"), JSON.stringify(lock));
    expect(qstill(steps(500, "far")).stderr).toMatch(/^far is in use by process 1 on far: /);
    utimesSync(at("far", "qstill.lock"), new Date(), new Date(Date.now() - 11 * 60_000));
    expect(qstill([...steps(500, "far"), "--quiet"]).status).toBe(0);
  });

  it("is given to one of many that come at once", async () => {
    mkdirSync(at("many"));
    const lock = { pid: 1, started: "then", place: "there", host: "far", id: "1" };
    writeFileSync(at("many", "qstill.lock"), JSON.stringify(lock));
    utimesSync(at("many", "qstill.lock"), 0, 0);
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, [main, ...steps(20_000, "many"), "--quiet"], { cwd: folder }),
    );
    const statuses = await Promise.all(children.map(ended));
    expect(statuses.sort()).toEqual([0, 1, 1, 1]);
  });
});

describe("a signal", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s, even twice at once, leaves a checkpoint", async (signal) => {
    const { child, said } = await begun(signal, "metrics.jsonl");
    child.kill(signal);
    child.kill(signal);
    expect(await ended(child)).toBe(130);
    expect(said()).toMatch(/^stopping…\nstopped: \S+ holds everything; to go on, repeat the command with --resume\n$/);
    expect(readdirSync(at(signal)).sort()).toEqual(["metrics.jsonl", "teacher.checkpoint"]);
  });

  it("with nobody left to read what is said leaves one, too", async () => {
    const { child } = await begun("alone", "metrics.jsonl");
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.kill("SIGHUP");
    expect(await ended(child)).toBe(130);
    expect(existsSync(at("alone", "teacher.checkpoint"))).toBe(true);
  });
});

describe("--resume", () => {
  const lastWeights = (out: string) =>
    readFileSync(at(out, "teacher.safetensors"))
      .subarray(-4 * 300)
      .toString("hex");
  const budget = steps(6000, "straight");
  beforeAll(() => {
    expect(qstill(budget).status).toBe(0);
  });

  it("after a kill, in a used folder, goes on to the same weights and metrics", async () => {
    for (const file of ["metrics.jsonl", "teacher.checkpoint"]) {
      const out = `killed-${file}`;
      expect(qstill([...steps(600, out), "--seed=7"]).status).toBe(0); // an earlier run, of another seed
      const metrics = at(out, "metrics.jsonl");
      if (file === "metrics.jsonl") rmSync(metrics);
      const child = spawn(process.execPath, [main, ...steps(6000, out), "--checkpoint-interval=0.01"], { cwd: folder });
      while (!existsSync(at(out, file)) && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill("SIGKILL");
      await ended(child);
      const { status } = qstill([...steps(6000, out), "--resume"]);
      expect([file, status]).toEqual([file, 0]);
      expect([file, lastWeights(out)]).toEqual([file, lastWeights("straight")]);
      expect(readFileSync(metrics, "utf8")).toBe(readFileSync(at("straight", "metrics.jsonl"), "utf8"));
    }
  });

  it("of finished work says so, with status 0 and the same result", () => {
    const args = [...budget, "--resume"];
    const first = qstill(args);
    expect([first.status, first.stderr]).toEqual([0, ""]);
    expect(JSON.parse(first.stdout).teacher).toMatchObject({ envSteps: 6000 });
    expect(qstill(args.filter((arg) => arg !== "--json")).stderr).toBe(
      "already finished: straight holds the results\n",
    );
    const longer = qstill([...steps(7000, "straight"), "--resume"]);
    expect([longer.status, longer.stderr]).toEqual([
      2,
      "straight/teacher.safetensors was made with envSteps 6000, but 7000 is asked for: finished work goes on longer only if it was run with --keep-checkpoint; --from straight/teacher.safetensors begins a new training with its weights\n",
    ]);
  });

  it("goes on longer with a kept checkpoint, and where nothing is there begins and says so", () => {
    const begin = qstill([...steps(1000, "kept"), "--keep-checkpoint", "--resume"]);
    const [said] = begin.stderr.split("\n"); // what follows is about the training
    expect([begin.status, said]).toEqual([0, "nothing to go on from in kept: it begins at the start"]);
    const longer = qstill([...steps(1500, "kept"), "--resume"]);
    expect([longer.status, JSON.parse(longer.stdout).teacher.envSteps]).toEqual([0, 1500]);
  });

  it("of finished work removes a checkpoint from before its end, and no other", () => {
    const checkpoint = at("late", "teacher.checkpoint");
    expect(qstill([...steps(1000, "late"), "--keep-checkpoint"]).status).toBe(0);
    const earlier = readFileSync(checkpoint);
    expect(qstill([...steps(1000, "late"), "--resume"]).status).toBe(0);
    expect(readFileSync(checkpoint)).toEqual(earlier);
    expect(qstill([...steps(1500, "late"), "--resume"]).status).toBe(0);
    writeFileSync(checkpoint, earlier); // as if it had been killed just before it removed this
    expect(qstill([...steps(1500, "late"), "--resume"]).status).toBe(0);
    expect(existsSync(checkpoint)).toBe(false);
  });

  it("is named where a finished folder is used again without it", () => {
    expect(qstill(steps(500, "kept")).stderr).toMatch(
      /^kept\/teacher\.safetensors is from an earlier run: it is overwritten.*--resume/,
    );
  });
});
