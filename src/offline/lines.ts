// The lines of a file of JSON objects, from its bytes as they come: gzip or not, with only one line in memory.
import { ConfigError } from "../core/config-error.js";
import { described, need, needListeners, needObject, needSignal } from "../core/needed.js";
import { stoppable } from "../env/pauses.js";
import { isGzip, piece, Unpacker } from "./gzip.js";

/** The bytes of a file: all of them, or as they come, such as `createReadStream(path)`, `file.stream()` or `response.body`. */
export type ByteSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/** How far a reader is. */
export interface ReadingProgress {
  /** The bytes read from the source. They are the packed ones if it is gzip. */
  readonly bytes: number;
  /** The lines that were checked. */
  readonly lines: number;
}

/** How a file is read. */
export interface ReadingOptions {
  /** Asks to stop: the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Is called after each piece of 64 KiB or less. */
  readonly onProgress?: (progress: ReadingProgress) => void;
  /** The most bytes that the columns may take. By default they take what the engine gives. */
  readonly memory?: number;
}

/** A line's content, and its number, counted from 1. */
export interface Line {
  readonly number: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

const longestLine = 2 ** 24; // bytes
const newline = 10;

/**
 * Calls `take` for every line that is not blank.
 * @throws ConfigError in one line that names the line which is no JSON object, or is too long
 */
export async function eachLine(
  source: ByteSource,
  { signal, onProgress }: ReadingOptions,
  take: (line: Line) => void,
): Promise<void> {
  const pauses = stoppable(signal);
  signal?.throwIfAborted();
  const splitter = new Splitter((bytes, number) => {
    const fields = fieldsOf(bytes, number);
    if (fields !== undefined) take({ number, fields });
  });
  const counted = { bytes: 0 };
  const packed = counting(chunksOf(source), counted);
  let chunks: Chunks | undefined;
  try {
    chunks = await pauses.wait(unpacked(packed, () => splitter.number));
    for (;;) {
      const chunk = await pauses.wait(chunks.next());
      if (chunk === undefined) break;
      for (let at = 0; at < chunk.length; at += piece) {
        splitter.split(chunk.subarray(at, at + piece));
        onProgress?.({ bytes: counted.bytes, lines: splitter.number });
        const pause = pauses.turn();
        if (pause) await pause;
      }
    }
    splitter.end();
  } catch (error) {
    (chunks ?? packed).stop(); // nobody waits for it: a source that never answers would hold the error back
    throw error;
  }
}

/** @throws TypeError for options of a reader that are of a wrong kind, ConfigError for a limit that is no number of bytes */
export function checkReading(options: ReadingOptions): void {
  needObject("options", options, "an object of options");
  needSignal(options.signal);
  needListeners({ onProgress: options.onProgress });
  const { memory } = options;
  if (memory === undefined || (typeof memory === "number" && memory > 0)) return;
  throw new ConfigError(`memory is ${described(memory)}: a number of bytes above 0 is allowed`);
}

/** Bytes as they come. */
interface Chunks {
  /** The next ones; undefined after the last. */
  next(): Promise<Uint8Array | undefined>;
  /** Says that no more are wanted. */
  stop(): void;
}

/** @throws TypeError for anything that gives no bytes */
function chunksOf(source: ByteSource): Chunks {
  const needed = "a Uint8Array, a stream of bytes, or an iterable of Uint8Array";
  if (source instanceof Uint8Array) return chunksOf([source]);
  need(typeof source === "object" && source !== null, "source", source, needed);
  const { getReader } = source as Partial<ReadableStream<Uint8Array>>;
  if (typeof getReader === "function") {
    const reader = (source as ReadableStream<Uint8Array>).getReader();
    return {
      next: async () => checkedChunk(await reader.read()),
      stop: () => void reader.cancel().catch(() => {}),
    };
  }
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = source as AsyncIterable<Uint8Array> &
    Iterable<Uint8Array>;
  need(typeof later === "function" || typeof now === "function", "source", source, needed);
  const iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array> = later?.call(source) ?? now.call(source);
  return {
    next: async () => checkedChunk(await iterator.next()),
    stop: () => void Promise.resolve(iterator.return?.()).catch(() => {}),
  };
}

function checkedChunk({ done, value }: { done?: boolean; value?: unknown }): Uint8Array | undefined {
  if (done) return undefined;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`the source gave ${described(value).slice(0, 60)}: a Uint8Array is needed`);
}

function counting(chunks: Chunks, counted: { bytes: number }): Chunks {
  return {
    next: async () => {
      const chunk = await chunks.next();
      counted.bytes += chunk?.length ?? 0;
      return chunk;
    },
    stop: chunks.stop,
  };
}

/** The bytes themselves, or what they hold if they are gzip. @param lines how many were read so far */
async function unpacked(chunks: Chunks, lines: () => number): Promise<Chunks> {
  let first = new Uint8Array(0);
  while (first.length < 2) {
    const chunk = await chunks.next();
    if (chunk === undefined) break;
    const longer = new Uint8Array(first.length + chunk.length);
    longer.set(first);
    longer.set(chunk, first.length);
    first = longer;
  }
  const waiting = [first];
  const whole = { next: async () => waiting.pop() ?? (await chunks.next()), stop: chunks.stop };
  return isGzip(first) ? unzipped(whole, lines) : whole;
}

function unzipped(packed: Chunks, lines: () => number): Chunks {
  const unpacker = new Unpacker();
  const waiting: Uint8Array[] = [];
  let rest: Uint8Array | undefined = new Uint8Array(0);
  const next = async () => {
    while (waiting.length === 0 && rest !== undefined) {
      if (rest.length === 0) rest = await packed.next();
      try {
        waiting.push(...(rest === undefined ? unpacker.end() : unpacker.unpack(rest.subarray(0, piece))));
        rest = rest?.subarray(piece);
      } catch (error) {
        const reason = (error as Error).message;
        throw new ConfigError(`after line ${lines()} the gzip data is damaged or cut off: ${reason}`);
      }
    }
    return waiting.shift();
  };
  return { next, stop: packed.stop };
}

/** Bytes as lines. */
class Splitter {
  /** The number of the last line that has ended. */
  number = 0;
  readonly #take: (bytes: Uint8Array, number: number) => void;
  #begun: Uint8Array[] = [];
  #length = 0;

  constructor(take: (bytes: Uint8Array, number: number) => void) {
    this.#take = take;
  }

  split(bytes: Uint8Array): void {
    let from = 0;
    for (let to = bytes.indexOf(newline); to >= 0; to = bytes.indexOf(newline, from)) {
      this.#finish(bytes.subarray(from, to));
      from = to + 1;
    }
    if (from < bytes.length) this.#keep(bytes.slice(from)); // a copy: the source may use its buffer again
  }

  /** The last line may end without a newline. */
  end(): void {
    if (this.#length > 0) this.#finish(new Uint8Array(0));
  }

  #keep(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > longestLine) {
      throw new ConfigError(`line ${this.number + 1} is longer than ${longestLine} bytes, which is the most allowed`);
    }
    this.#begun.push(bytes);
  }

  #finish(rest: Uint8Array): void {
    let line = rest;
    if (this.#length > 0) {
      this.#keep(rest);
      line = new Uint8Array(this.#length);
      let at = 0;
      for (const part of this.#begun) {
        line.set(part, at);
        at += part.length;
      }
      this.#begun = [];
      this.#length = 0;
    }
    this.number++;
    this.#take(line, this.number);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const byteOrderMark = "\ufeff";

/** The object that a line holds; undefined for a blank line. @throws ConfigError for anything else */
function fieldsOf(bytes: Uint8Array, number: number): Record<string, unknown> | undefined {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new ConfigError(`line ${number} is not UTF-8 text`);
  }
  if (number === 1 && text.startsWith(byteOrderMark)) text = text.slice(1);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (/^[ \t\r]*$/.test(text)) return undefined;
    const hint = /[[:,]\s*-?(NaN|Infinity)\b/.test(text) ? " (which has no NaN and no Infinity)" : "";
    throw new ConfigError(`line ${number} is not JSON${hint}: ${beginning(text)}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ConfigError(`line ${number} is ${beginning(text)}: a JSON object is needed`);
}

/** How a text begins, in quotes. */
function beginning(text: string): string {
  const most = 40;
  return JSON.stringify(text.length > most ? `${text.slice(0, most)}…` : text);
}
