// A worker thread: does the jobs that workers.ts sends, one after another, as a module says.
import { parentPort, workerData } from "node:worker_threads";
import { reason } from "../core/reason.js";
import { type Answer, answerTo, type Job } from "../training/job.js";
import type { WorkerTask } from "./workers.js";

/**
 * What a worker's module exports as `prepare`.
 * @param context plain data
 * @param signal asks to stop the job under way
 * @returns what does a job; its result is plain data
 */
export type Prepare<Given extends Job<object>, Result> = (
  context: never,
  signal: AbortSignal,
) => Promise<(job: Given) => Promise<Result>>;

const { module, context } = workerData as WorkerTask;
const stop = new AbortController();
const { prepare } = (await import(module)) as { prepare: Prepare<Job<object>, unknown> };
const run = await prepare(context as never, stop.signal);

parentPort?.on("message", async (message: Job<object> | "stop") => {
  if (message === "stop") stop.abort();
  else send(await answerTo(message, run, stop.signal));
});

function send(answer: Answer<unknown>): void {
  try {
    parentPort?.postMessage(answer);
  } catch (error) {
    parentPort?.postMessage({ kind: "failed", message: reason(error) }); // a result that is not plain data
  }
}
