// What a worker was started with: its environments, its studies, and the store of its files. Nothing else is imported.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../core/config-error.js";
import { need } from "../core/needed.js";
import { reason } from "../core/reason.js";
import { environmentIds, knownEnv } from "../env/registry.js";
import { type EnvFile, registerEnvFile } from "../experiments/env-file.js";
import { FolderStore } from "../experiments/folder-store.js";
import { studies as ownStudies } from "../experiments/studies/index.js";
import type { Study } from "../experiments/study.js";
import { isGymnasium } from "../gymnasium/register.node.js";
import type { Store } from "../training/store.js";
import type { Connection } from "./connection.js";
import { RedisStore } from "./redis-store.js";

/** What a worker and its threads are started with: plain data. */
export interface PlaceOptions {
  /** Modules that export `studies` or, as default, a function that makes an environment; and what Gymnasium makes. */
  readonly modules?: readonly EnvFile[];
  /** The folder of the files, which all workers reach; by default they are kept in the queue's server. */
  readonly store?: string;
}

/** Registers the environments of modules. @returns all studies. @throws ConfigError for a module that has neither */
export async function importModules(modules: readonly EnvFile[] = []): Promise<readonly Study[]> {
  const studies = [...ownStudies];
  for (const module of modules) {
    const found = isGymnasium(module.path) ? {} : await importFile(module.path);
    const given = found.studies ?? [];
    if (!Array.isArray(given) || !given.every(isStudy)) {
      throw new ConfigError(`${module.path}: studies is not a list of studies, each with name, cells and run`);
    }
    const taken = given.find(({ name }) => studies.some((study) => study.name === name));
    if (taken !== undefined) throw new ConfigError(`${module.path}: another study is named ${taken.name}, too`);
    studies.push(...given);
    if (given.length === 0 || "default" in found) await registerEnvFile(module);
  }
  return studies;
}

async function importFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new ConfigError(`${path} cannot be imported: ${reason(error)}`);
  }
}

function isStudy(value: unknown): value is Study {
  const { name, cells, run } = Object(value);
  return typeof name === "string" && typeof cells === "function" && typeof run === "function";
}

/** The environments that are registered, each with its options as JSON, or null. */
export function environmentsHere(): Record<string, string | null> {
  return Object.fromEntries(
    environmentIds().map((id) => {
      const options = knownEnv(id)?.options;
      return [id, options === undefined ? null : JSON.stringify(options)];
    }),
  );
}

/** @throws TypeError for what is not the path of a folder */
export function checkStore({ store }: PlaceOptions): void {
  need(store === undefined || typeof store === "string", "store", store, "a folder's path");
}

/** The store that a worker or a submitter was started with. */
export function storeOf({ store }: PlaceOptions, { client, address }: Connection): Store {
  return store === undefined ? new RedisStore(client, address.shown) : new FolderStore(store);
}
