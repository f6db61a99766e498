// --data: a file of steps or of states, from a path or the standard input.
import { createReadStream, statSync } from "node:fs";
import { freemem } from "node:os";
import { ConfigError } from "../core/config-error.js";
import { reasonOf } from "../experiments/durable.js";
import { readLog, readStates, type States } from "../offline/json-lines.js";
import type { ByteSource, ReadingOptions, ReadingProgress } from "../offline/lines.js";
import type { LoggedSteps } from "../offline/steps.js";
import { oneLine, UsageError } from "./errors.js";
import { Progress } from "./terminal.js";

/** What the help says of a file of steps or states. */
export const dataHelp = "JSON lines, also .gz, or - for the standard input";

const long = 2 ** 24; // bytes: reading more shows a progress bar

export interface DataFlags {
  json?: boolean;
  quiet?: boolean;
}

/**
 * The log of steps at a path.
 * @throws UsageError for a file that cannot be read or is damaged; it names the file and the line
 */
export function readData(path: string, flags: DataFlags = {}, signal?: AbortSignal): Promise<LoggedSteps> {
  return reading(path, readLog, flags, signal);
}

/** The states at a path. @throws UsageError for a file that cannot be read or is damaged; it names the file and the line */
export function readStatesAt(path: string, flags: DataFlags = {}, signal?: AbortSignal): Promise<States> {
  return reading(path, readStates, flags, signal);
}

async function reading<Read>(
  path: string,
  read: (source: ByteSource, options: ReadingOptions) => Promise<Read>,
  { json, quiet }: DataFlags,
  signal: AbortSignal | undefined,
): Promise<Read> {
  const isInput = path === "-";
  const size = isInput ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  const bar = new Progress(!json && !quiet && size > long);
  const onProgress = ({ bytes, lines }: ReadingProgress) => bar.reading(Math.min(1, bytes / size), lines);
  try {
    const source = isInput ? process.stdin : createReadStream(path, { highWaterMark: 2 ** 18 });
    const data = await read(source, { signal, onProgress, memory: process.availableMemory?.() ?? freemem() });
    bar.finish();
    return data;
  } catch (error) {
    bar.stop();
    const name = isInput ? "the standard input" : path;
    if (error instanceof ConfigError) throw new UsageError(`${name}: ${oneLine(error)}`);
    if ((error as NodeJS.ErrnoException).syscall) throw new UsageError(`cannot read ${name}: ${reasonOf(error)}`);
    throw error;
  }
}
