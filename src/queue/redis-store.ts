// A store that is the queue's own server: for files up to a limit, as all are in its memory.
import type { Redis } from "ioredis";
import { ConfigError } from "../core/config-error.js";
import type { Store } from "../training/store.js";

export const filePrefix = "qstill:file:";

const mebibyte = 2 ** 20;

/** The largest file, in bytes. */
const largest = 64 * mebibyte;

/** A file that nobody has written for so long is removed, in seconds: a week. */
const kept = 7 * 24 * 60 * 60;

/** Files in the memory of the server. */
export class RedisStore implements Store {
  readonly #client: Redis;
  readonly #shown: string;

  /** @param shown the server's address, as it may be shown */
  constructor(client: Redis, shown: string) {
    this.#client = client;
    this.#shown = shown;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return (await this.#client.getBuffer(filePrefix + name)) ?? undefined;
  }

  /** @throws ConfigError for a file that is too large */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > largest) {
      const size = Math.ceil(bytes.length / mebibyte);
      throw new ConfigError(
        `${this.placeOf(name)} has ${size} MiB: at most ${largest / mebibyte} are kept there: a store in a folder has no limit`,
      );
    }
    await this.#client.set(filePrefix + name, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), "EX", kept);
  }

  async remove(name: string): Promise<void> {
    await this.#client.del(filePrefix + name);
  }

  placeOf(name: string): string {
    return `${name} in ${this.#shown}`;
  }
}
