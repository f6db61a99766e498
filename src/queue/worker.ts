// A worker: takes jobs from the queue and does them in threads, until it is stopped.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Job as QueuedJob } from "bullmq";
import { need, needListeners, needObject, needSignal } from "../core/needed.js";
import { reason } from "../core/reason.js";
import { version } from "../core/version.js";
import { WorkerHand } from "../experiments/workers.js";
import type { Job } from "../training/job.js";
import { announce, announceEvery, needsOf, type Present, refusalOf, takeLeave } from "./abilities.js";
import { connect, packages, within } from "./connection.js";
import { entryOf, prefix, queueName, release } from "./jobs.js";
import { checkedStore, checkStore, environmentsHere, importModules, type PlaceOptions } from "./place.js";
import type { ThreadContext } from "./thread.js";

/** What a worker reports: plain data. */
export type WorkerEvent =
  /** It is connected, and takes jobs from now on. */
  | ({ readonly kind: "ready" } & Present)
  | { readonly kind: "begun"; readonly job: Job<object> }
  | { readonly kind: "done"; readonly job: Job<object>; readonly wallSeconds: number }
  | { readonly kind: "failed"; readonly job: Job<object>; readonly message: string }
  /** It does not do such jobs: another worker may. It says so once of each kind. */
  | { readonly kind: "refused"; readonly job: Job<object>; readonly message: string }
  /** The connection is lost, or the server does not do what is asked. The worker goes on as soon as it can. */
  | { readonly kind: "trouble"; readonly message: string };

/** Options of {@link runWorker}. */
export interface WorkerOptions extends PlaceOptions {
  /** The number of jobs at the same time, each in a thread; 1 by default. */
  readonly concurrency?: number;
  /** Whether it ends when no job waits any more. */
  readonly once?: boolean;
  /** Called with plain data. */
  readonly onEvent?: (event: WorkerEvent) => void;
  /** Ends the worker: its jobs leave checkpoints and go back into the queue. */
  readonly signal?: AbortSignal;
}

/** A job whose worker gives no sign for so long is given to another one, in milliseconds. It is looked for that often. */
const lockDuration = 15_000;
const stalledInterval = 10_000;
/** An idle worker asks again after this time, in seconds, if nobody wakes it. */
const drainDelay = 10;
/** A job that has lost so many workers is set aside: it may be what ends them. */
const mostLost = 20;
/**
 * A job that this worker cannot do is offered again after this time, in milliseconds. It takes no other one for longer,
 * so that those who can do it come first.
 */
const refusedFor = 200;
const standsBack = 1000;
/** The time that jobs have to leave a checkpoint when the worker is stopped, and then the connection, in milliseconds. */
const timeToStop = 20_000;
const timeToClose = 5000;
/** With `once`, a worker ends when it has had nothing to do for so long, in milliseconds. */
const idle = 2000;

/**
 * Takes jobs from a queue and does them, until the signal stops it.
 * @param url the address of the queue's server
 * @throws ConfigError for a queue or a store that cannot be used and for a module that cannot be imported
 */
export async function runWorker(url: string, options: WorkerOptions = {}): Promise<void> {
  needObject("options", options);
  const { concurrency = 1, once = false, onEvent = () => {}, signal, ...place } = options;
  const isCount = Number.isSafeInteger(concurrency) && concurrency >= 1 && concurrency <= 1024;
  need(isCount, "concurrency", concurrency, "a whole number from 1 to 1024");
  needListeners({ onEvent });
  needSignal(signal);
  checkStore(place);
  const { modules = [] } = place;
  need(Array.isArray(modules) && modules.every(isModule), "modules", modules, "a list of { path }");
  const studies = await importModules(place.modules);
  await checkedStore(place);
  const connection = await connect(url);
  const { client } = connection;
  const { bullmq } = await packages();
  const queue = new bullmq.Queue(queueName, { connection: client, prefix });
  const context: ThreadContext = { url, ...place };
  const task = { module: new URL("./thread.js", import.meta.url).href, context };
  const hands = Array.from({ length: concurrency }, () => new WorkerHand(task));
  const free = [...hands];

  const trouble = (error: unknown) => onEvent({ kind: "trouble", message: reason(error) });
  const lost = () => trouble("the connection is lost: it is made again");
  client.on("close", lost);
  const refused = new Set<string>();
  let lastWork = Date.now();

  const answer = async (queued: QueuedJob, token?: string): Promise<unknown> => {
    const { WaitingError, DelayedError } = bullmq;
    if (queued.name === release) {
      await queue.addBulk((queued.data.followers as Job<object>[]).map((job) => entryOf(job)));
      return null;
    }
    const job = queued.data as Job<object>;
    const refusal = refusalOf(needsOf(job), present());
    if (refusal !== undefined) {
      if (!refused.has(refusal)) onEvent({ kind: "refused", job, message: refusal });
      refused.add(refusal);
      await queued.moveToDelayed(Date.now() + refusedFor, token);
      await pause(standsBack);
      throw new DelayedError();
    }
    lastWork = Date.now();
    onEvent({ kind: "begun", job });
    const hand = free.pop() as WorkerHand;
    const given = await hand.answer(job);
    free.push(hand);
    lastWork = Date.now();
    if (given.kind === "done") {
      onEvent({ kind: "done", job, wallSeconds: given.wallSeconds });
      return { result: given.result, wallSeconds: given.wallSeconds };
    }
    if (given.kind === "stopped" || signal?.aborted) {
      await queued.moveToWait(token);
      throw new WaitingError();
    }
    onEvent({ kind: "failed", job, message: given.message });
    throw new Error(given.message);
  };

  const environments = environmentsHere();
  const present = (): Present => ({
    ...{ name: `${hostname()}:${process.pid}`, version, concurrency, busy: concurrency - free.length },
    ...{ studies: studies.map((study) => study.name), environments },
  });
  const id = randomUUID();
  const say = () => void announce(client, id, present()).catch(trouble);
  say();
  const saying = setInterval(say, announceEvery);

  const worker = new bullmq.Worker(queueName, answer, {
    ...{ connection: client, prefix, concurrency, name: id },
    ...{ lockDuration, stalledInterval, drainDelay, maxStalledCount: mostLost },
  });
  worker.on("error", trouble);
  onEvent({ kind: "ready", ...present() });
  try {
    await (once ? Promise.race([stopped(signal), nothingLeft()]) : stopped(signal));
  } finally {
    for (const hand of hands) hand.stop();
    const late = setTimeout(() => void Promise.all(hands.map((hand) => hand.end())), timeToStop);
    await within(timeToStop + timeToClose, worker.close()).catch(() => {});
    clearTimeout(late);
    clearInterval(saying);
    await within(1000, takeLeave(client, id)).catch(() => {});
    await Promise.all(hands.map((hand) => hand.end()));
    client.off("close", lost).disconnect();
  }

  /** Resolved when nothing waits and this worker has done nothing for a while. */
  async function nothingLeft(): Promise<void> {
    for (;;) {
      await pause(idle / 4);
      if (free.length < concurrency || Date.now() - lastWork < idle) continue;
      const left = await queue.getJobCountByTypes("wait", "delayed", "prioritized", "waiting-children");
      if (left === 0 || (refused.size > 0 && Date.now() - lastWork > 5 * idle)) return;
    }
  }
}

function isModule(value: unknown): boolean {
  return typeof Object(value).path === "string";
}

function stopped(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
