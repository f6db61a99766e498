// A store that is the queue's own server: for files up to a limit, as all are in its memory.
import type { Redis } from "ioredis";
import { ConfigError } from "../core/config-error.js";
import { reason } from "../core/reason.js";
import { type Store, StoreTrouble } from "../training/store.js";

export const filePrefix = "qstill:file:";

const mebibyte = 2 ** 20;

/** The largest file, in bytes. */
const largest = 64 * mebibyte;

/** A file that nobody has written or read for so long is removed, in seconds: a week. */
const kept = 7 * 24 * 60 * 60;

/** Files in the memory of the server. */
export class RedisStore implements Store {
  readonly largest = largest;
  readonly #connected: () => Promise<Redis>;
  readonly #shown: string;

  /**
   * @param connected gives a connection to the server
   * @param shown the server's address, as it may be shown
   */
  constructor(connected: () => Promise<Redis>, shown: string) {
    this.#connected = connected;
    this.#shown = shown;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    // whoever reads a file keeps it for as long again
    const bytes = await this.#ask(name, (client) => client.getexBuffer(filePrefix + name, "EX", kept));
    return bytes ?? undefined;
  }

  /** @throws ConfigError for a file that is too large */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > largest) {
      const size = Math.ceil(bytes.length / mebibyte);
      throw new ConfigError(
        `${this.placeOf(name)} has ${size} MiB: at most ${largest / mebibyte} are kept there: a store in a folder has no limit`,
      );
    }
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    await this.#ask(name, (client) => client.set(filePrefix + name, content, "EX", kept));
  }

  async remove(name: string): Promise<void> {
    await this.#ask(name, (client) => client.del(filePrefix + name));
  }

  placeOf(name: string): string {
    return `${name} in ${this.#shown}`;
  }

  /** @throws StoreTrouble if the server cannot be reached, or is full */
  async #ask<Result>(name: string, command: (client: Redis) => Promise<Result>): Promise<Result> {
    try {
      return await command(await this.#connected());
    } catch (error) {
      throw new StoreTrouble(`${this.placeOf(name)}: ${reason(error)}`, { cause: error });
    }
  }
}
