// The queue as those see it who want jobs done: they are submitted and followed until all are answered.
import type { FlowProducer, Queue } from "bullmq";
import type { ChainableCommander, Redis } from "ioredis";
import { ConfigError } from "../core/config-error.js";
import { needListeners, needObject } from "../core/needed.js";
import { reason } from "../core/reason.js";
import { type Answered, type Crew, type DoOptions, type Job, jobId, type Step, stepsOf } from "../training/job.js";
import type { Store } from "../training/store.js";
import { type Abilities, type Needs, needsOf, type Present, refusalOf, workersOf } from "./abilities.js";
import { type Connection, connect, packages } from "./connection.js";
import { entryOf, type Flow, flowOf, prefix, queueName } from "./jobs.js";
import { checkedStore, checkStore, type PlaceOptions, usualStore } from "./place.js";
import { filePrefix } from "./redis-store.js";

/** How the queue stands. */
export interface QueueState {
  /** Jobs that wait for a worker, those that wait for another job or for their next try, and those being done. */
  readonly waiting: number;
  readonly active: number;
  /** Jobs of all work that are kept: done, and set aside after three failures. */
  readonly done: number;
  readonly failed: number;
  readonly paused: boolean;
  /** The workers that are there. */
  readonly workers: readonly Present[];
}

/** What is told while jobs are followed: plain data. */
export type FollowEvent =
  | ({ readonly kind: "state" } & QueueState)
  /** The connection is lost, or the server takes nothing. It is tried again. */
  | { readonly kind: "trouble"; readonly message: string };

/** Options of {@link openQueue}. */
export interface QueueOptions extends Pick<PlaceOptions, "store"> {
  /** Called with plain data while jobs are followed, about once a second. */
  readonly onEvent?: (event: FollowEvent) => void;
}

/** How often the answers are asked for, in milliseconds; asking takes at most a tenth of the time. */
const askEvery = 250;
const askingShare = 0.1;
/** How often the state is told, in milliseconds. */
const tellEvery = 1000;
/** Time until what no worker can do ends the work, in milliseconds. */
const patience = 5000;
/** Time to the next try when the server takes nothing, in milliseconds. */
const troubleFor = 1000;
/** The number of jobs in one message to the server. */
const chunk = 500;

/**
 * Opens the queue of a server.
 * @param url redis://host:port/db, or rediss:// for TLS, with user and password or without
 * @throws ConfigError in one line for a server or a store that cannot be used, MissingPackageError if bullmq, ioredis or,
 * for a store in S3, aws4fetch is missing
 */
export async function openQueue(url: string, options: QueueOptions = {}): Promise<JobQueue> {
  needObject("options", options);
  needListeners({ onEvent: options.onEvent });
  checkStore(options);
  const chosen = await checkedStore(options);
  const connection = await connect(url);
  const { bullmq } = await packages();
  const with_ = { connection: connection.client, prefix };
  const [queue, flows] = [new bullmq.Queue(queueName, with_), new bullmq.FlowProducer(with_)];
  return new JobQueue(connection, queue, flows, chosen ?? usualStore(connection), options.onEvent);
}

/** A queue of jobs, which workers anywhere do. */
export class JobQueue implements Crew {
  /** Where the jobs' files are. */
  readonly store: Store;
  readonly #client: Redis;
  readonly #shown: string;
  readonly #queue: Queue;
  readonly #flows: FlowProducer;
  readonly #onEvent: (event: FollowEvent) => void;

  /** Not to be called: {@link openQueue} opens one. */
  constructor(
    connection: Connection,
    queue: Queue,
    flows: FlowProducer,
    store: Store,
    onEvent: QueueOptions["onEvent"] = () => {},
  ) {
    this.store = store;
    this.#client = connection.client;
    this.#shown = connection.address.shown;
    this.#queue = queue;
    this.#flows = flows;
    this.#onEvent = onEvent;
    queue.on("error", () => {}); // said by those who ask
    flows.on("error", () => {});
  }

  /**
   * Has jobs done. They stay in the queue when this process ends or the signal stops it, and whoever asks for the same
   * jobs again gets the same answers. Those that are unwanted are taken back. A job that failed before is tried again.
   * @throws ConfigError if workers are there and none of them can do some of the jobs
   */
  async work<Given extends Job<object>, Result>(
    jobs: readonly Given[],
    { onAnswer, signal, needOf, unwanted }: DoOptions<Given, Result>,
  ): Promise<void> {
    const tracked = new Tracked(stepsOf(jobs, needOf));
    const kinds = kindsOf(jobs);
    let isFirst = true;
    let unableSince: number | undefined;
    let refusal: string | undefined;
    let told = Number.NEGATIVE_INFINITY;

    /** Looks at all that is open, tells what is answered, and adds what is missing. */
    const round = async (): Promise<number> => {
      const started = performance.now();
      if (started - told >= tellEvery) {
        told = started;
        const state = await this.state();
        this.#onEvent({ kind: "state", ...state });
        refusal = unable(kinds, state.workers);
        if (refusal === undefined) unableSince = undefined;
        else unableSince ??= started;
        if (refusal !== undefined && started - (unableSince ?? started) > patience) {
          await this.#withdraw(tracked);
          throw new ConfigError(`no worker of ${this.#shown} can do this: ${refusal}: start one with --module FILE`);
        }
      }
      if (isFirst) await this.#forgetFailures(await this.#look(tracked.everyId()));
      const seen = await this.#look(tracked.ids());
      for (const { job, answer } of tracked.settle(seen)) onAnswer(job as Given, answer as Answered<Result>);
      if (refusal === undefined) {
        await this.#add(tracked.missing(seen));
        isFirst = false;
      }
      return performance.now() - started;
    };

    while (tracked.open > 0 && !signal?.aborted) {
      let wait: number;
      try {
        const took = await orStopped(round(), signal);
        if (took === undefined) break;
        wait = Math.max(askEvery, took / askingShare);
      } catch (error) {
        if (!isTrouble(error)) throw error;
        this.#onEvent({ kind: "trouble", message: reason(error) });
        wait = troubleFor;
      }
      if (tracked.open > 0) await orStopped(new Promise((resolve) => setTimeout(resolve, wait)), signal);
    }
    if (tracked.open > 0 && unwanted?.()) await this.#withdraw(tracked);
  }

  /** How the queue stands. */
  async state(): Promise<QueueState> {
    const counts = await this.#queue.getJobCounts();
    const { waiting = 0, paused = 0, delayed = 0, prioritized = 0, active = 0, completed = 0, failed = 0 } = counts;
    return {
      waiting: waiting + paused + delayed + prioritized + (counts["waiting-children"] ?? 0),
      active,
      done: completed,
      failed,
      paused: await this.#queue.isPaused(),
      workers: await workersOf(this.#client),
    };
  }

  /** The messages of the latest jobs that were set aside. */
  async failures(most: number): Promise<{ readonly job: Job<object>; readonly message: string }[]> {
    const failed = await this.#queue.getFailed(0, most - 1);
    return failed.map(({ data, failedReason }) => ({ job: data as Job<object>, message: failedReason }));
  }

  /** Workers finish what they are doing, and take nothing more. */
  async pause(): Promise<void> {
    await this.#queue.pause();
  }

  /** Workers take jobs again. */
  async resume(): Promise<void> {
    await this.#queue.resume();
  }

  /** Removes all jobs, results and files. */
  async clear(): Promise<void> {
    await this.#queue.obliterate({ force: true });
    await this.#queue.resume();
    let cursor = "0";
    do {
      const [next, keys] = await this.#client.scan(cursor, "MATCH", `${filePrefix}*`, "COUNT", chunk);
      if (keys.length > 0) await this.#client.del(...keys);
      cursor = next;
    } while (cursor !== "0");
  }

  /** Closes the connection. What was submitted stays. */
  close(): void {
    this.#client.disconnect();
  }

  /** What the queue says of these ids. */
  async #look(ids: readonly string[]): Promise<Map<string, Seen>> {
    const seen = new Map<string, Seen>();
    await this.#inChunks(
      ids,
      (pipeline, id) => pipeline.hmget(this.#key(id), "timestamp", "finishedOn", "returnvalue", "failedReason"),
      (id, reply) => seen.set(id, seenIn(reply as (string | null)[])),
    );
    return seen;
  }

  /** A job that failed in earlier work is tried again. */
  async #forgetFailures(seen: ReadonlyMap<string, Seen>): Promise<void> {
    for (const [id, { kind }] of seen) if (kind === "failed") await this.#queue.remove(id);
  }

  async #add({ jobs, flows }: { readonly jobs: readonly Job<object>[]; readonly flows: readonly Flow[] }) {
    for (let at = 0; at < jobs.length; at += chunk) {
      await this.#queue.addBulk(jobs.slice(at, at + chunk).map((job) => entryOf(job)));
    }
    for (let at = 0; at < flows.length; at += chunk) {
      await this.#flows.addBulk(flows.slice(at, at + chunk).map(({ flow }) => flow));
    }
  }

  /** Removes what is open, but for what is being done. */
  async #withdraw(tracked: Tracked): Promise<void> {
    for (const id of tracked.ids()) await this.#queue.remove(id).catch(() => {});
  }

  #key(id: string): string {
    return `${prefix}:${queueName}:${id}`;
  }

  async #inChunks<Entry>(
    entries: readonly Entry[],
    ask: (pipeline: ChainableCommander, entry: Entry) => void,
    take: (entry: Entry, reply: unknown) => void,
  ): Promise<void> {
    for (let at = 0; at < entries.length; at += chunk) {
      const part = entries.slice(at, at + chunk);
      const pipeline = this.#client.pipeline();
      for (const entry of part) ask(pipeline, entry);
      const replies = (await pipeline.exec()) ?? [];
      for (const [i, [error, reply]] of replies.entries()) {
        if (error) throw error;
        take(part[i], reply);
      }
    }
  }
}

/** What the queue says of an id. */
type Seen = { readonly kind: "missing" | "open" } | Answered<unknown>;

function seenIn([timestamp, finishedOn, returnvalue, failedReason]: readonly (string | null)[]): Seen {
  if (timestamp === null) return { kind: "missing" };
  if (finishedOn === null) return { kind: "open" };
  if (returnvalue === null) return { kind: "failed", message: reason(failedReason ?? "it was lost") };
  const { result = null, wallSeconds = 0 } = Object(JSON.parse(returnvalue));
  return { kind: "done", result, wallSeconds };
}

/** The jobs that are not answered, and where each lies in the queue. */
class Tracked {
  /** Jobs that nothing is waited for any more, by their ids. */
  readonly #single = new Map<string, Job<object>>();
  /** Jobs that others wait for. */
  readonly #groups = new Map<string, { readonly step: Step<Job<object>>; readonly flow: Flow }>();

  constructor(steps: readonly Step<Job<object>>[]) {
    for (const step of steps) {
      if (step.followers.length === 0) this.#single.set(step.id, step.job);
      else {
        const flow = flowOf(step);
        this.#groups.set(flow.firstId, { step, flow });
      }
    }
  }

  /** The number of answers that are still to come. */
  get open(): number {
    return this.#single.size + this.#groups.size;
  }

  ids(): string[] {
    const ids = [...this.#single.keys()];
    for (const { flow } of this.#groups.values()) ids.push(flow.firstId, flow.releaseId);
    return ids;
  }

  /** Also those of jobs that wait for another one. */
  everyId(): string[] {
    return [...this.ids(), ...[...this.#groups.values()].flatMap(({ step }) => step.followers.map(jobId))];
  }

  /** Takes the answers to jobs that were asked for. Who waited for an answered job is a job like others from then on. */
  settle(seen: ReadonlyMap<string, Seen>): { readonly job: Job<object>; readonly answer: Answered<unknown> }[] {
    const answered: { job: Job<object>; answer: Answered<unknown> }[] = [];
    const answerTo = (id: string) => {
      const answer = seen.get(id) as Seen;
      return answer.kind === "done" || answer.kind === "failed" ? answer : undefined;
    };
    for (const [id, job] of [...this.#single]) {
      const answer = answerTo(id);
      if (answer === undefined) continue;
      this.#single.delete(id);
      answered.push({ job, answer });
    }
    for (const [id, { step, flow }] of [...this.#groups]) {
      const answer = answerTo(id);
      // the release adds those that waited; if it is gone, they are missing, and are added like others
      if (answer === undefined || seen.get(flow.releaseId)?.kind === "open") continue;
      this.#groups.delete(id);
      for (const job of step.followers) this.#single.set(jobId(job), job);
      if (step.asked) answered.push({ job: step.job, answer });
    }
    return answered;
  }

  /** What the queue does not have. What was looked at by another id just now is not among it. */
  missing(seen: ReadonlyMap<string, Seen>): { jobs: Job<object>[]; flows: Flow[] } {
    const isMissing = (id: string) => seen.get(id)?.kind === "missing";
    return {
      jobs: [...this.#single].filter(([id]) => isMissing(id)).map(([, job]) => job),
      flows: [...this.#groups].filter(([id]) => isMissing(id)).map(([, { flow }]) => flow),
    };
  }
}

/** What the jobs need of workers, each kind once. */
function kindsOf(jobs: readonly Job<object>[]): Needs[] {
  return [...new Map(jobs.map((job) => [JSON.stringify(needsOf(job)), needsOf(job)])).values()];
}

/** Why none of the workers can do some of these kinds; undefined if each has one that can, or if there are no workers. */
function unable(kinds: readonly Needs[], workers: readonly Abilities[]): string | undefined {
  if (workers.length === 0) return undefined;
  for (const needs of kinds) {
    const refusals = workers.map((worker) => refusalOf(needs, worker));
    if (!refusals.includes(undefined)) return refusals[0];
  }
  return undefined;
}

/** The server, not the work: it is full, or away for a moment. */
function isTrouble(error: unknown): boolean {
  if (error instanceof ConfigError) return false;
  return /^(OOM|LOADING|BUSY|READONLY|CLUSTERDOWN|MISCONF|ERR Error running script|Connection|Stream|Command)|OOM command|ECONN|ETIMEDOUT|EPIPE/.test(
    String((error as Error)?.message),
  );
}

/** The result, or undefined if the signal stops first. */
async function orStopped<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result | undefined> {
  if (signal === undefined) return work;
  if (signal.aborted) return undefined;
  work.catch(() => {}); // when it is stopped, nobody waits for it any more
  let stop = () => {};
  const stopped = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
