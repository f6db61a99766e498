// The connection to a queue's server: it is checked before anything is done, and what is wrong is said in one line.
import type { Redis } from "ioredis";
import { ConfigError } from "../core/config-error.js";
import { isMissing, MissingPackageError } from "../core/missing-package.js";
import { reason } from "../core/reason.js";
import { type Address, addressOf } from "./address.js";
import { within } from "./time.js";

/** The packages of a queue. They are installed only by those who use one. */
export interface Packages {
  readonly bullmq: typeof import("bullmq");
  readonly Redis: typeof Redis;
}

/** @throws MissingPackageError if one is not installed */
export async function packages(): Promise<Packages> {
  const bullmq = await import("bullmq").catch(missing("a queue", "bullmq"));
  const { Redis } = await import("ioredis").catch(missing("a queue", "ioredis"));
  return { bullmq, Redis };
}

/** What to do when an import fails. @param what what needs the package */
export function missing(what: string, name: string): (error: unknown) => never {
  return (error) => {
    throw isMissing(error, name) ? new MissingPackageError(what, name) : error;
  };
}

/** Time for the first connection, in milliseconds. */
const patience = 5000;
/** Time between two tries to connect again, in milliseconds: this much longer each time, up to the longest. */
const longerWait = 200;
const longestWait = 2000;

/** A connection whose first try has succeeded. When it is lost it is made again, for as long as that takes. */
export interface Connection {
  readonly client: Redis;
  readonly address: Address;
  /** From now on a lost connection is not made again, nor those that were made like it. */
  giveUp(): void;
}

/**
 * @throws ConfigError in one line for an address that is none, a server that does not answer, refuses the password, is
 * too old, or would drop jobs when its memory is full; MissingPackageError if a package is missing
 */
export async function connect(url: string): Promise<Connection> {
  const address = addressOf(url);
  const { Redis } = await packages();
  let isLasting = false;
  const client = new Redis(address.url, {
    lazyConnect: true,
    connectTimeout: patience,
    keepAlive: patience,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (isLasting ? Math.min(times * longerWait, longestWait) : null),
  });
  let latest: unknown;
  client.on("error", (error) => {
    latest = error;
  });
  try {
    checkServer(
      await within(
        patience,
        client.connect().then(() => client.info()),
      ),
      address,
    );
    await within(patience, client.select(client.options.db ?? 0)); // one that is not there would be 0 without a word
    isLasting = true;
    const giveUp = () => {
      isLasting = false;
    };
    return { client, address, giveUp };
  } catch (error) {
    if (client.status !== "end") client.disconnect(); // it would keep the process for 2 s
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`the queue ${address.shown} cannot be used: ${why(latest ?? error)}`);
  }
}

/** Whether an error's message is about the server, and not about the work: it is full, or away for a moment. */
export function isTrouble(message: string): boolean {
  return /^(OOM|LOADING|BUSY|READONLY|CLUSTERDOWN|MISCONF|Connection is closed|Stream isn't writeable)|OOM command not allowed|ECONNRE|ETIMEDOUT|EPIPE/.test(
    message,
  );
}

/** The oldest server that has all that is used. */
const oldest = [6, 2] as const;

/** @param info what the server says of itself */
function checkServer(info: string, { shown }: Address): void {
  const said = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1] ?? "";
  const versionSaid = said("redis_version");
  const [major = 0, minor = 0] = versionSaid.split(".").map(Number);
  if (!(major > oldest[0] || (major === oldest[0] && minor >= oldest[1]))) {
    throw new ConfigError(`the queue ${shown} is Redis ${versionSaid}: ${oldest.join(".")} or later is needed`);
  }
  const policy = said("maxmemory_policy");
  if (policy !== "noeviction") {
    throw new ConfigError(
      `the queue ${shown} has maxmemory-policy ${policy}, which loses jobs when its memory is full: noeviction is needed`,
    );
  }
}

/** Why there is no connection, by the code of the system's error. */
export const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: "no server answers there",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "there is no such host",
  ETIMEDOUT: "no server answers there",
};

const reasons: Readonly<Record<string, string>> = {
  ...unreachable,
  ECONNRESET: "the server ends the connection (rediss:// if it wants TLS)",
};

/** Why a server cannot be used, in a few words. */
function why(error: unknown): string {
  const { code = "" } = Object(error) as NodeJS.ErrnoException;
  const text = reason(error);
  if (/DB index/i.test(text)) return "it has no such database";
  if (/WRONGPASS|NOAUTH|invalid password|without any password/i.test(text)) return "it refuses the password";
  return reasons[code] ?? (/timed? ?out/i.test(text) ? "no server answers there" : text);
}
