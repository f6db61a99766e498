// What workers can do, as they announce it, and what of a job a worker cannot do.
import type { Redis } from "ioredis";
import { attemptWork } from "../distill/attempt.js";
import { teacherWork } from "../experiments/teachers.js";
import type { Job } from "../training/job.js";
import { tuneWork } from "../tune/trial.js";

/** What a worker says of itself: plain data. */
export interface Abilities {
  /** A name for people: its machine and process. */
  readonly name: string;
  readonly version: string;
  /** The number of jobs that it does at the same time. */
  readonly concurrency: number;
  /** The number of jobs that it is doing. */
  readonly busy: number;
  /** The names of its studies. */
  readonly studies: readonly string[];
  /** Its environments by their ids, each with its options as JSON, or null. */
  readonly environments: Readonly<Record<string, string | null>>;
}

/** Time from one announcement to the next, and how long one counts, in milliseconds. */
export const announceEvery = 2000;
const counts = 10_000;

const names = "qstill:workers";
const nameOf = (id: string) => `qstill:worker:${id}`;

/** Says what a worker can do. @param id its own, of all workers that ever were */
export async function announce(client: Redis, id: string, abilities: Abilities): Promise<void> {
  await client.multi().sadd(names, id).set(nameOf(id), JSON.stringify(abilities), "PX", counts).exec();
}

/** Says that a worker has gone. */
export async function takeLeave(client: Redis, id: string): Promise<void> {
  await client.multi().srem(names, id).del(nameOf(id)).exec();
}

/** The workers that have announced themselves lately. */
export async function workersOf(client: Redis): Promise<Abilities[]> {
  const ids = await client.smembers(names);
  if (ids.length === 0) return [];
  const texts = await client.mget(ids.map(nameOf));
  const gone = ids.filter((_, i) => texts[i] === null);
  if (gone.length > 0) await client.srem(names, ...gone);
  return texts.flatMap((text) => (text === null ? [] : parsed(text)));
}

function parsed(text: string): Abilities[] {
  try {
    const value = JSON.parse(text) as Abilities;
    const { name, version, concurrency, busy, studies, environments } = value;
    const holds =
      [name, version].every((each) => typeof each === "string") &&
      [concurrency, busy].every(Number.isFinite) &&
      Array.isArray(studies) &&
      Object(environments) === environments;
    return holds ? [value] : [];
  } catch {
    return [];
  }
}

/** What a job needs of a worker. */
export type Needs = Pick<Job<object>, "study" | "version"> & {
  readonly env: string;
  readonly envOptions: string | null;
};

export function needsOf({ study, version, configuration }: Job<object>): Needs {
  const { env, envOptions = null } = configuration as { readonly env: string; readonly envOptions?: string };
  return { study, version, env, envOptions };
}

/** Work that every worker can do, whatever its modules. */
const always = new Set([teacherWork, tuneWork, attemptWork]);

/** Why a worker cannot do a job; undefined if it can. */
export function refusalOf(needs: Needs, { version, studies, environments }: Abilities): string | undefined {
  const { study, env, envOptions } = needs;
  if (needs.version !== version) return `it is of version ${needs.version}, and the worker of ${version}`;
  if (!always.has(study) && !studies.includes(study)) return `the worker has no study ${JSON.stringify(study)}`;
  if (!Object.hasOwn(environments, env)) return `the worker has no environment ${JSON.stringify(env)}`;
  if (environments[env] === envOptions) return undefined;
  return `the worker's environment ${JSON.stringify(env)} has the options ${environments[env] ?? "none"}, and ${envOptions ?? "none"} are needed`;
}
