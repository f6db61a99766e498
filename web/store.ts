// What the browser keeps from one visit to the next: the last configuration, and unfinished runs, each by its id.
import { createStore, delMany, get, keys, set, setMany, type UseStore } from "idb-keyval";
import type { Configuration, Saved } from "./messages.ts";

// A browser that forbids storage may throw at once; in an async function this becomes a rejection.

/** The page's folder. Everything that is kept is named by it, because other pages share the origin and its storage. */
export const folder = new URL("./", location.href).pathname;

let opened: UseStore | undefined;
function store(): UseStore {
  opened ??= createStore(`qstill ${folder}`, "kept");
  return opened;
}

/**
 * Keeps both or neither. The checkpoint is stored apart, so that the page can offer the run without reading many
 * megabytes.
 * @throws the browser's own error if nothing can be kept
 */
export async function keepRun(saved: Saved, checkpoint: Uint8Array): Promise<void> {
  await setMany(
    [
      [`run ${saved.id}`, saved],
      [`checkpoint ${saved.id}`, checkpoint],
    ],
    store(),
  );
}

/** The ids of all runs that are kept, also of those that are under way in other tabs. */
export async function keptRuns(): Promise<string[]> {
  const names = (await keys(store())).map(String);
  return names.filter((name) => name.startsWith("run ")).map((name) => name.slice("run ".length));
}

export async function keptRun(id: string): Promise<Saved | undefined> {
  return get(`run ${id}`, store());
}

/** The checkpoint from which a kept run goes on. */
export async function keptCheckpoint(id: string): Promise<Uint8Array | undefined> {
  return get(`checkpoint ${id}`, store());
}

export async function forgetRun(id: string): Promise<void> {
  await delMany([`run ${id}`, `checkpoint ${id}`], store());
}

export async function keepConfiguration(configuration: Configuration): Promise<void> {
  await set("configuration", configuration, store());
}

export async function keptConfiguration(): Promise<Configuration | undefined> {
  return get("configuration", store());
}

/**
 * Frees what version 0.1.0 kept under names that it shared with other pages. Its checkpoints are of another format, so
 * its run could not go on. What has not its shape is another page's, and stays.
 */
export async function dropOldRun(): Promise<void> {
  const databases = (await indexedDB.databases?.()) ?? [];
  if (!databases.some(({ name }) => name === "keyval-store")) return; // opening it would make it
  const old = await get("run");
  if (old?.configuration?.env === undefined || !Array.isArray(old.recorded)) return;
  await delMany(["run", "checkpoint", "configuration"]);
}
