// --log-tensorboard and --log-csv: the events of a command's work for other programs.
import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { removeFile } from "../experiments/durable.js";
import { csvLog, type EventLog, tensorBoardLog } from "../log/logs.node.js";
import { checkNoFolder, prepareFolder, writeOutput } from "./files.js";
import { notEmpty } from "./options.js";

/** Where events are to be written besides metrics.jsonl. */
export interface LogFlags {
  logTensorboard?: string;
  logCsv?: string;
}

export function addLogs(command: Command): Command {
  return command
    .option(
      "--log-tensorboard <folder>",
      "write TensorBoard's event files there, in a folder named like --out's",
      notEmpty("log-tensorboard"),
    )
    .option("--log-csv <file>", "write every event as a line of a CSV file", notEmpty("log-csv"));
}

/** A log, and what an error calls it. */
export interface NamedLog {
  readonly path: string;
  readonly write: EventLog;
}

/**
 * The logs that are asked for. Resumed work adds to those of the same run; new work replaces them with its first event.
 * @param folder the folder of the run
 * @throws WriteError if they cannot be written
 */
export function openLogs({ logTensorboard, logCsv }: LogFlags, folder: string, resumed: boolean): NamedLog[] {
  const logs: NamedLog[] = [];
  const add = (path: string, write: EventLog, clear: () => void) => {
    let cleared = resumed;
    logs.push({
      path,
      write: (event) => {
        if (!cleared) clear();
        cleared = true;
        write(event);
      },
    });
  };
  if (logTensorboard !== undefined) {
    const path = join(logTensorboard, basename(resolve(folder)));
    prepareFolder(path);
    const ours = () => readdirSync(path).filter((name) => /^events\.out\.tfevents\.[\d.]+\.qstill$/.test(name));
    add(path, tensorBoardLog(path), () => {
      for (const name of ours()) removeFile(join(path, name));
    });
  }
  if (logCsv !== undefined) {
    checkNoFolder(logCsv);
    add(logCsv, csvLog(logCsv), () => writeOutput(logCsv, "")); // not removed: it may be a device
  }
  return logs;
}
