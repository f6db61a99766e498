// A search on all cores: its environments, its checkpoints in a folder, and worker threads.
import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { makeFolder, removeFile, writeWhole } from "../experiments/durable.js";
import type { EnvFile } from "../experiments/env-file.js";
import { withWorkers } from "../experiments/workers.js";
import type { Hand } from "../training/job.js";
import type { Checkpoints, TrialJob, TrialResult } from "./trial.js";

export { registerEnvFile } from "../experiments/env-file.js";

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
  use: (hands: readonly Hand<TrialJob, TrialResult>[]) => Promise<Used>,
): Promise<Used> {
  const module = new URL("./trial-worker.node.js", import.meta.url).href;
  return withWorkers(jobs, { module, context }, signal, use);
}

const ending = ".checkpoint";

/** Checkpoints in a folder: a file for each training under way. */
export class FolderCheckpoints implements Checkpoints {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(id: string): Uint8Array | undefined {
    try {
      return readFileSync(this.#path(id));
    } catch {
      return undefined; // there is none, or it cannot be read: the training begins anew
    }
  }

  write(id: string, checkpoint: Uint8Array): void {
    makeFolder(this.#folder);
    writeWhole(this.#path(id), checkpoint);
  }

  remove(id: string): void {
    removeFile(this.#path(id));
  }

  /** Removes every checkpoint, and the folder if nothing else is in it. */
  clear(): void {
    if (!existsSync(this.#folder)) return;
    const names = readdirSync(this.#folder);
    const own = names.filter((name) => name.endsWith(ending));
    for (const name of own) removeFile(join(this.#folder, name));
    if (own.length === names.length) rmdirSync(this.#folder);
  }

  #path(id: string): string {
    return join(this.#folder, id + ending);
  }
}
