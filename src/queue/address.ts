// The address of a queue's server. Its password is never shown.
import { ConfigError } from "../core/config-error.js";
import { described } from "../core/needed.js";

/** The address of a server, as the user gave it and as it may be shown. */
export interface Address {
  readonly url: string;
  /** Without the user and the password. */
  readonly shown: string;
}

/** @throws ConfigError for anything but redis://host:port/db or rediss://…, with a user and a password or without */
export function addressOf(url: unknown): Address {
  const parsed = typeof url === "string" && URL.canParse(url) ? new URL(url) : undefined;
  const { protocol = "", hostname = "", host = "", pathname = "" } = parsed ?? {};
  const isEscaped = /^([^%]|%[0-9a-f]{2})*$/i.test(parsed?.href ?? "");
  if (!["redis:", "rediss:"].includes(protocol) || hostname === "" || !isEscaped || !/^\/?\d*$/.test(pathname)) {
    throw new ConfigError(`queue is ${withoutSecrets(url)}: redis://host:port/db is allowed, or rediss:// for TLS`);
  }
  return { url: url as string, shown: `${protocol}//${host}${pathname}` };
}

/** What may be shown of a text that is not an address: nothing before an @, where a password may stand. */
export function withoutSecrets(text: unknown): string {
  if (typeof text !== "string") return described(text);
  return JSON.stringify(text.replace(/^.*@/s, "…@"));
}
