// qstill experiment as a process: its files, its exit status, and what it refuses.
import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const main = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "qstill-experiment-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function experiment(...args: string[]) {
  const call = [main, "experiment", ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, call, { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

it("lists the studies", () => {
  expect(experiment("--list").stdout).toMatch(/^losses {7}Which loss.*\n {13}\S.*\?$/m);
  const { studies } = JSON.parse(experiment("--list", "--json").stdout);
  expect(studies.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(["losses", "ablation", "sizes", "alone"]),
  );
});

it("stops at Ctrl-C with status 130, goes on with --resume and leaves its files", async () => {
  const study = ["sizes", "--seeds", "1", "--jobs", "2", "--cells", "none"];
  const out = join(folder, "runs", "experiment-sizes");
  const results = join(out, "results.jsonl");
  const child = spawn(process.execPath, [main, "experiment", ...study], { cwd: folder });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const timer = setInterval(() => {
    if (!existsSync(results)) return;
    clearInterval(timer);
    child.kill("SIGINT");
  }, 20);
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
  expect(said).toBe("stopping…\nstopped after 0 of 1 runs: to go on, repeat the command with --resume\n");

  // what the run would have left, to save its time
  const scores = { returnRatio: 0.5, qR2: null, parameters: 10 };
  const run = { cell: "none hidden", env: "CartPole-v1", seed: 0, settings: { hidden: [] }, scores, wallSeconds: 1 };
  appendFileSync(results, `${JSON.stringify(run)}\n{"cell":"no`);

  const { status, stdout, stderr } = experiment(...study, "--resume", "--json");
  expect([status, stderr]).toEqual([0, ""]);
  const { sections, ...result } = JSON.parse(stdout);
  expect(result).toMatchObject({ study: "sizes", seeds: 1, score: "returnRatio", out: "runs/experiment-sizes" });
  expect(sections).toMatchObject([
    {
      environments: ["CartPole-v1"],
      rows: [{ cell: "none hidden", runs: 1, score: { value: 0.5, interval: [0.5, 0.5] } }],
    },
  ]);
  expect(readdirSync(out).sort()).toEqual(["report.html", "results.jsonl", "table.md"]);
  expect(JSON.parse(readFileSync(results, "utf8").trimEnd().split("\n")[1])).toEqual(run);
  expect(readFileSync(join(out, "table.md"), "utf8")).toContain("| none hidden | 1 | 0.5 [0.5, 0.5] | – | – | 10 |");
  expect(experiment(...study, "--resume").stdout.replaceAll("\n", " ")).toContain("report.html shows more");
  expect(experiment(...study, "--resume", "--quiet")).toEqual({ status: 0, stdout: "", stderr: "" });
});

it("runs the study of a module in the environment of the same module", () => {
  const short = JSON.stringify(new URL("../experiments/short.study.js", import.meta.url));
  const environment = `export default () => ({
    ...{ id: "Still-v0", observationSize: 1, actionCount: 2, maxEpisodeSteps: 5 },
    reset: () => [1],
    step: () => ({ observation: [1], reward: 1, terminated: false }),
  });`;
  writeFileSync(join(folder, "both.mjs"), `export { studies } from ${short};\n${environment}`);
  writeFileSync(join(folder, "alone.mjs"), environment);
  const { status, stdout, stderr } = experiment(
    ...["short", "--module", "both.mjs", "--env", "Still-v0", "--seeds", "1", "--out", "both", "--json"],
  );
  expect([status, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout).sections[0].environments).toEqual(["Still-v0"]);
  expect(experiment("short", "--module", "alone.mjs")).toEqual({
    ...{ status: 2, stdout: "", stderr: "alone.mjs exports no studies: --env is for an environment\n" },
  });
});

it.each([
  [["lossse"], /^unknown study "lossse": there are losses, ablation, .*\n$/],
  [[], /^no study given: there are losses, .*\n$/],
  [["losses", "--seeds", "0"], /^--seeds is "0": a whole number from 1 to 1000000 is allowed\n$/],
  [["losses", "--jobs", "many"], /^--jobs is "many": a whole number from 1 to 1024 is allowed\n$/],
  [["losses", "--env", "Cartpole"], /^unknown environment "Cartpole": did you mean "CartPole-v1"\? .*\n$/],
  [["sizes", "--cells", "no such"], /^no cell's name contains "no such": there are as the teacher · 32 .*\n$/],
  [["losses", "--out", "blocked"], /^cannot write blocked\/table\.md: it is a folder\n$/],
])("refuses %j with status 2 and one line", (args, message) => {
  mkdirSync(join(folder, "blocked", "table.md"), { recursive: true });
  const { status, stdout, stderr } = experiment(...args);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(message);
});
