// The example service that learns: over HTTP it learns CartPole, it loses nothing when it ends, and it says what is wrong.
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Agent, type AgentOptions, evaluate, makeEnv } from "../../src/index.js";
import { patience } from "../engines/patience.js";
import { ended, failure, killAll, service } from "./service.js";

const folder = mkdtempSync(join(tmpdir(), "qstill-learning-"));
afterAll(() => {
  killAll();
  rmSync(folder, { recursive: true });
});

/** The file of an agent that has seen nothing yet. */
function fileOf(name: string, options: Partial<AgentOptions> = {}): string {
  const path = join(folder, name);
  const agent = new Agent({ observationSize: 4, actionCount: 2, ...options });
  writeFileSync(path, agent.save());
  agent.dispose();
  return path;
}

const learn = (path: string, env: Readonly<Record<string, string>> = {}) => service(["--learn", path], env);

async function stop(child: ChildProcess): Promise<void> {
  const end = ended(child);
  child.kill("SIGTERM");
  expect(await end).toEqual({ status: 0, said: "" });
}

/** What the service may answer. */
interface Answer {
  readonly episode: number;
  readonly action: number;
  readonly ended: boolean;
  readonly error: string;
  readonly episodes: number;
  readonly envSteps: number;
  readonly updates: number;
  readonly due: number;
  readonly loss: number | null;
}

async function ask(origin: string, method: string, path: string, body?: unknown) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(origin + path, { method, body: text });
  return { status: response.status, ...((await response.json()) as Answer) };
}

const post = (origin: string, path: string, body: unknown) => ask(origin, "POST", path, body);
const health = (origin: string) => ask(origin, "GET", "/health");

/** Plays CartPole until all players together have made so many steps. */
async function play(origin: string, players: number, steps: number): Promise<void> {
  let made = 0;
  let seed = 0;
  const player = async () => {
    const env = makeEnv("CartPole-v1");
    while (made < steps) {
      const observation = Array.from(env.reset({ seed: seed++ }));
      let { episode, action } = await post(origin, "/episodes", { observation });
      for (let over = false; !over; made++) {
        const { observation, reward, terminated, truncated } = env.step(action);
        const step = { observation: Array.from(observation), reward, terminated, truncated };
        const answer = await post(origin, `/episodes/${episode}/step`, step);
        over = terminated || truncated;
        expect(answer).toEqual(over ? { status: 200, ended: true } : { status: 200, action: expect.any(Number) });
        action = answer.action;
      }
    }
  };
  await Promise.all(Array.from({ length: players }, player));
}

it("learns CartPole from sixteen players at once", { timeout: 4 * patience }, async () => {
  // on the seeds 100 to 104 it gave 145 to 395
  const path = fileOf("cartpole.bin", { gamma: 0.98, envSteps: 6000, learningStarts: 500, seed: 0 });
  const { child, origin } = await learn(path);
  await play(origin, 16, 4000);
  await expect.poll(async () => (await health(origin)).due, { timeout: patience }).toBe(0);
  const { envSteps, updates, loss, episodes } = await health(origin);
  expect(envSteps).toBeGreaterThanOrEqual(4000);
  expect(updates).toBe(envSteps - 500);
  expect(loss).toBeGreaterThan(0);
  expect(episodes).toBe(0);
  await stop(child);

  const agent = Agent.load(readFileSync(path));
  expect([agent.envSteps, agent.updates]).toEqual([envSteps, updates]);
  const { mean } = evaluate(agent.toModel(), { env: "CartPole-v1" });
  expect(mean).toBeGreaterThan(60); // random play: 22
});

const quiet = { observation: [0.1, 0.2, 0.3, 0.4], reward: 1, terminated: false, truncated: false };

it("holds the very agent that the same calls make, and goes on with its open episodes", async () => {
  const path = fileOf("same.bin", { seed: 7 });
  const agent = Agent.load(readFileSync(path));
  const playOn = async (origin: string, id: number, steps: number, from: number) => {
    const episode = agent.episodes.get(id)!;
    for (let step = from; step < from + steps; step++) {
      const body = { ...quiet, observation: [step, id, 0.5 - step, 0.5], reward: step / 8 };
      episode.step(body);
      expect(await post(origin, `/episodes/${id}/step`, body)).toEqual({ status: 200, action: episode.act() });
    }
  };

  let { child, origin } = await learn(path);
  for (const id of [0, 1, 2]) {
    const action = agent.begin(quiet.observation).act();
    expect(await post(origin, "/episodes", quiet)).toEqual({ status: 200, episode: id, action });
  }
  await playOn(origin, 0, 20, 0);
  await playOn(origin, 1, 30, 0);
  agent.episodes.get(2)!.end();
  expect(await ask(origin, "DELETE", "/episodes/2")).toEqual({ status: 200, ended: true });
  await stop(child);
  expect(Buffer.from(agent.save()).equals(readFileSync(path))).toBe(true);
  expect(readdirSync(folder).filter((name) => name.startsWith("same"))).toEqual(["same.bin"]);

  ({ child, origin } = await learn(path));
  expect(await health(origin)).toMatchObject({ episodes: 2, envSteps: 50, updates: 0, due: 0, loss: null });
  await playOn(origin, 1, 5, 30);
  await playOn(origin, 0, 5, 20);
  const other = agent.begin(quiet.observation).act();
  expect(await post(origin, "/episodes", quiet)).toEqual({ status: 200, episode: 3, action: other });
  await stop(child);
  expect(Buffer.from(agent.save()).equals(readFileSync(path))).toBe(true);
});

it("leaves updates that are due in the file, and does them after the next start", async () => {
  const path = fileOf("due.bin", { learningStarts: 10, gradientSteps: 100_000 });
  const first = await learn(path);
  const { episode } = await post(first.origin, "/episodes", quiet);
  for (let step = 0; step < 11; step++) await post(first.origin, `/episodes/${episode}/step`, quiet);
  await stop(first.child);
  const { due, updates } = Agent.load(readFileSync(path));
  expect(due).toBeGreaterThan(0);
  expect(due + updates).toBe(100_000);

  const second = await learn(path);
  await expect.poll(async () => (await health(second.origin)).updates, { timeout: patience }).toBeGreaterThan(updates);
});

it("gives only actions that the mask allows", async () => {
  const { origin } = await learn(fileOf("masks.bin"));
  const { episode, action } = await post(origin, "/episodes", { ...quiet, mask: [0, 1] });
  expect(action).toBe(1);
  for (let step = 0; step < 40; step++) {
    const allowed = step % 2;
    const mask = [1 - allowed, allowed];
    expect(await post(origin, `/episodes/${episode}/step`, { ...quiet, mask })).toEqual({
      status: 200,
      action: allowed,
    });
  }
  const forbidden = await post(origin, `/episodes/${episode}/step`, { ...quiet, action: 0 });
  expect(forbidden).toEqual({ status: 400, error: "episode 0, step 41: action 0 is forbidden by the mask" });
});

it("ends an episode that nobody asks about", async () => {
  const { origin } = await learn(fileOf("idle.bin"), { IDLE_MS: "300" });
  const { episode } = await post(origin, "/episodes", quiet);
  await expect.poll(async () => (await health(origin)).episodes, { timeout: patience }).toBe(0);
  expect(await post(origin, `/episodes/${episode}/step`, quiet)).toEqual({
    status: 404,
    error: "episode 0 is not open: it has ended, or waited more than 0.3 seconds",
  });
});

it("ends with one line if the loss is not finite any more, and leaves the file from before", async () => {
  const path = fileOf("diverged.bin", { learningStarts: 5, huberDelta: 1e6, learningRate: 0.1 });
  const before = readFileSync(path);
  const { child, origin } = await learn(path);
  const end = ended(child);
  const { episode } = await post(origin, "/episodes", quiet);
  for (let step = 0; step < 6; step++) {
    await post(origin, `/episodes/${episode}/step`, { ...quiet, reward: 3e38 }).catch(() => {}); // it ends meanwhile
  }
  const { status, said } = await end;
  expect([status, said]).toEqual([1, expect.stringMatching(/^[^\n]*not finite[^\n]*\n$/)]);
  expect(before.equals(readFileSync(path))).toBe(true);
});

let origin: string; // of a service that goes on whatever it is given
beforeAll(async () => {
  ({ origin } = await learn(fileOf("wrong.bin")));
});

const { observation, reward, ...flags } = quiet;
it.each([
  ["/episodes", "", 400, "the body is not JSON"],
  ["/episodes", "null", 400, "the body is no object"],
  ["/episodes", "5", 400, "the body is no object"],
  ["/episodes", {}, 400, "observation"],
  ["/episodes", { observation: [1, 2, 3] }, 400, "length 3"],
  ["/episodes", { observation: "1234" }, 400, "observation"],
  ["/episodes", { observation: [1, 2, 3, null] }, 400, "null"],
  ["/episodes", { observation: [1, 2, 3, "4"] }, 400, "4"],
  ["/episodes", '{"observation":[1,2,3,1e999]}', 400, "Infinity"],
  ["/episodes", { observation, mask: [1] }, 400, "a mask of length 1 was given: 2 numbers are needed"],
  ["/episodes", { observation, mask: [0, 0] }, 400, "at least one action must be allowed"],
  ["/episodes", { observation, mask: null }, 400, "mask is null"],
  ["/episodes", { observation: Array(300).fill(1) }, 413, "more bytes than the 536"],
  ["/episodes/ID/step", { reward, ...flags }, 400, "observation"],
  ["/episodes/ID/step", { observation: [1], reward, ...flags }, 400, "length 1"],
  ["/episodes/ID/step", { observation, ...flags }, 400, "reward is undefined"],
  ["/episodes/ID/step", { observation, reward: "1", ...flags }, 400, "reward is"],
  ["/episodes/ID/step", { observation, reward }, 400, "terminated is undefined: true or false is needed"],
  ["/episodes/ID/step", { ...quiet, truncated: 1 }, 400, "truncated is 1: true or false is needed"],
  ["/episodes/ID/step", { ...quiet, terminated: null }, 400, "terminated is null: true or false is needed"],
  ["/episodes/ID/step", { ...quiet, action: 2 }, 400, "action is 2: a whole number from 0 to 1 is allowed"],
  ["/episodes/ID/step", { ...quiet, action: null }, 400, "action is null"],
  ["/episodes/ID/step", { ...quiet, mask: [1, 2] }, 400, "0 or 1 is needed"],
  ["/episodes/99/step", quiet, 404, "episode 99 is not open: it has ended, or waited more than 600 seconds"],
  ["/episodes/9999999999999999999999/step", quiet, 404, "is not open"],
  ["/episodes/-1/step", quiet, 404, "this path is not known"],
  ["/episodes/ID/steps", quiet, 404, "this path is not known"],
  ["/action", quiet, 404, "this path is not known: /health, /episodes, /episodes/ID and /episodes/ID/step are allowed"],
  ["/episodes/ID", quiet, 405, "the method POST was given: DELETE is allowed"],
  ["/health", quiet, 405, "the method POST was given: GET or HEAD is allowed"],
])("refuses %s with %j, and goes on", async (path, body, status, reason) => {
  const { episode } = await post(origin, "/episodes", quiet);
  const { envSteps } = await health(origin);
  const answer = await post(origin, path.replace("ID", String(episode)), body);
  expect(answer).toEqual({ status, error: expect.stringContaining(reason) });
  expect(answer.error).not.toContain("\n");
  expect((await health(origin)).envSteps).toBe(envSteps); // nothing was recorded
  expect((await post(origin, `/episodes/${episode}/step`, quiet)).status).toBe(200);
  expect((await ask(origin, "DELETE", `/episodes/${episode}`)).status).toBe(200);
  expect((await ask(origin, "DELETE", `/episodes/${episode}`)).status).toBe(404);
});

it.each([
  ["two agents", ["a.bin", "b.bin"], "2 agents were given: one, or none, is allowed"],
  ["a file that is no agent's", ["package.json"], "checkpoint"],
  ["a folder that is not there", ["no-such-folder/agent.bin"], "no such file"],
])("does not start with %s, and says why", async (_, args, reason) => {
  const { status, said } = await failure(["--learn", ...args, "--port", "0"]);
  expect([status, said]).toEqual([1, expect.stringContaining(reason)]);
  expect(said.trim().split("\n")).toHaveLength(1);
});
