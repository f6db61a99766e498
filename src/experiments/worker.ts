// A worker of a study: runs the jobs that run-study.ts sends, one after another.
import { parentPort, workerData } from "node:worker_threads";
import "../env/all.js";
import { type EnvFile, registerEnvFile } from "./env-file.js";
import { reason } from "./failures.js";
import { isOutcome, type Job } from "./results.js";
import type { Outcome, Study } from "./study.js";
import { FolderTeachers } from "./teachers.js";

/** What a worker is given when it starts. */
export interface WorkerData {
  /** The URL of a module that exports `studies`. */
  readonly module: string;
  /** The name of one of these studies. */
  readonly study: string;
  /** The folder of the teachers. */
  readonly teachers: string;
  /** Files with environments of the user's own. */
  readonly envFiles?: readonly EnvFile[];
}

/** A worker's answer to a job. */
export type Answer =
  | { readonly kind: "done"; readonly outcome: Outcome; readonly wallSeconds: number }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly message: string };

const stop = new AbortController();
const { module, study: name, teachers: folder, envFiles = [] } = workerData as WorkerData;
for (const file of envFiles) await registerEnvFile(file);
const { studies } = (await import(module)) as { studies: readonly Study[] };
const study = studies.find((each) => each.name === name) as Study;
const teachers = new FolderTeachers(folder, stop.signal);

parentPort?.on("message", async (message: Job | "stop") => {
  if (message === "stop") stop.abort();
  else send(await run(message));
});

function send(answer: Answer): void {
  try {
    parentPort?.postMessage(answer);
  } catch (error) {
    parentPort?.postMessage({ kind: "failed", message: reason(error) }); // a result that is not plain data
  }
}

async function run({ cell, seed }: Job): Promise<Answer> {
  const started = performance.now();
  try {
    const outcome = await study.run(cell, seed, teachers, stop.signal);
    if (!isOutcome(outcome)) return { kind: "failed", message: "its result has numbers that are not finite" };
    return { kind: "done", outcome, wallSeconds: Math.round(performance.now() - started) / 1000 };
  } catch (error) {
    if (stop.signal.aborted) return { kind: "stopped" };
    return { kind: "failed", message: reason(error) };
  }
}
