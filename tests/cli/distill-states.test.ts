// qstill distill --data, as a process: a student of an imported teacher from a file of states.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { distill } from "../../src/distill/student.js";
import { Pcg64 } from "../../src/env/random.js";
import { importModel } from "../../src/import/import-model.js";
import { loadModel } from "../../src/model/files.js";

const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, "..", "..", "dist", "cli", "main.js");
const teacher = join(here, "..", "foreign", "cartpole_torch.onnx"); // it says no environment
const folder = mkdtempSync(join(tmpdir(), "qstill-states-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function qstill(args: string[], input?: string) {
  const options = { cwd: folder, encoding: "utf8", input } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], options);
  return { status, stdout, stderr };
}

const random = new Pcg64(7);
const states = Array.from({ length: 400 }, () => Array.from({ length: 4 }, () => Math.fround(random.random() - 0.5)));
const masks = states.map((_, i) => (i % 4 === 0 ? [0, 1] : [1, 1]));
// a log of steps is a file of states, too
const lines = states.map(
  (observation, i) => `${JSON.stringify({ episode: i, observation, action: 0, mask: masks[i] })}\n`,
);
const text = lines.join("");
const short = ["--hidden=5", "--updates=600", "--rounds=3", "--attempts=1", "--threshold=0.5"];
const command = (...more: string[]) => ["distill", "--teacher", teacher, ...short, ...more];
const expected = distill(importModel(readFileSync(teacher)), {
  ...{ observations: states.flat(), masks: masks.flat() },
  ...{ hidden: [5], updates: 600, rounds: 3, attempts: 1, threshold: 0.5, seed: 0 },
});
writeFileSync(join(folder, "states.jsonl"), text);
writeFileSync(join(folder, "states.jsonl.gz"), gzipSync(text));

it("makes the student that the library makes, from a file, a packed one, and the standard input", async () => {
  const student = await expected;
  const places: [string, string, string?][] = [
    ["states.jsonl", "states-0"],
    ["states.jsonl.gz", "states-0"],
    ["-", "states-0", text],
  ];
  for (const [data, out, input] of places) {
    rmSync(join(folder, "runs"), { recursive: true, force: true });
    const { status, stdout, stderr } = qstill(command("--data", data, "--json"), input);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const { student: told, ...about } = JSON.parse(stdout);
    expect(about).toEqual({ env: "", seed: 0, states: 400, satisfied: true });
    const made = { hidden: [5], parameters: student.parameters.length, updates: 600, attempts: 1 };
    expect(told).toEqual({ ...made, wallSeconds: expect.any(Number), heldOut: student.heldOut });
    const files = readdirSync(join(folder, "runs", out)).sort();
    expect(files).toEqual(["metrics.jsonl", "student.d.mts", "student.mjs", "student.safetensors"]);
    const written = loadModel(readFileSync(join(folder, "runs", out, "student.safetensors")));
    expect(written.parameters).toEqual(student.parameters);
    const { act } = await import(join(folder, "runs", out, "student.mjs"));
    for (const [i, state] of states.entries()) expect(act(state, masks[i])).toBe(student.act(state, masks[i]));
  }
});

it("prints agreement and Q-values in place of returns, and fails below the threshold", () => {
  const { status, stdout, stderr } = qstill(command("--data=states.jsonl", "--out=table", "--threshold=1.5"));
  expect(stdout).toMatch(/held-out.*same.*Q-value.*Q-value/);
  expect(stdout).toMatch(/student │ +4-5-2 │ +37 │ +40 │ +\S+ % │/);
  expect(stdout).toMatch(/In \S+ % of 40 states that were held out the student acts as its teacher does\./);
  expect(stderr).toMatch(
    /^the student acts as its teacher does in \S+ % of the held-out states after 1 attempt: 150 % was wanted\n$/,
  );
  expect(status).toBe(1);
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  const asked = qstill(["evaluate", "table/student.safetensors"]);
  expect(asked).toEqual({
    ...{ status: 2, stdout: "" },
    stderr: "the model's file does not say its environment: give --env (qstill envs lists all)\n",
  });
  const played = qstill(["evaluate", "table/student.safetensors", "--env", "CartPole-v1", "--teacher", teacher]);
  expect(played.status).toBe(0);
});

it("--resume finds it finished, and notices other states and another network to begin with", () => {
  const of = command("--out=again", "--json");
  const first = qstill([...of, "--data=states.jsonl"]);
  expect(first.status).toBe(0);
  const again = qstill([...of, "--data=states.jsonl.gz", "--resume"]);
  expect(again).toEqual({ status: 0, stdout: first.stdout, stderr: "" });
  writeFileSync(join(folder, "other.jsonl"), lines.slice(1).join(""));
  const other = qstill([...of, "--data=other.jsonl", "--resume"]);
  expect(other.status).toBe(2);
  expect(other.stderr).toMatch(
    /^again\/student\.safetensors was made with observations "[0-9a-f]{32}", but "[0-9a-f]{32}" is asked for\n$/,
  );
  const from = qstill([...of, "--data=states.jsonl", "--resume", "--from=again/student.safetensors"]);
  expect(from.status).toBe(2);
  expect(from.stderr).toMatch(
    /^again\/student\.safetensors was made with from undefined, but "[0-9a-f]{32}" is asked for\n$/,
  );
});

it.each([
  [
    ["--data=states.jsonl", "--env=CartPole-v1"],
    "--env is not allowed with --data: nothing is played where states are given",
  ],
  [
    ["--data=states.jsonl", "--env-options={}"],
    "--env-options is not allowed with --data: nothing is played where states are given",
  ],
  [
    ["--data=states.jsonl", "--python=python3"],
    "--python is not allowed with --data: nothing is played where states are given",
  ],
  [
    ["--data=states.jsonl", "--copies=3"],
    "copies is 3: it is not allowed where states are given, because nothing is played",
  ],
  [["--data=states.jsonl", "--loss=td"], "the student's loss is td: td needs transitions, and states alone are given"],
  [["--data=nowhere.jsonl"], "cannot read nowhere.jsonl: no such file or folder"],
  [["--data="], '--data is "": a path is needed'],
  [["--data=few.jsonl"], "few.jsonl: observations has 3 states: at least 10 are needed, because some are held out"],
  [["--data=wide.jsonl"], "wide.jsonl: observationSize is 5: the teacher's, 4, is needed"],
])("%j is refused in one line", (args, line) => {
  writeFileSync(join(folder, "few.jsonl"), lines.slice(0, 3).join(""));
  writeFileSync(join(folder, "wide.jsonl"), '{"observation":[1,2,3,4,5]}\n'.repeat(20));
  const { status, stderr } = qstill(command(...args, "--out=refused"));
  expect({ status, stderr: stderr.replace(/: no such.*/, ": no such file or folder") }).toEqual({
    status: 2,
    stderr: `${line}\n`,
  });
});
