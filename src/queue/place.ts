// What a worker was started with: its environments, its studies, and the store of its files. Nothing else is imported.

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../core/config-error.js";
import { need } from "../core/needed.js";
import { reason } from "../core/reason.js";
import { environmentIds, knownEnv } from "../env/registry.js";
import { codeName, noteCode } from "../experiments/code.js";
import { type EnvFile, registerEnvFile } from "../experiments/env-file.js";
import { FolderStore } from "../experiments/folder-store.js";
import { studies as ownStudies } from "../experiments/studies/index.js";
import type { Study } from "../experiments/study.js";
import { isGymnasium } from "../gymnasium/register.node.js";
import { reservedNames } from "../training/job.js";
import type { Store } from "../training/store.js";
import { addressOf, withoutSecrets } from "./address.js";
import { type Connection, connect } from "./connection.js";
import { RedisStore } from "./redis-store.js";
import { isS3 } from "./s3-address.js";
import { openS3, S3Store } from "./s3-store.js";

/** What a worker and its threads are started with: plain data. */
export interface PlaceOptions {
  /** Modules that export `studies` or, as default, a function that makes an environment; and what Gymnasium makes. */
  readonly modules?: readonly EnvFile[];
  /**
   * Where the files are, for all workers: a folder, or s3://bucket/prefix with credentials, region and endpoint from the
   * environment (AWS_ACCESS_KEY_ID …). By default they are kept in the queue's server.
   */
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
    const reserved = given.find(({ name }) => reservedNames.includes(name));
    if (reserved !== undefined) {
      throw new ConfigError(`${module.path}: a study is named ${reserved.name}: that names other jobs`);
    }
    const taken = given.find(({ name }) => studies.some((study) => study.name === name));
    if (taken !== undefined) throw new ConfigError(`${module.path}: another study is named ${taken.name}, too`);
    if (given.length > 0) noteCode(resolve(module.path), ...given.map(({ name }) => codeName("study", name)));
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

/** @throws TypeError for what is no text, ConfigError for an address of another kind than S3's */
export function checkStore({ store }: PlaceOptions): void {
  need(store === undefined || typeof store === "string", "store", store, "a folder's path or s3://bucket/prefix");
  if (store === undefined || isS3(store) || !/^[a-z][\w+.-]+:\/\//i.test(store)) return;
  throw new ConfigError(`store is ${withoutSecrets(store)}: s3://bucket/prefix is allowed, or a folder's path`);
}

/** The store that was chosen; undefined if none was. @throws ConfigError for one in S3 that lacks something */
export async function chosenStore({ store }: PlaceOptions): Promise<Store | undefined> {
  if (store === undefined) return undefined;
  return isS3(store) ? openS3(store) : new FolderStore(store);
}

/** The same, after a look at it. @throws ConfigError in one line for one in S3 that cannot be used */
export async function checkedStore(options: PlaceOptions): Promise<Store | undefined> {
  const store = await chosenStore(options);
  if (store instanceof S3Store) await store.check();
  return store;
}

/** The store of those for whom none was chosen: the queue's server. */
export function usualStore({ client, address }: Connection): Store {
  return new RedisStore(async () => client, address.shown);
}

/** The same store, which connects when it is asked. A server that is away then is no fault of the work that asks. */
export function lateStore(url: string): Store {
  let opened: Promise<Connection> | undefined;
  const connected = async () => {
    opened ??= connect(url);
    try {
      return (await opened).client;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };
  return new RedisStore(connected, addressOf(url).shown);
}
