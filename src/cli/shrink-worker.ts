// What a worker thread does with the attempts of a search for the smallest student.
import "../env/all.js";
import { type AttemptJob, type AttemptResult, runAttempt } from "../distill/attempt.js";
import { type EnvFile, registerEnvFile } from "../experiments/env-file.js";
import { FolderStore } from "../experiments/folder-store.js";
import type { Prepare } from "../experiments/worker.js";

/** What it is given when it starts. */
export interface ShrinkContext {
  /** Files with environments of the user's own. */
  readonly envFiles: readonly EnvFile[];
  /** The folder of the teacher, and of what is not finished. */
  readonly folder: string;
}

/** Registers the environments. */
export const prepare: Prepare<AttemptJob, AttemptResult> = async ({ envFiles, folder }: ShrinkContext, signal) => {
  for (const file of envFiles) await registerEnvFile(file);
  const store = new FolderStore(folder);
  return (job) => runAttempt(job, { source: job.configuration.env, store, signal, checkpoints: store });
};
