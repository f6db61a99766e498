// What workers can do, as they announce it, and what of a job a worker cannot do.
import type { Redis } from "ioredis";
import { digestOf } from "../core/digest.js";
import { printable } from "../core/reason.js";
import type { Codes } from "../experiments/code.js";
import { hexadecimal } from "../model/bytes.js";
import { attemptWork, type Job, teacherWork, tuneWork } from "../training/job.js";

/** What workers can do: the same of all that were started in the same way. */
export interface Abilities {
  readonly version: string;
  /** The names of their studies. */
  readonly studies: readonly string[];
  /** Their environments by their ids, each with its options as JSON, or null. */
  readonly environments: Readonly<Record<string, string | null>>;
  /** What stands for the files that these came from. */
  readonly codes: Codes;
}

/** A worker that is there. */
export interface Present extends Abilities {
  /** A name for people: its machine and process. */
  readonly name: string;
  /** The number of jobs that it does at the same time. */
  readonly concurrency: number;
  /** The number of jobs that it is doing. */
  readonly busy: number;
}

/** Time from one announcement to the next, and how long one counts, in milliseconds. */
export const announceEvery = 5000;
const counts = 15_000;
/** What workers can do is kept for so long after the last of them, in seconds. */
const abilitiesKept = 60;

const names = "qstill:workers";
const nameOf = (id: string) => `qstill:worker:${id}`;
const abilitiesAt = (digest: string) => `qstill:abilities:${digest}`;

/**
 * Says that a worker is there. What it can do is said once for all workers that can do the same: there may be thousands.
 * @param id its own, of all workers that ever were
 */
export async function announce(client: Redis, id: string, worker: Present): Promise<void> {
  const { name, concurrency, busy, ...abilities } = worker;
  const text = JSON.stringify(abilities);
  const digest = hexadecimal(digestOf(new TextEncoder().encode(text)));
  if ((await client.expire(abilitiesAt(digest), abilitiesKept)) === 0) {
    await client.set(abilitiesAt(digest), text, "EX", abilitiesKept);
  }
  const said = JSON.stringify({ name, concurrency, busy, abilities: digest });
  await client.multi().sadd(names, id).set(nameOf(id), said, "PX", counts).exec();
}

/** Says that a worker has gone. */
export async function takeLeave(client: Redis, id: string): Promise<void> {
  await client.multi().srem(names, id).del(nameOf(id)).exec();
}

/** The workers that have announced themselves lately. */
export async function workersOf(client: Redis): Promise<Present[]> {
  const ids = await client.smembers(names);
  if (ids.length === 0) return [];
  const texts = await client.mget(ids.map(nameOf));
  const gone = ids.filter((_, i) => texts[i] === null);
  if (gone.length > 0) await client.srem(names, ...gone);
  const said = texts.map(parsed).filter((value) => value !== undefined);
  const digests = [...new Set(said.map(({ abilities }) => String(abilities)))];
  const known = digests.length === 0 ? [] : await client.mget(digests.map(abilitiesAt));
  const abilities = new Map(digests.map((digest, i) => [digest, parsed(known[i])]));
  return said.flatMap((worker) => presentIn({ ...worker, ...abilities.get(String(worker.abilities)) }));
}

type Said = Readonly<Record<string, unknown>>;

/** An object in JSON; undefined for anything else. */
function parsed(text: string | null): Said | undefined {
  try {
    const value = JSON.parse(text ?? "null");
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function presentIn(value: Said): Present[] {
  const { name, version, concurrency, busy, studies, environments, codes = {} } = value;
  const holds =
    [name, version].every((each) => typeof each === "string") &&
    [concurrency, busy].every(Number.isFinite) &&
    Array.isArray(studies) &&
    [environments, codes].every((each) => Object(each) === each);
  return holds ? [{ name, version, concurrency, busy, studies, environments, codes } as Present] : [];
}

/** What a job needs of a worker. */
export type Needs = Pick<Job<object>, "study" | "version"> & {
  readonly env: string;
  readonly envOptions: string | null;
  /** What stands for the files that whoever submitted it has. */
  readonly codes: Codes;
};

export function needsOf({ study, version, configuration }: Job<object>): Needs {
  const { env, envOptions = null, codes = {} } = configuration as Partial<Needs> & Pick<Needs, "env">;
  return { study, version, env, envOptions, codes };
}

/** Work that every worker can do, whatever its modules. */
const always = new Set([teacherWork, tuneWork, attemptWork]);

const module = "qstill worker --module FILE gives it one";

/** Why a worker cannot do a job, on a line that can do nothing to a terminal; undefined if it can. */
export function refusalOf(needs: Needs, abilities: Abilities): string | undefined {
  const refusal = lackOf(needs, abilities);
  return refusal && printable(refusal);
}

function lackOf(needs: Needs, { version, studies, environments, codes }: Abilities): string | undefined {
  const { study, env, envOptions } = needs;
  if (needs.version !== version) return `it is of version ${needs.version}, and the worker of ${version}`;
  if (!always.has(study) && !studies.includes(study))
    return `the worker has no study ${JSON.stringify(study)} (${module})`;
  if (!Object.hasOwn(environments, env)) return `the worker has no environment ${JSON.stringify(env)} (${module})`;
  const other = Object.entries(Object(needs.codes)).find(([name, code]) => codes[name] !== code);
  if (other !== undefined) return `the worker's ${other[0]} comes from another file, or an older one (${module})`;
  if (environments[env] === envOptions) return undefined;
  return `the worker's environment ${JSON.stringify(env)} has the options ${environments[env] ?? "none"}, and ${envOptions ?? "none"} are needed`;
}

/** Time until what no worker can do is hopeless, in milliseconds: others may be starting. */
const patience = 5000;

/** Notices if workers are there and none of them can do some kind of job that no worker was ever able to do. */
export class AbilityWatch {
  /** What the jobs need, each kind once, until a worker is there that has it. */
  readonly #kinds = new Map<string, Needs>();
  /** Why the workers that are there cannot do some of the jobs; undefined if they can, or if there are none. */
  refusal: string | undefined;
  #since = 0; // a time of performance.now()

  constructor(jobs: readonly Job<object>[]) {
    for (const needs of jobs.map(needsOf)) this.#kinds.set(keyOf(needs), needs);
  }

  /** Whether it has been so for a while. */
  get isHopeless(): boolean {
    return this.refusal !== undefined && performance.now() - this.#since > patience;
  }

  /** @param workers those that are there now */
  look(workers: readonly Abilities[]): void {
    const before = this.refusal;
    this.refusal = undefined;
    for (const [key, needs] of this.#kinds) {
      const refusals = workers.map((worker) => refusalOf(needs, worker));
      if (refusals.includes(undefined)) this.#kinds.delete(key);
      else this.refusal ??= refusals[0];
    }
    if (before === undefined) this.#since = performance.now();
  }

  /** A job was answered: somebody can do its kind. */
  answered(job: Job<object>): void {
    if (this.#kinds.size > 0) this.#kinds.delete(keyOf(needsOf(job)));
  }
}

function keyOf(needs: Needs): string {
  return JSON.stringify(needs);
}
