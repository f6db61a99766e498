// What the browser keeps from one visit to the next: the last configuration, and an unfinished run.
import { del, get, set } from "idb-keyval";
import type { Configuration, Saved } from "./messages.ts";

// A browser that denies storage may throw at once: async functions make a rejection of it.

/** @throws whatever the browser says where nothing can be kept */
export async function keepRun(saved: Saved): Promise<void> {
  await set("run", saved);
}

export async function keptRun(): Promise<Saved | undefined> {
  return get("run");
}

export async function forgetRun(): Promise<void> {
  await del("run");
}

export async function keepConfiguration(configuration: Configuration): Promise<void> {
  await set("configuration", configuration);
}

export async function keptConfiguration(): Promise<Configuration | undefined> {
  return get("configuration");
}
