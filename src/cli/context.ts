// What every command that trains reads: its options, its environment and its configuration file.
import type { Command } from "commander";
import { closest, distance } from "fastest-levenshtein";
import { studentOptions } from "../distill/config.js";
import { jointOptions } from "../distill/joint-config.js";
import { teacherOptions } from "../dqn/config.js";
import { environmentIds, makeEnv, UnknownEnvironmentError } from "../env/registry.js";
import { checkedSeed, shown } from "../evaluate/checks.js";
import { checkOptions, parseNumber } from "../training/options.js";
import { oneLine, UsageError } from "./errors.js";
import { readJson } from "./files.js";
import { notEmpty, readSeed, readThreads } from "./options.js";

/** Options of every command that trains. */
export interface CommonOptions {
  seed?: number;
  out?: string;
  config?: string;
  resume?: boolean;
  json?: boolean;
  quiet?: boolean;
  threads?: number;
  checkpointInterval?: number;
  keepCheckpoint?: boolean;
}

export function addCommonOptions(command: Command): Command {
  return command
    .option("--seed <number>", "everything random is derived from it (default: 0)", readSeed)
    .option("--out <folder>", "folder for the files (default: runs/<env>-<seed>)", notEmpty("out"))
    .option(
      "--config <file>",
      "a configuration, or the summary.json of a run to repeat; command-line options override it",
    )
    .option("--resume", "go on from what an earlier, stopped or killed command left in the folder")
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors");
}

/** Adds the options of commands that write checkpoints while they work. */
export function addCheckpoints(command: Command): Command {
  return command
    .option(
      "--checkpoint-interval <seconds>",
      "time from one checkpoint to the next; 0: none but when it is stopped (default: 30)",
      readInterval,
    )
    .option("--keep-checkpoint", "keep the last checkpoint, so that finished work can go on longer");
}

function readInterval(text: string): number {
  const value = parseNumber(text);
  if (typeof value === "number" && value >= 0 && value < Infinity) return value;
  throw new UsageError(`--checkpoint-interval is ${JSON.stringify(text)}: a number of seconds from 0 on is allowed`);
}

/** Adds --threads to a command that trains a teacher. */
export function addThreads(command: Command): Command {
  return command.option(
    "--threads <number>",
    "threads for the teacher's updates, 1 or 2, with the same bits; 2 are faster from 128 units a layer if two cores are idle (default: 1)",
    readThreads,
  );
}

/** A name with at most this many wrong letters is taken for a typing error. */
const slips = 3;

/** The id, if there is such an environment. @throws UsageError otherwise; it suggests the name that may be meant */
export function checkedEnvironment(id: string): string {
  if (id === "")
    throw new UsageError("the model's file does not say its environment: give --env (qstill envs lists all)");
  try {
    makeEnv(id);
    return id;
  } catch (error) {
    if (!(error instanceof UnknownEnvironmentError)) throw error;
    const given = id.toLowerCase();
    const names = new Map(environmentIds().map((name) => [name.toLowerCase(), name]));
    const nearest = closest(given, [...names.keys()]);
    const meant = distance(given, nearest) <= slips ? `: did you mean "${names.get(nearest)}"?` : "";
    throw new UsageError(`unknown environment ${JSON.stringify(id)}${meant} (qstill envs lists all)`);
  }
}

/** The environment that the command line or its configuration file names. @throws UsageError if neither does */
export function chosenEnvironment(argument: string | undefined, file: ConfigFile): string {
  const id = argument ?? file.env;
  if (id === undefined) throw new UsageError("no environment given: name one (qstill envs lists all)");
  return checkedEnvironment(id);
}

/** The fields that a configuration file may have. */
export interface ConfigFile {
  env?: string;
  seed?: number;
  teacher?: Record<string, unknown>;
  student?: Record<string, unknown>;
  joint?: Record<string, unknown>;
}

const fields = { env: "string", seed: "number", teacher: "object", student: "object", joint: "object" };

/**
 * Reads a configuration file, or the configuration in a run's summary.json.
 * @throws UsageError for a file that is neither, and for an option that is not allowed
 */
export function readConfigFile(path: string | undefined): ConfigFile {
  if (path === undefined) return {};
  const file = readJson(path);
  const config = (file.config ?? file) as Record<string, unknown>;
  for (const [name, value] of Object.entries(config)) {
    if (!Object.hasOwn(fields, name)) {
      throw new UsageError(
        `${path}: unknown field ${JSON.stringify(name)}: allowed are ${Object.keys(fields).join(", ")}`,
      );
    }
    const expected = fields[name as keyof typeof fields];
    if (typeof value !== expected || value === null) {
      throw new UsageError(`${path}: ${name} is ${shown(value)}: a value of type ${expected} is allowed`);
    }
  }
  const checked = config as ConfigFile;
  try {
    checkedSeed(checked.seed ?? 0);
    checkOptions("teacher", teacherOptions, checked.teacher ?? {}, (name) => `teacher.${name}`);
    checkOptions("student", studentOptions, checked.student ?? {}, (name) => `student.${name}`);
    checkOptions("joint", jointOptions, checked.joint ?? {}, (name) => `joint.${name}`);
  } catch (error) {
    throw new UsageError(`${path}: ${oneLine(error)}`);
  }
  return checked;
}
