// Where jobs keep their files: teachers that others need, and checkpoints of what was stopped.
import { CheckpointError, Interrupted } from "./checkpoint.js";
import type { StopOptions } from "./resumable.js";

/** Files by their names, for all who do the same jobs. */
export interface Store {
  /** The file; undefined if there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Replaces the file, or makes it: whoever reads it gets all of the old one or all of the new one. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Removes the file, if there is one. */
  remove(name: string): Promise<void>;
  /** The largest file that it takes, in bytes; any if absent. */
  readonly largest?: number;
  /** What an error calls the file. */
  placeOf(name: string): string;
}

/** A store takes and gives nothing at the moment. That is no fault of the work that asked it. */
export class StoreTrouble extends Error {
  override readonly name = "StoreTrouble";
}

/** The checkpoint of a job, if there is a store for it. What goes wrong with it costs time, and nothing else. */
export class KeptCheckpoint {
  readonly #store: Store | undefined;
  readonly #name: string;

  /** @param id stands for the work that it is of */
  constructor(store: Store | undefined, id: string) {
    this.#store = store;
    this.#name = `${id}.checkpoint`;
  }

  /** The one that earlier work left. */
  async read(): Promise<Uint8Array | undefined> {
    return this.#store?.read(this.#name).catch(() => undefined);
  }

  async write(checkpoint: Uint8Array): Promise<void> {
    await this.#store?.write(this.#name, checkpoint).catch(() => {});
  }

  async remove(): Promise<void> {
    await this.#store?.remove(this.#name).catch(() => {});
  }
}

/**
 * Does work that goes on from a kept checkpoint, and leaves another one when it is stopped. A checkpoint that cannot be
 * gone on from is left aside.
 */
export async function resumed<Result>(
  checkpoint: KeptCheckpoint,
  work: (options: Pick<StopOptions, "resume" | "onCheckpoint">) => Promise<Result>,
): Promise<Result> {
  const onCheckpoint = (bytes: Uint8Array) => checkpoint.write(bytes);
  try {
    return await work({ resume: await checkpoint.read(), onCheckpoint }).catch((error: unknown) => {
      if (error instanceof CheckpointError) return work({ onCheckpoint });
      throw error;
    });
  } catch (error) {
    if (error instanceof Interrupted) await checkpoint.write(error.checkpoint);
    throw error;
  }
}
