// The hands of a worker: a job that was taken from the queue is done, refused, given back, or it failed.
import type { Queue, Job as QueuedJob } from "bullmq";
import { WorkerHand, type WorkerTask } from "../experiments/workers.js";
import { isJob, type Job, release } from "../training/job.js";
import { needsOf, type Present, refusalOf } from "./abilities.js";
import type { Packages } from "./connection.js";
import { entryOf } from "./jobs.js";
import { pause } from "./time.js";

/** What a worker reports of its jobs: plain data. */
export type JobEvent =
  | { readonly kind: "begun"; readonly job: Job<object> }
  | { readonly kind: "done"; readonly job: Job<object>; readonly wallSeconds: number }
  | { readonly kind: "failed"; readonly job: Job<object>; readonly message: string }
  /** It does not do such jobs: another worker may. It says so once of each kind. */
  | { readonly kind: "refused"; readonly job: Job<object>; readonly message: string }
  /** The connection is lost, or the server does not do what is asked. The worker goes on as soon as it can. */
  | { readonly kind: "trouble"; readonly message: string };

/**
 * A job that this worker cannot do is offered again after this time, in milliseconds. It takes no other one for longer,
 * so that those who can do it come first.
 */
const refusedFor = 200;
const standsBack = 1000;
/** A job whose file the server does not take is tried again after this time, in milliseconds, however often. */
const troubleFor = 3000;

/** The hands of a worker, each a thread, and what they do with jobs. */
export class Hands {
  readonly #hands: readonly WorkerHand[];
  readonly #free: WorkerHand[];
  readonly #queue: Queue;
  readonly #errors: Packages["bullmq"];
  readonly #onEvent: (event: JobEvent) => void;
  readonly #refused = new Set<string>();
  #stopped = false;
  #lastWork = performance.now();

  constructor(count: number, task: WorkerTask, queue: Queue, { bullmq }: Packages, onEvent: (event: JobEvent) => void) {
    this.#hands = Array.from({ length: count }, () => new WorkerHand(task));
    this.#free = [...this.#hands];
    this.#queue = queue;
    this.#errors = bullmq;
    this.#onEvent = onEvent;
  }

  /** The number of jobs that are being done. */
  get busy(): number {
    return this.#hands.length - this.#free.length;
  }

  /** Whether a job was ever refused. */
  get hasRefused(): boolean {
    return this.#refused.size > 0;
  }

  /** The milliseconds since a job was begun or ended. */
  get idleFor(): number {
    return this.busy > 0 ? 0 : performance.now() - this.#lastWork;
  }

  /**
   * Does a job.
   * @returns what its place in the queue keeps
   * @throws Error with its message if it failed; what BullMQ asks for if it lies in the queue again
   */
  async answer(queued: QueuedJob, token: string | undefined, present: Present): Promise<unknown> {
    if (queued.name === release) {
      await this.#queue.addBulk((queued.data.followers as unknown[]).map((job) => entryOf(checkedJob(job))));
      return { result: null, wallSeconds: 0 };
    }
    const { WaitingError, DelayedError } = this.#errors;
    const job = checkedJob(queued.data);
    const message = refusalOf(needsOf(job), present);
    if (message !== undefined) {
      if (!this.#refused.has(message)) this.#onEvent({ kind: "refused", job, message });
      this.#refused.add(message);
      await queued.moveToDelayed(Date.now() + refusedFor, token);
      await pause(standsBack);
      throw new DelayedError();
    }
    const answer = await this.#do(job);
    if (answer.kind === "done") {
      const { result, wallSeconds } = answer;
      this.#onEvent({ kind: "done", job, wallSeconds });
      return { result, wallSeconds };
    }
    if (answer.kind === "stopped" || this.#stopped) {
      await queued.moveToWait(token);
      throw new WaitingError();
    }
    if (answer.kind === "trouble") {
      this.#onEvent({ kind: "trouble", message: answer.message });
      await queued.moveToDelayed(Date.now() + troubleFor, token);
      throw new DelayedError();
    }
    this.#onEvent({ kind: "failed", job, message: answer.message });
    throw new Error(answer.message);
  }

  /** The jobs under way leave a checkpoint and go back into the queue. */
  stop(): void {
    this.#stopped = true;
    for (const hand of this.#hands) hand.stop();
  }

  /** Ends the threads, whatever they do. */
  async end(): Promise<void> {
    await Promise.all(this.#hands.map((hand) => hand.end()));
  }

  async #do(job: Job<object>): ReturnType<WorkerHand["answer"]> {
    this.#onEvent({ kind: "begun", job });
    const hand = this.#free.pop() as WorkerHand;
    const answer = await hand.answer(job);
    this.#free.push(hand);
    this.#lastWork = performance.now();
    return answer;
  }
}

/** What lies in the queue may be from a stranger. @throws Error for anything but a job */
function checkedJob(value: unknown): Job {
  if (!isJob(value)) throw new Error("it is not a job of qstill");
  return value;
}
