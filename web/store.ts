// What the browser keeps from one visit to the next: the last configuration, and an unfinished run.
import { del, get, set } from "idb-keyval";
import type { Configuration, Saved } from "./messages.ts";

/** @throws whatever the browser says where nothing can be kept */
export const keepRun = (saved: Saved): Promise<void> => set("run", saved);
export const keepConfiguration = (configuration: Configuration): Promise<void> => set("configuration", configuration);

export const keptRun = (): Promise<Saved | undefined> => get("run");
export const keptConfiguration = (): Promise<Configuration | undefined> => get("configuration");

export const forgetRun = (): Promise<void> => del("run");
