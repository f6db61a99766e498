// The queue as those see it who want jobs done: they are submitted and followed until all are answered.
import type { FlowProducer, Queue } from "bullmq";
import type { ChainableCommander, Redis } from "ioredis";
import { ConfigError } from "../core/config-error.js";
import { needListeners, needObject } from "../core/needed.js";
import { reason } from "../core/reason.js";
import { withCodes } from "../experiments/code.js";
import { type Crew, type DoOptions, heldTo, isJob, type Job, jobId, stepsOf } from "../training/job.js";
import type { Store } from "../training/store.js";
import { AbilityWatch, type Present, workersOf } from "./abilities.js";
import { type Connection, connect, isTrouble, packages } from "./connection.js";
import { entryOf, type Flow, prefix, queueName } from "./jobs.js";
import { checkedStore, checkStore, type PlaceOptions, usualStore } from "./place.js";
import { filePrefix } from "./redis-store.js";
import { pause } from "./time.js";
import { type Seen, seenIn, Tracked } from "./tracked.js";

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
  /** The queue has so many of the answers from earlier work, or from others'. Told once, if there are any. */
  | { readonly kind: "answered"; readonly count: number }
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
/** Time to the next try when the server takes nothing, in milliseconds. */
const troubleFor = 1000;
/** Time until what is taken back is looked for once more, in milliseconds. */
const withdrawAgain = 1000;
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
  const there = { connection: connection.client, prefix };
  const [queue, flows] = [new bullmq.Queue(queueName, there), new bullmq.FlowProducer(there)];
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
   * jobs again gets the same answers. Those that are unwanted are taken back. A job that failed before is tried again. A job
   * whose study or environment came from a file is another job when the file has changed.
   * @throws ConfigError if workers are there and none of them can do some of the jobs
   */
  async work<Given extends Job<object>, Result>(
    jobs: readonly Given[],
    { onAnswer, isResult, signal, needOf, unwanted }: DoOptions<Given, Result>,
  ): Promise<void> {
    const sent = jobs.map(withCodes);
    const given = new Map(sent.map((job, i) => [jobId(job), jobs[i]]));
    const givenFor = (job: Job<object>) => given.get(jobId(job)) as Given;
    const neededBy = (job: Job<object>) => {
      const needed = needOf?.(givenFor(job));
      return needed && withCodes(needed);
    };
    const tracked = new Tracked(stepsOf(sent, neededBy));
    const watch = new AbilityWatch(sent);
    let told = Number.NEGATIVE_INFINITY;
    let isFirst = true;
    let isTold = false;

    /** Looks at all that is open, tells what is answered, and adds what is missing. */
    const round = async (): Promise<void> => {
      if (performance.now() - told >= tellEvery) {
        told = performance.now();
        const state = await this.state();
        this.#onEvent({ kind: "state", ...state });
        watch.look(state.workers);
        if (watch.isHopeless) throw new ConfigError(`no worker of ${this.#shown} can do this: ${watch.refusal}`);
      }
      if (isFirst) {
        const count = await this.#answeredBefore(tracked, isResult);
        if (count > 0 && !isTold) this.#onEvent({ kind: "answered", count });
        isTold = true;
      }
      const seen = await this.#look(tracked.ids());
      for (const { job, answer } of tracked.settle(seen)) {
        watch.answered(job);
        onAnswer(givenFor(job), heldTo(isResult, answer));
      }
      if (watch.refusal !== undefined) return;
      await this.#add(tracked.missing(seen));
      isFirst = false;
    };

    let latest = Promise.resolve();
    try {
      while (tracked.open > 0 && !signal?.aborted) {
        const started = performance.now();
        latest = round();
        const trouble = await orStopped(latest, signal).catch(troubleIn);
        if (trouble !== undefined) this.#onEvent({ kind: "trouble", message: trouble });
        const took = performance.now() - started;
        const wait = trouble === undefined ? Math.max(askEvery, took / askingShare) : troubleFor;
        if (tracked.open > 0) await orStopped(pause(wait), signal);
      }
    } finally {
      if (watch.isHopeless || (tracked.open > 0 && unwanted?.())) {
        await latest.catch(() => {}); // it may still add some
        await this.#withdraw(tracked);
      }
    }
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
  async failures(most: number): Promise<{ readonly job: Job; readonly message: string }[]> {
    const failed = await this.#queue.getFailed(0, most - 1);
    return failed.flatMap(({ data, failedReason }) =>
      isJob(data) ? { job: data, message: reason(failedReason) } : [],
    );
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

  /**
   * The number of jobs that the queue has an answer to. What failed in earlier work, or came to something that is no
   * result, is forgotten, so that it is tried again.
   */
  async #answeredBefore(tracked: Tracked, isResult: (value: unknown) => boolean): Promise<number> {
    let count = 0;
    for (const [id, seen] of await this.#look(tracked.everyId())) {
      if (seen.kind !== "done" && seen.kind !== "failed") continue;
      const answer = tracked.isBeside(id) ? seen : heldTo(isResult, seen);
      if (answer.kind === "failed") await this.#queue.remove(id);
      else if (!tracked.isBeside(id)) count++;
    }
    return count;
  }

  async #add({ jobs, flows }: { readonly jobs: readonly Job<object>[]; readonly flows: readonly Flow[] }) {
    for (let at = 0; at < jobs.length; at += chunk) {
      await this.#queue.addBulk(jobs.slice(at, at + chunk).map((job) => entryOf(job)));
    }
    for (let at = 0; at < flows.length; at += chunk) {
      await this.#flows.addBulk(flows.slice(at, at + chunk).map(({ flow }) => flow));
    }
  }

  /**
   * Removes what is open, but for what is being done. What releases others goes first, so that nothing is released in
   * between. A worker may hold a job for a moment that it then gives back: so it is done twice.
   */
  async #withdraw(tracked: Tracked): Promise<void> {
    const ids = tracked.ids().reverse();
    for (let times = 0; times < 2; times++) {
      if (times > 0) await pause(withdrawAgain);
      for (let at = 0; at < ids.length; at += chunk) {
        await Promise.all(ids.slice(at, at + chunk).map((id) => this.#queue.remove(id).catch(() => {})));
      }
    }
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

/** What the trouble with the server is. @throws the error if it is none */
function troubleIn(error: unknown): string {
  const message = reason(error);
  if (error instanceof ConfigError || !isTrouble(message)) throw error;
  return message;
}

/** Resolved when the work is done or when the signal stops. */
async function orStopped(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  if (signal.aborted) return;
  work.catch(() => {}); // when it is stopped, nobody waits for it any more
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = () => resolve();
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
