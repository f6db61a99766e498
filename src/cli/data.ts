// --data: steps or states, from a file, a Minari data set or the standard input.
import { createReadStream, statSync } from "node:fs";
import { freemem } from "node:os";
import { basename } from "node:path";
import { ConfigError } from "../core/config-error.js";
import type { GivenStates } from "../distill/given-states.js";
import { reasonOf } from "../experiments/durable.js";
import { fileOf } from "../minari/folder.node.js";
import { readMinari } from "../minari/minari.js";
import { readLog, readStates } from "../offline/json-lines.js";
import type { ByteSource, ReadingOptions, ReadingProgress } from "../offline/lines.js";
import type { LoggedSteps } from "../offline/steps.js";
import { oneLine, UsageError } from "./errors.js";
import { Progress } from "./terminal.js";

/** What the help says of a file of steps or states. */
export const dataHelp = "JSON lines, also .gz, or - for the standard input; or a data set of Minari";

const long = 2 ** 24; // bytes: reading more shows a progress bar

export interface DataFlags {
  json?: boolean;
  quiet?: boolean;
}

/**
 * The log of steps at a path: JSON lines (also .gz, and "-" is the standard input), or a data set of Minari.
 * @throws UsageError for one that cannot be read or is damaged; it names the file and the line
 */
export function readData(path: string, flags: DataFlags = {}): Promise<LoggedSteps> {
  return isMinari(path) ? dataSet(path, flags) : lines(path, readLog, flags);
}

/** The states at a path, which may also be a log of steps. @throws as readData */
export function readStatesAt(path: string, flags: DataFlags = {}): Promise<GivenStates> {
  return isMinari(path) ? dataSet(path, flags) : lines(path, readStates, flags);
}

/** What a folder for work with such data is called: the name without its endings. @param input that of the standard input */
export function nameOf(path: string, input: string): string {
  if (path === "-") return input;
  const name = basename(path).replace(/(?<=.)\.gz$/, "");
  return name.replace(/(?<=.)\.[^.]*$/, "");
}

function isMinari(path: string): boolean {
  return /\.(hdf5|h5)$/i.test(path) || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

async function lines<Read>(
  path: string,
  read: (source: ByteSource, options: ReadingOptions) => Promise<Read>,
  flags: DataFlags,
): Promise<Read> {
  const isInput = path === "-";
  const size = isInput ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return reading(isInput ? "the standard input" : path, size, flags, (bar) => {
    const source = isInput ? process.stdin : createReadStream(path, { highWaterMark: 2 ** 18 });
    const onProgress = ({ bytes, lines }: ReadingProgress) => bar.reading(Math.min(1, bytes / size), "lines", lines);
    return read(source, { onProgress, memory: process.availableMemory?.() ?? freemem() });
  });
}

function dataSet(path: string, flags: DataFlags): Promise<LoggedSteps> {
  const size = statSync(fileOf(path), { throwIfNoEntry: false })?.size ?? 0;
  return reading(path, size, flags, (bar) => {
    const onProgress = ({ episodes, of }: { episodes: number; of: number }) =>
      bar.reading(episodes / of, "episodes", episodes);
    return readMinari(path, { onProgress });
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
