// What a worker thread does with the trainings of a search.
import "../env/all.js";
import { registerEnvFile } from "../experiments/env-file.js";
import type { Prepare } from "../experiments/worker.js";
import { FolderStore, type TrialContext } from "./cores.node.js";
import { runTrial, type TrialJob, type TrialResult } from "./trial.js";

/** Registers the environments. */
export const prepare: Prepare<TrialJob, TrialResult> = async (
  { envFiles, checkpoints: folder }: TrialContext,
  signal,
) => {
  for (const file of envFiles) await registerEnvFile(file);
  const checkpoints = folder === undefined ? undefined : new FolderStore(folder);
  return (job) => runTrial(job, { source: job.configuration.env, signal, checkpoints });
};
