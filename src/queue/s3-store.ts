// A store in a bucket of S3, or of a server that answers as S3 does: one object for each file.
import { createHash } from "node:crypto";
import { setTimeout as pauseFor } from "node:timers/promises";
import type { AwsV4Signer } from "aws4fetch";
import { ConfigError } from "../core/config-error.js";
import { reason } from "../core/reason.js";
import { WriteError } from "../experiments/durable.js";
import { type Store, StoreTrouble } from "../training/store.js";
import { missing, unreachable } from "./connection.js";
import { encoded, type S3Address, s3AddressOf } from "./s3-address.js";

/** The pauses before the next tries when a server is away or busy, in milliseconds. */
const pauses = [200, 400, 800, 1600];
/** Time for finding out whether a store can be used, in milliseconds. */
const patience = 10_000;

/** What came of a request. */
interface Outcome {
  /** Of the answer; 0 if there was none. */
  readonly status: number;
  readonly body: Uint8Array;
  /** What the answer says is wrong, as "NoSuchBucket". */
  readonly code: string;
  /** What the answer says of the bucket's region. */
  readonly region: string;
  /** Why there was no answer. */
  readonly lost?: unknown;
}

/** A request that is more than its file. */
interface Request {
  readonly body?: Uint8Array;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** Files as objects. Replacing one is a single request, so that readers see all of the old one or all of the new one. */
export class S3Store implements Store {
  readonly #Signer: typeof AwsV4Signer;
  readonly #address: S3Address;

  constructor(Signer: typeof AwsV4Signer, address: S3Address) {
    this.#Signer = Signer;
    this.#address = address;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const outcome = await this.#ask("GET", name);
    if (outcome.status === 200) return outcome.body;
    if (isAbsent(outcome)) return undefined;
    throw this.#failure(outcome, (why) => new Error(`cannot read ${this.placeOf(name)}: ${why}`));
  }

  /** @throws WriteError if that is not possible */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const outcome = await this.#ask("PUT", name, { body: bytes });
    if (outcome.status === 200) return;
    throw this.#failure(outcome, (why) => new WriteError(this.placeOf(name), new Error(why)));
  }

  async remove(name: string): Promise<void> {
    const outcome = await this.#ask("DELETE", name);
    if (isRemoved(outcome)) return;
    throw this.#failure(outcome, (why) => new Error(`cannot remove ${this.placeOf(name)}: ${why}`));
  }

  placeOf(name: string): string {
    return `${name} in ${this.#address.shown}`;
  }

  /** Writes, reads and removes a file. @throws ConfigError in one line if that is not possible */
  async check(): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), patience); // AbortSignal.timeout would not outlive a garbage collection
    try {
      await this.#checkUntil(late.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async #checkUntil(signal: AbortSignal): Promise<void> {
    const [file, body] = ["qstill-check", new TextEncoder().encode("qstill")];
    const expect = (holds: boolean, outcome: Outcome) => {
      if (holds) return;
      throw new ConfigError(`the store ${this.#address.shown} cannot be used: ${this.#whyNot(outcome)}`);
    };
    const written = await this.#ask("PUT", file, { body, signal });
    expect(written.status === 200, written);
    const read = await this.#ask("GET", file, { signal });
    const isSame = read.status === 200 && Buffer.compare(read.body, body) === 0;
    expect(isSame || isAbsent(read), read); // another one who checks may have removed it
    const removed = await this.#ask("DELETE", file, { signal });
    expect(isRemoved(removed), removed);
    const none = await this.#ask("GET", `${file}-none`, { signal });
    expect(isAbsent(none), none); // a refusal, where one may not know which files there are
  }

  /** Asks until there is an answer that counts, a few times. */
  async #ask(method: string, name: string, request: Request = {}): Promise<Outcome> {
    for (const pause of pauses) {
      const outcome = await this.#askOnce(method, name, request);
      if (!isPassing(outcome) || request.signal?.aborted) return outcome;
      await pauseFor(pause);
    }
    return this.#askOnce(method, name, request);
  }

  async #askOnce(method: string, name: string, { body, signal }: Request): Promise<Outcome> {
    const { accessKeyId, secretAccessKey, sessionToken, region } = this.#address;
    const hash = createHash("sha256")
      .update(body ?? "")
      .digest("hex");
    try {
      const signer = new this.#Signer({
        ...{ accessKeyId, secretAccessKey, sessionToken, region, service: "s3", method },
        url: this.#address.url + encoded(name),
        headers: { "x-amz-content-sha256": hash }, // so the server refuses what was damaged on its way
      });
      const { url, headers } = await signer.sign();
      const answer = await fetch(url, {
        ...{ method, headers, signal, redirect: "manual" }, // an address elsewhere would need another signature
        body: body as Uint8Array<ArrayBuffer> | undefined,
      });
      const got = new Uint8Array(await answer.arrayBuffer());
      const text = answer.ok ? "" : new TextDecoder().decode(got);
      return {
        ...{ status: answer.status, body: got, code: element("Code", text) },
        region: answer.headers.get("x-amz-bucket-region") ?? element("Region", text),
      };
    } catch (lost) {
      return { status: 0, body: new Uint8Array(), code: "", region: "", lost };
    }
  }

  /** The error of what was asked in vain: StoreTrouble if another time may be better. */
  #failure(outcome: Outcome, failure: (why: string) => Error): Error {
    const error = failure(this.#whyNot(outcome));
    return isPassing(outcome) ? new StoreTrouble(error.message, { cause: error }) : error;
  }

  /** What is wrong, in a few words. Nothing of it may be a secret, so that an answer's own words are not repeated. */
  #whyNot({ status, code, region, lost }: Outcome): string {
    if (lost !== undefined) return whyLost(lost);
    if (/^[\w-]+$/.test(region) && region !== this.#address.region) {
      return `the bucket is in the region ${region}: AWS_REGION is ${this.#address.region}`;
    }
    if (code === "NoSuchBucket") return "there is no such bucket";
    const said = code === "" ? `status ${status}` : code;
    if (/^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken)$/.test(code)) {
      return `it refuses the credentials (${said})`;
    }
    const rights = "s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket";
    if (status === 403) return `it refuses access (${said}): ${rights} are needed`;
    return status >= 400 ? `the server answers ${said}` : `what answers there is not S3 (${said})`;
  }
}

/**
 * @param store s3://bucket/prefix
 * @throws ConfigError for an address that is none, and for credentials that the environment lacks; MissingPackageError
 * if aws4fetch is missing
 */
export async function openS3(store: string): Promise<S3Store> {
  const address = s3AddressOf(store);
  const { AwsV4Signer } = await import("aws4fetch").catch(missing("a store in S3", "aws4fetch"));
  return new S3Store(AwsV4Signer, address);
}

function element(name: string, xml: string): string {
  return new RegExp(`<${name}>([\\w-]+)</${name}>`).exec(xml)?.[1] ?? "";
}

function isAbsent({ status, code }: Outcome): boolean {
  return status === 404 && code !== "NoSuchBucket";
}

function isRemoved(outcome: Outcome): boolean {
  return outcome.status === 200 || outcome.status === 204 || isAbsent(outcome);
}

/** Whether another try may give another answer. */
function isPassing({ status, code, lost }: Outcome): boolean {
  if (lost !== undefined) return !silent.includes(codeOf(lost));
  return status >= 500 || status === 408 || status === 429 || code === "RequestTimeout";
}

/** A server that has said nothing for five minutes. */
const silent = ["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"];

function codeOf(lost: unknown): string {
  return String(Object(Object(lost).cause).code ?? "");
}

function whyLost(lost: unknown): string {
  const code = codeOf(lost);
  const { name, cause } = Object(lost);
  if (name === "AbortError" || code === "UND_ERR_CONNECT_TIMEOUT" || silent.includes(code)) {
    return unreachable.ETIMEDOUT;
  }
  return unreachable[code] ?? reason(cause ?? lost);
}
