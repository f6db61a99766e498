// Jobs on all cores: each hand is a worker thread, and gets a new one when that ends.
import { Worker } from "node:worker_threads";
import { reason } from "../core/reason.js";
import { type Answer, type Crew, doJobs, type Hand, type Job } from "../training/job.js";

/** What workers are given when they start: plain data. */
export interface WorkerTask {
  /** The URL of a module that exports `prepare`, as worker.ts says. */
  readonly module: string;
  /** What `prepare` is given. */
  readonly context: unknown;
}

/**
 * Worker threads that do jobs. A thread starts with its first job.
 * @param count the number of threads
 * @param signal is handed on to the jobs under way
 * @param use what is done with this crew; when it is over, the threads end
 */
export async function withWorkers<Used>(
  count: number,
  task: WorkerTask,
  signal: AbortSignal | undefined,
  use: (crew: Crew) => Promise<Used>,
): Promise<Used> {
  const hands = Array.from({ length: count }, () => new WorkerHand(task));
  const stop = () => {
    for (const hand of hands) hand.stop();
  };
  signal?.addEventListener("abort", stop);
  try {
    return await use({ work: (jobs, options) => doJobs(jobs, hands, options) });
  } finally {
    signal?.removeEventListener("abort", stop);
    await Promise.all(hands.map((hand) => hand.end()));
  }
}

/** Does jobs in a worker thread. If the thread ends before the answer, the job has failed, and the next gets a new one. */
export class WorkerHand implements Hand {
  readonly #task: WorkerTask;
  #thread: Thread | undefined;

  constructor(task: WorkerTask) {
    this.#task = task;
  }

  answer(job: Job<object>): Promise<Answer<unknown>> {
    if (this.#thread === undefined || this.#thread.gone) this.#thread = new Thread(this.#task);
    return this.#thread.answer(job);
  }

  stop(): void {
    this.#thread?.stop();
  }

  async end(): Promise<void> {
    await this.#thread?.end();
  }
}

/** A worker thread, and what became of it. */
class Thread {
  readonly #worker: Worker;
  /** Why it does not run any more; undefined while it does. */
  #end: string | undefined;
  /** Takes the answer to the job under way. */
  #answer: (answer: Answer<unknown>) => void = () => {};

  constructor(workerData: WorkerTask) {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { workerData });
    this.#worker.on("message", (answer: Answer<unknown>) => this.#answer(answer));
    this.#worker.on("messageerror", (error) => this.#finish(reason(error)));
    this.#worker.on("error", (error) => this.#finish(reason(error)));
    this.#worker.on("exit", (code) => this.#finish(`its worker ended with status ${code}`));
  }

  get gone(): boolean {
    return this.#end !== undefined;
  }

  answer(job: Job<object>): Promise<Answer<unknown>> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      if (this.#end !== undefined) resolve({ kind: "failed", message: this.#end });
      else this.#worker.postMessage(job);
    });
  }

  stop(): void {
    this.#worker.postMessage("stop");
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  /** The first reason is kept: an error is followed by an exit. */
  #finish(message: string): void {
    this.#end ??= message;
    this.#answer({ kind: "failed", message: this.#end });
  }
}
