// A store that is a folder: one file each, by its name. Workers of several machines can share it.
import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../core/config-error.js";
import { need } from "../core/needed.js";
import type { Store } from "../training/store.js";
import { makeFolder, reasonOf, removeFile, writeWhole } from "./durable.js";

/** Files in a folder, which is made with the first of them. */
export class FolderStore implements Store {
  readonly #folder: string;

  constructor(folder: string) {
    need(typeof folder === "string", "folder", folder, "a folder's path");
    this.#folder = folder;
  }

  /** @throws ConfigError for a file that cannot be read */
  async read(name: string): Promise<Uint8Array | undefined> {
    const path = this.placeOf(name);
    if (!existsSync(path)) return undefined;
    try {
      return readFileSync(path);
    } catch (error) {
      throw new ConfigError(`cannot read ${path}: ${reasonOf(error)}`);
    }
  }

  /** @throws WriteError if that is not possible */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    makeFolder(this.#folder);
    writeWhole(this.placeOf(name), bytes);
  }

  async remove(name: string): Promise<void> {
    removeFile(this.placeOf(name));
  }

  placeOf(name: string): string {
    return join(this.#folder, name);
  }

  /** Removes the files whose names end so. */
  clear(ending: string): void {
    for (const name of this.#names()) if (name.endsWith(ending)) removeFile(this.placeOf(name));
  }

  /** Removes the folder if nothing is in it. */
  tidy(): void {
    if (existsSync(this.#folder) && this.#names().length === 0) rmdirSync(this.#folder);
  }

  #names(): string[] {
    return existsSync(this.#folder) ? readdirSync(this.#folder) : [];
  }
}
