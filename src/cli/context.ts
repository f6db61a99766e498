// What every command that trains reads: its options, its environment and its configuration file.
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { closest, distance } from "fastest-levenshtein";
import { version } from "../core/version.js";
import { studentOptions } from "../distill/config.js";
import { jointOptions } from "../distill/joint-config.js";
import { teacherOptions } from "../dqn/config.js";
import { environmentIds, makeEnv, UnknownEnvironmentError } from "../env/registry.js";
import { checkedSeed, shown } from "../evaluate/checks.js";
import { type EnvFile, registerEnvFile } from "../experiments/env-file.js";
import { isGymnasium } from "../gymnasium/register.node.js";
import type { Model, ModelData } from "../model/model.js";
import { offlineOptions } from "../offline/config.js";
import { checkOptions, parseNumber } from "../training/options.js";
import { oneLine, UsageError } from "./errors.js";
import { readJson, readModel } from "./files.js";
import type { LogFlags } from "./logs.js";
import { notEmpty, readSeed, readThreads } from "./options.js";

/** Options of every command that trains. */
export interface CommonOptions extends EnvFlags, LogFlags {
  seed?: number;
  out?: string;
  config?: string;
  resume?: boolean;
  json?: boolean;
  quiet?: boolean;
  threads?: number;
  checkpointInterval?: number;
  keepCheckpoint?: boolean;
  from?: string;
}

export function addCommonOptions(command: Command, out = "runs/<env>-<seed>"): Command {
  return command
    .option("--seed <number>", "everything random is derived from it (default: 0)", readSeed)
    .option("--out <folder>", `folder for the files (default: ${out})`, notEmpty("out"))
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

/** Adds --from. @param what what begins with the weights of that file */
export function addStart(command: Command, what: string): Command {
  const from = `a saved model with whose weights ${what} begins; hidden is then by default as in it`;
  return command.option("--from <file>", from, notEmpty("from"));
}

/** The model of --from. @throws UsageError for a file that is none */
export function readStart({ from }: Pick<CommonOptions, "from">): Model | undefined {
  return from === undefined ? undefined : readModel(from);
}

/** A name with at most this many wrong letters is taken for a typing error. */
const slips = 3;

/** Options of every command that takes an environment. */
export interface EnvFlags {
  envOptions?: Readonly<Record<string, unknown>>;
  python?: string;
}

/** What the help says of an environment that a command takes. */
export const environmentHelp =
  "environment: an id (qstill envs lists all), a file such as ./my-env.js, or gymnasium:<id>";

/** Adds --env-options and --python. */
export function addEnvOptions(command: Command): Command {
  return command
    .option(
      "--env-options <json>",
      "an object for the function that a file exports, or Gymnasium's keyword arguments",
      readEnvOptions,
    )
    .option(
      "--python <file>",
      "the Python that has gymnasium (default: the variable QSTILL_PYTHON, or python3)",
      notEmpty("python"),
    );
}

/** Adds --env, and {@link addEnvOptions}. @param otherwise the environment without --env */
export function addEnv(command: Command, otherwise: string): Command {
  return addEnvOptions(command.option("--env <env>", `${environmentHelp} (default: ${otherwise})`));
}

function readEnvOptions(text: string): Record<string, unknown> {
  const needed = `a JSON object is needed, such as '{"length": 8}'`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`--env-options is ${JSON.stringify(text)}: ${needed}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UsageError(`--env-options is ${JSON.stringify(value)}: ${needed}`);
}

/** Where a command's environment may come from besides the command line. There it is only text: no path is followed. */
interface EnvOtherwise {
  /** How the command line names one. */
  readonly how?: string;
  readonly file?: ConfigFile;
  /** The model that the command works with. */
  readonly model?: Pick<ModelData, "environment">;
}

/**
 * The id of the environment that a command works with, which is then registered: the one that the command line names,
 * or else that of the configuration file, or else the model's.
 * @param given an id, the path of a file, which is imported, or gymnasium: and what Python is to play
 * @throws UsageError if there is none or it is not known, ConfigError for a file that holds no environment
 */
export async function chosenEnvironment(
  given: string | undefined,
  { envOptions, config, python }: EnvFlags & { readonly config?: string },
  { how = "--env", file = {}, model }: EnvOtherwise = {},
): Promise<string> {
  const options = envOptions ?? file.envOptions;
  if (given !== undefined && isGymnasium(given)) return registerEnvFile({ path: given, options, python });
  if (python !== undefined) throw pythonUnused();
  if (given !== undefined && isFile(given)) return registerEnvFile({ path: given, options });
  const id = given ?? file.env ?? model?.environment;
  if (id === undefined) throw new UsageError("no environment given: name one (qstill envs lists all)");
  if (given === undefined && id === "")
    throw new UsageError(`the model's file does not say its environment: give ${how} (qstill envs lists all)`);
  if (given === undefined && !environmentIds().includes(id)) {
    const what = file.env === undefined ? "the model's environment" : `${config}: env`;
    const again = isGymnasium(id)
      ? `give ${how === "--env" ? `--env ${id}` : `${id} as ${how}`} to play it`
      : `give ${how}, an id or a file such as ./my-env.js`;
    throw new UsageError(`${what} is ${JSON.stringify(id)}, which is not registered: ${again}`);
  }
  const known = checkedEnvironment(id);
  if (options === undefined) return known;
  const from = envOptions === undefined ? `${config}: envOptions` : "--env-options";
  throw new UsageError(
    `${from} is for an environment from a file, such as ./my-env.js, or from Gymnasium: ${known} takes none`,
  );
}

/** What is wrong with --python where nothing of Gymnasium is played. */
export function pythonUnused(): UsageError {
  return new UsageError("--python is for an environment of Gymnasium, such as gymnasium:CartPole-v1");
}

/** Whether a command's text names an environment that is not of this library: a file, or one of Gymnasium. */
export function isOutside(text: string): boolean {
  return isFile(text) || isGymnasium(text);
}

/** What a worker needs to make such an environment, too. */
export function envFileOf(path: string, { envOptions, python }: EnvFlags): EnvFile {
  return { path, options: envOptions, python };
}

/** The same of the environment that a command was given; nothing if workers have it. */
export function envFilesOf(given: string | undefined, { envOptions, python }: EnvFlags, file: ConfigFile): EnvFile[] {
  if (given === undefined || !isOutside(given)) return [];
  return [envFileOf(given, { envOptions: envOptions ?? file.envOptions, python })];
}

/** Whether a command's text names a file, and not a registered environment. */
export function isFile(text: string): boolean {
  if (environmentIds().includes(text)) return false;
  const isPath = /^\.{0,2}[/\\]|^[A-Za-z]:[/\\]|\.[cm]?[jt]s$/.test(text);
  return isPath || (/[/\\]/.test(text) && existsSync(text)); // an id may have a slash, too
}

/** The id, if there is such an environment. @throws UsageError otherwise; it suggests the name that may be meant */
function checkedEnvironment(id: string): string {
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

/** The fields that a configuration file may have. */
export interface ConfigFile {
  env?: string;
  /** What the function of an environment's file was given. */
  envOptions?: Readonly<Record<string, unknown>>;
  seed?: number;
  teacher?: Record<string, unknown>;
  student?: Record<string, unknown>;
  joint?: Record<string, unknown>;
  offline?: Record<string, unknown>;
}

const fields = {
  env: "string",
  envOptions: "object",
  seed: "number",
  teacher: "object",
  student: "object",
  joint: "object",
  offline: "object",
};

/**
 * Reads a configuration file, or the configuration in a run's summary.json.
 * @throws UsageError for a file that is neither, a run of another version, and an option that is not allowed
 */
export function readConfigFile(path: string | undefined): ConfigFile {
  if (path === undefined) return {};
  const file = readJson(path);
  if (file.config !== undefined && file.version !== version) {
    throw new UsageError(
      `${path} is of version ${shown(file.version)}, and ${version} trains in another way: its config, in a file of its own, begins a new run`,
    );
  }
  const config = (file.config ?? file) as Record<string, unknown>;
  for (const [name, value] of Object.entries(config)) {
    if (!Object.hasOwn(fields, name)) {
      throw new UsageError(
        `${path}: unknown field ${JSON.stringify(name)}: allowed are ${Object.keys(fields).join(", ")}`,
      );
    }
    const expected = fields[name as keyof typeof fields];
    if (typeof value !== expected || value === null || Array.isArray(value)) {
      throw new UsageError(`${path}: ${name} is ${shown(value)}: a value of type ${expected} is allowed`);
    }
  }
  const checked = config as ConfigFile;
  try {
    checkedSeed(checked.seed ?? 0);
    checkOptions("teacher", teacherOptions, checked.teacher ?? {}, (name) => `teacher.${name}`);
    checkOptions("student", studentOptions, checked.student ?? {}, (name) => `student.${name}`);
    checkOptions("offline", offlineOptions, checked.offline ?? {}, (name) => `offline.${name}`);
    checkOptions("joint", jointOptions, checked.joint ?? {}, (name) => `joint.${name}`);
  } catch (error) {
    throw new UsageError(`${path}: ${oneLine(error)}`);
  }
  return checked;
}
