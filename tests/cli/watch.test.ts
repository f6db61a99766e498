// qstill watch as a process: the file it leaves, and what it refuses.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { parseXml } from "../draw/xml.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const model = join(root, "fixtures", "cartpole-failed.safetensors");
const folder = mkdtempSync(join(tmpdir(), "qstill-watch-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function watch(...args: string[]) {
  const main = join(root, "dist", "cli", "main.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "watch", ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

it("draws an episode of random actions, the same for the same seed", () => {
  expect(watch("CartPole-v1", "--seed", "5")).toMatchObject({ status: 0, stderr: "" });
  const svg = readFileSync(join(folder, "episode.svg"), "utf8");
  expect(parseXml(svg).attributes["aria-label"]).toMatch(/^CartPole-v1: an episode of \d+ steps with return \d+$/);
  const { stdout } = watch("CartPole-v1", "--seed", "5", "--out", "new/same.svg", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ file: "new/same.svg", env: "CartPole-v1", seed: 5, bytes: svg.length });
  expect(readFileSync(join(folder, "new", "same.svg"), "utf8")).toBe(svg);
});

it("draws a model's episode, at the speed asked for", () => {
  const { stdout } = watch("CartPole-v1", "--model", model, "--episode", "3", "--fps", "10", "--json");
  const { steps, return: total } = JSON.parse(stdout);
  expect(total).toBe(steps);
  expect(readFileSync(join(folder, "episode.svg"), "utf8")).toContain(` dur="${(steps + 1) / 10 + 1}s"`);
});

it.each([
  [["Cartpole"], `unknown environment "Cartpole": did you mean "CartPole-v1"? (qstill envs lists all)`],
  [["CartPole-v1", "--model", "none"], "cannot read none: no such file or folder"],
  [["CartPole-v1", "--fps", "0"], `--fps is "0": a number from 0.1 to 1000 is allowed`],
  [["CartPole-v1", "--episode", "-1"], `--episode is "-1": a whole number from 0 on is allowed`],
  [["CartPole-v1", "--out", "taken"], "cannot write taken: it is a folder"],
  [
    ["MountainCar-v0", "--model", model],
    /^the model, trained in CartPole-v1, has 4 inputs and 2 outputs, but Mountain/,
  ],
])("%s ends with status 2 and one line", (args, message) => {
  mkdirSync(join(folder, "taken"), { recursive: true });
  rmSync(join(folder, "episode.svg"), { force: true });
  const { status, stderr } = watch(...args);
  expect(status).toBe(2);
  expect(stderr.trimEnd()).toMatch(message);
  expect(stderr.trimEnd()).not.toContain("\n");
  expect(existsSync(join(folder, "episode.svg"))).toBe(false);
});
