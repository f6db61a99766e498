// The service that learns: its users' episodes are the agent's, and updates run between requests.
import { readFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { Agent } from "qstill";
import { allow, jsonOf, Refusal } from "./requests.js";

/** The agent that a service without a file begins with. In your own: your sizes, and the options that suit your task. */
const options = { observationSize: 4, actionCount: 2, gamma: 0.98, envSteps: 15_000, learningStarts: 500 };

const idleMs = Number(process.env.IDLE_MS ?? 600_000); // an episode nobody asks about for so long is ended
const sliceMs = 1; // of updates, between two looks at the requests
const saveMs = 300_000; // from one save to the next: a crash loses no more

/** The service whose agent is in a file, or in none yet. @throws Error for a file that is damaged or cannot be written */
export async function learning(path) {
  const service = new Learning(path);
  await service.save(); // or it would learn what it cannot keep
  return service;
}

class Learning {
  #path;
  #agent;
  #open = new Map(); // by its id: an episode, and when it was asked about. The one that waits longest is the first
  #most = 1; // updates in a slice
  #slice; // the next one
  #saved = Promise.resolve();

  constructor(path) {
    this.#path = path;
    this.#agent = agentIn(path);
    const now = performance.now();
    for (const [id, episode] of this.#agent.episodes) this.#open.set(id, { episode, asked: now });
    setInterval(() => this.#endIdle(), idleMs / 10).unref();
    setInterval(() => this.save().catch(({ message }) => console.error(message)), saveMs).unref();
    this.#learn();
  }

  async answer(request, pathname) {
    if (pathname === "/health") {
      allow(["GET", "HEAD"], request);
      const { envSteps, updates, due, loss } = this.#agent;
      return { status: "ok", observationSize: this.#size, episodes: this.#open.size, envSteps, updates, due, loss };
    }
    if (pathname === "/episodes") {
      allow(["POST"], request);
      return this.#begin(await this.#bodyOf(request));
    }
    const [, digits, step] = /^\/episodes\/(\d+)(\/step)?$/.exec(pathname) ?? [];
    if (digits === undefined) {
      throw new Refusal(
        404,
        "this path is not known: /health, /episodes, /episodes/ID and /episodes/ID/step are allowed",
      );
    }
    const id = Number(digits);
    if (step === undefined) {
      allow(["DELETE"], request);
      return this.#end(id);
    }
    allow(["POST"], request);
    return this.#step(id, await this.#bodyOf(request));
  }

  /** The agent's file, whole and on the disk. The one before stays until then. */
  save() {
    const write = async () => {
      const file = await open(`${this.#path}.new`, "w");
      try {
        await file.writeFile(this.#agent.save());
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${this.#path}.new`, this.#path);
    };
    this.#saved = this.#saved.catch(() => {}).then(write); // one after another
    return this.#saved;
  }

  /** Nobody asks any more. Updates that are due stay so in the file. */
  async close() {
    clearImmediate(this.#slice);
    await this.save();
  }

  #begin({ observation, mask }) {
    const episode = accepted(() => this.#agent.begin(observation, { mask }));
    this.#open.set(episode.id, { episode, asked: performance.now() });
    return { episode: episode.id, action: episode.act() };
  }

  #step(id, { observation, reward, terminated, truncated, mask, action }) {
    const episode = this.#asked(id);
    accepted(() => episode.step({ observation, reward, terminated, truncated, mask, action }));
    if (terminated || truncated) this.#open.delete(id);
    const answer = terminated || truncated ? { ended: true } : { action: episode.act() };
    this.#learn();
    return answer;
  }

  #end(id) {
    this.#asked(id).end();
    this.#open.delete(id);
    return { ended: true };
  }

  /** An open episode; it is now the last of those that wait. */
  #asked(id) {
    const episode = this.#open.get(id)?.episode;
    if (episode === undefined) {
      throw new Refusal(404, `episode ${id} is not open: it has ended, or waited more than ${idleMs / 1000} seconds`);
    }
    this.#open.delete(id);
    this.#open.set(id, { episode, asked: performance.now() });
    return episode;
  }

  #endIdle() {
    for (const [id, { episode, asked }] of this.#open) {
      if (performance.now() - asked < idleMs) return;
      episode.end();
      this.#open.delete(id);
    }
  }

  /** Does the updates that are due, a slice at a time. Between two slices the requests that have come are answered. */
  #learn() {
    if (this.#agent.due > 0) this.#slice ??= setImmediate(() => this.#update());
  }

  #update() {
    this.#slice = undefined;
    const began = performance.now();
    const { updates } = update(this.#agent, this.#most);
    if (performance.now() - began > sliceMs) this.#most = Math.max(1, this.#most >> 1);
    else if (updates === this.#most) this.#most++;
    this.#learn();
  }

  get #size() {
    return this.#agent.widths[0];
  }

  async #bodyOf(request) {
    const mostBytes = 400 + 32 * this.#size + 4 * this.#agent.widths.at(-1); // no number needs 32 characters
    const needed = '{"observation": [numbers], …}';
    const body = await jsonOf(request, mostBytes, needed);
    if (typeof body !== "object" || body === null) throw new Refusal(400, `the body is no object: ${needed} is needed`);
    return body;
  }
}

function agentIn(path) {
  let file;
  try {
    file = readFileSync(path);
  } catch (error) {
    if (error.code === "ENOENT") return new Agent(options);
    throw error;
  }
  return Agent.load(file);
}

/** A network whose loss is not finite is of no use. The last file is from before, so that a new start goes on from there. */
function update(agent, most) {
  try {
    return agent.update({ most });
  } catch ({ message }) {
    console.error(message);
    process.exit(1);
  }
}

/** What the library does not accept is a mistake of whoever asked. */
function accepted(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new Refusal(400, error.message);
    throw error;
  }
}
