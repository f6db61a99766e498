// --data: steps or states, from a file, a Minari data set or the standard input.
import { createReadStream, statSync } from "node:fs";
import { freemem } from "node:os";
import { ConfigError } from "../core/config-error.js";
import { reasonOf } from "../experiments/durable.js";
import { fileOf } from "../minari/folder.node.js";
import { readMinari } from "../minari/minari.js";
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
 * The log of steps at a path: JSON lines (also .gz, and "-" is the standard input), or a data set of Minari.
 * @throws UsageError for one that cannot be read or is damaged; it names the file and the line
 */
export function readData(path: string, flags: DataFlags = {}, signal?: AbortSignal): Promise<LoggedSteps> {
  const isMinari = /\.(hdf5|h5)$/i.test(path) || statSync(path, { throwIfNoEntry: false })?.isDirectory();
  return isMinari ? dataSet(path, flags, signal) : lines(path, readLog, flags, signal);
}

/** The states at a path, as JSON lines. @throws UsageError for a file that cannot be read or is damaged */
export function readStatesAt(path: string, flags: DataFlags = {}, signal?: AbortSignal): Promise<States> {
  return lines(path, readStates, flags, signal);
}

async function lines<Read>(
  path: string,
  read: (source: ByteSource, options: ReadingOptions) => Promise<Read>,
  flags: DataFlags,
  signal: AbortSignal | undefined,
): Promise<Read> {
  const isInput = path === "-";
  const size = isInput ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return reading(isInput ? "the standard input" : path, size, flags, (bar) => {
    const source = isInput ? process.stdin : createReadStream(path, { highWaterMark: 2 ** 18 });
    const onProgress = ({ bytes, lines }: ReadingProgress) => bar.reading(Math.min(1, bytes / size), "lines", lines);
    return read(source, { signal, onProgress, memory: process.availableMemory?.() ?? freemem() });
  });
}

function dataSet(path: string, flags: DataFlags, signal: AbortSignal | undefined): Promise<LoggedSteps> {
  const size = statSync(fileOf(path), { throwIfNoEntry: false })?.size ?? 0;
  return reading(path, size, flags, (bar) => {
    const onProgress = ({ episodes, of }: { episodes: number; of: number }) =>
      bar.reading(episodes / of, "episodes", episodes);
    return readMinari(path, { signal, onProgress });
  });
}

/** Reads with a bar if there is much to read, and errors that name what is read. */
async function reading<Read>(
  name: string,
  size: number,
  { json, quiet }: DataFlags,
  read: (bar: Progress) => Promise<Read>,
): Promise<Read> {
  const bar = new Progress(!json && !quiet && size > long);
  try {
    const data = await read(bar);
    bar.finish();
    return data;
  } catch (error) {
    bar.stop();
    const { syscall, path = name } = error as NodeJS.ErrnoException;
    if (error instanceof ConfigError) throw new UsageError(`${name}: ${oneLine(error)}`);
    if (syscall !== undefined) throw new UsageError(`cannot read ${path}: ${reasonOf(error)}`);
    throw error;
  }
}
