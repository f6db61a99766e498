// The example of a simulator behind HTTP: a short training in it gives a student that is better than random, and a module.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { patience } from "../engines/patience.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const example = join(root, "examples", "http-simulator");
const folder = mkdtempSync(join(root, "build", "simulator-")); // in the package, so that "qstill" is found
let simulator: ChildProcess;
let origin: string;

beforeAll(async () => {
  simulator = spawn(process.execPath, [join(example, "simulator.js"), "--port", "0"]);
  const [line] = await once(simulator.stdout!, "data");
  origin = /http:\S+/.exec(String(line))![0];
});
afterAll(() => {
  simulator.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

const train = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(example, "train.js"), ...args], { cwd: folder });

async function post(path: string, body?: unknown) {
  const response = await fetch(origin + path, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, ...(await response.json()) };
}

it("leaves a student that keeps the level near the middle", { timeout: 8 * patience }, async () => {
  const { stdout } = await train(origin, "4000");
  const [, mean] = /^the student of 51 parameters: ([\d.]+) \(/m.exec(stdout)!;
  expect(Number(mean)).toBeGreaterThan(75); // of 100; random actions give 42
  const { act } = await import(pathToFileURL(join(folder, "student.mjs")).href);
  expect(act([0.05, 0.95])).toBeGreaterThan(act([0.95, 0.05])); // more power where it is nearly empty than nearly full
  expect(readFileSync(join(folder, "student.mjs"), "utf8")).toContain('"tank"');
});

it("has sessions that know nothing of each other", async () => {
  const [one, other] = [await post("/sessions"), await post("/sessions")];
  expect(one.session).not.toBe(other.session);
  const step = await post(`/sessions/${one.session}`, { action: 2 });
  expect(step).toMatchObject({ status: 200, terminated: false, truncated: false });
  expect(step.observation[0]).toBeCloseTo(one.observation[0] + 0.05 * (1 - one.observation[1]), 10);
  const next = await post(`/sessions/${other.session}`, { action: 0 });
  expect(next.observation[0]).toBeCloseTo(other.observation[0] - 0.05 * other.observation[1], 10);
});

it.each([
  ["/sessions/99999", { action: 0 }, 404, "session 99999 is not open"],
  ["/sessions/ID", {}, 400, "action is undefined: 0, 1 or 2 is allowed"],
  ["/sessions/ID", { action: 3 }, 400, "action is 3: 0, 1 or 2 is allowed"],
  ["/", {}, 404, "POST / is not known"],
])("refuses %s with %j", async (path, body, status, error) => {
  const { session } = await post("/sessions");
  expect(await post(path.replace("ID", session), body)).toEqual({ status, error });
});

it("ends and says why if the simulator is not there", { timeout: patience }, async () => {
  const failed = train(origin.replace(/\d+$/, "1"), "2000").catch((error) => error);
  expect((await failed).stderr).toContain("fetch failed");
});
