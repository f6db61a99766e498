// What the browser keeps from one visit to the next: the last configuration, and an unfinished run.
import { delMany, get, set, setMany } from "idb-keyval";
import type { Configuration, Saved } from "./messages.ts";

// A browser that forbids storage may throw at once; in an async function this becomes a rejection.

/**
 * Keeps both or neither. The checkpoint is stored apart, so that the page can offer the run without reading many
 * megabytes.
 * @throws the browser's own error if nothing can be kept
 */
export async function keepRun(saved: Saved, checkpoint: Uint8Array): Promise<void> {
  await setMany([
    ["run", saved],
    ["checkpoint", checkpoint],
  ]);
}

export async function keptRun(): Promise<Saved | undefined> {
  return get("run");
}

/** The checkpoint from which the kept run goes on. */
export async function keptCheckpoint(): Promise<Uint8Array | undefined> {
  return get("checkpoint");
}

export async function forgetRun(): Promise<void> {
  await delMany(["run", "checkpoint"]);
}

export async function keepConfiguration(configuration: Configuration): Promise<void> {
  await set("configuration", configuration);
}

export async function keptConfiguration(): Promise<Configuration | undefined> {
  return get("configuration");
}
