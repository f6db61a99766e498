// A search on all cores: its environments, its checkpoints in a folder, and worker threads.
import { availableParallelism } from "node:os";
import type { EnvFile } from "../experiments/env-file.js";
import { withWorkers } from "../experiments/workers.js";
import type { Crew } from "../training/job.js";

export { registerEnvFile } from "../experiments/env-file.js";
export { FolderStore } from "../experiments/folder-store.js";

/** What a worker is given when it starts. */
export interface TrialContext {
  /** Files with environments of the user's own. */
  readonly envFiles: readonly EnvFile[];
  /** The folder of the checkpoints; none are kept without it. */
  readonly checkpoints?: string;
}

/** One training at a time for each core. */
export function cores(): number {
  return availableParallelism();
}

/** Lets worker threads train. @param use what is done with them */
export function onCores<Used>(
  jobs: number,
  context: TrialContext,
  signal: AbortSignal | undefined,
  use: (crew: Crew) => Promise<Used>,
): Promise<Used> {
  const module = new URL("./trial-worker.node.js", import.meta.url).href;
  return withWorkers(jobs, { module, context }, signal, use);
}
