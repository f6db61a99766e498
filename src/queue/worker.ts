// A worker: takes jobs from the queue and does them in threads, until it is stopped.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Queue } from "bullmq";
import { need, needListeners, needObject, needSignal } from "../core/needed.js";
import { reason } from "../core/reason.js";
import { version } from "../core/version.js";
import { codesHere } from "../experiments/code.js";
import { type Abilities, announce, announceEvery, type Present, takeLeave } from "./abilities.js";
import { connect, packages } from "./connection.js";
import { Hands, type JobEvent } from "./hands.js";
import { prefix, queueName } from "./jobs.js";
import { checkedStore, checkStore, environmentsHere, importModules, type PlaceOptions } from "./place.js";
import type { ThreadContext } from "./thread.js";
import { pause, within } from "./time.js";

/** What a worker reports: plain data. */
export type WorkerEvent =
  /** It is connected, and takes jobs from now on. */
  ({ readonly kind: "ready" } & Present) | JobEvent;

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
  const studies = (await importModules(modules)).map((study) => study.name);
  await checkedStore(place);
  const { client, giveUp } = await connect(url);
  const there = { connection: client, prefix };
  const loaded = await packages();
  const queue = new loaded.bullmq.Queue(queueName, there);
  queue.on("error", () => {}); // the worker's errors say it
  const context: ThreadContext = { url, ...place };
  const task = { module: new URL("./thread.js", import.meta.url).href, context };
  const hands = new Hands(concurrency, task, queue, loaded, onEvent);
  const [id, name] = [randomUUID(), `${hostname()}:${process.pid}`];
  const abilities: Abilities = { version, studies, environments: environmentsHere(), codes: codesHere() };
  const present = (): Present => ({ name, concurrency, busy: hands.busy, ...abilities });

  const trouble = (error: unknown) => onEvent({ kind: "trouble", message: reason(error) });
  const lost = () => trouble("the connection is lost: it is made again");
  client.on("close", lost);
  const say = () => void announce(client, id, present()).catch(trouble);
  say();
  const saying = setInterval(say, announceEvery);
  const worker = new loaded.bullmq.Worker(queueName, (queued, token) => hands.answer(queued, token, present()), {
    ...{ ...there, concurrency, name: id },
    ...{ lockDuration, stalledInterval, drainDelay, maxStalledCount: mostLost },
  });
  worker.on("error", trouble);
  onEvent({ kind: "ready", ...present() });
  try {
    await (once ? Promise.race([stopped(signal), nothingLeft(queue, hands)]) : stopped(signal));
  } finally {
    hands.stop();
    const late = setTimeout(() => void hands.end(), timeToStop);
    giveUp();
    const isAway = client.status !== "ready"; // BullMQ would wait for it for ever
    while (isAway && hands.busy > 0) await pause(100);
    await within(timeToStop + timeToClose, worker.close(isAway)).catch(() => {});
    clearTimeout(late);
    clearInterval(saying);
    await within(1000, takeLeave(client, id)).catch(() => {});
    await hands.end();
    client.off("close", lost).disconnect();
  }
}

/** Resolved when nothing waits, or nothing that these hands can do, and they have done nothing for a while. */
async function nothingLeft(queue: Queue, hands: Hands): Promise<void> {
  for (;;) {
    await pause(idle / 4);
    if (hands.idleFor < idle) continue;
    const left = await queue.getJobCountByTypes("wait", "delayed", "prioritized", "waiting-children");
    if (left === 0 || (hands.hasRefused && hands.idleFor > 5 * idle)) return;
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
