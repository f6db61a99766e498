// qstill train --data: trains a teacher from a log. An environment only judges it.
import type { Command } from "commander";
import { teacherOptions } from "../dqn/config.js";
import { hiddenOf } from "../dqn/configure.js";
import type { Teacher } from "../dqn/teacher.js";
import { resolveAnyEnv } from "../env/registry.js";
import { offlineConfig, offlineOptions } from "../offline/config.js";
import { trainOffline } from "../offline/train.js";
import { type CommonOptions, chosenEnvironment, readConfigFile, readStart } from "./context.js";
import { dataHelp, nameOf, readData } from "./data.js";
import { descriptions } from "./descriptions.generated.js";
import { UsageError } from "./errors.js";
import { offlineLeft } from "./models.js";
import { addConfigOptions, flagOf, notEmpty, readConfigOptions } from "./options.js";
import { Workplace } from "./workplace.js";

/** The options of `qstill train`. */
export interface TrainFlags extends CommonOptions {
  data?: string;
}

/** A teacher that a command made, and where. */
export interface Made {
  readonly place: Workplace;
  readonly teacher: Teacher<{ readonly evaluationInterval: number }>;
  /** Absent: there is none, because it learned from a log. */
  readonly environment?: string;
  readonly seed: number;
  /** How many copies of the environment play at the same time. */
  readonly copies?: number;
}

const { updates, conservatism } = offlineOptions;

/** The options that only a training from a log has. */
const own = { updates, conservatism };

const flagsOf = (names: readonly string[]) => new Map(names.map((name) => [name, flagOf(name)]));

/** Adds --data and what goes only with it. A teacher's options must be there: most of them go with it, too. */
export function addDataOptions(command: Command): void {
  const what = `a log of steps to learn from, in place of an environment: ${dataHelp}`;
  command.option("--data <file>", what, notEmpty("data"));
  const note = " (--data; --n-step is then 1 by default)";
  addConfigOptions(command, "From a log", own, descriptions.offline, "", new Set(), note);
}

/** @throws UsageError for an option that goes only with --data */
export function checkWithoutData(command: Command): void {
  const [name] = Object.keys(readConfigOptions(command, own, flagsOf(Object.keys(own))));
  if (name !== undefined) throw new UsageError(`--${flagOf(name)} is for a log: it needs --data`);
}

/** @throws UsageError for an option that means nothing with --data */
function checkWithData(command: Command): void {
  const acting = Object.fromEntries(Object.entries(teacherOptions).filter(([name]) => !(name in offlineOptions)));
  const [name] = Object.keys(readConfigOptions(command, acting, flagsOf(Object.keys(acting))));
  if (name !== undefined) throw new UsageError(`--${flagOf(name)} means nothing with --data: nobody acts there`);
}

/** @param argument the environment, if there is one */
export async function trainFromLog(
  command: Command,
  path: string,
  argument: string | undefined,
  options: TrainFlags,
): Promise<Made> {
  checkWithData(command);
  const file = readConfigFile(options.config);
  const isNamed = (argument ?? file.env) !== undefined;
  const [needless] = (["envOptions", "python"] as const).filter((name) => options[name] !== undefined);
  if (!isNamed && needless !== undefined) {
    throw new UsageError(
      `--${flagOf(needless)} is for an environment, and none is named: nothing is played without one`,
    );
  }
  const id = isNamed ? await chosenEnvironment(argument, options, { how: "the environment", file }) : undefined;
  const env = id === undefined ? undefined : resolveAnyEnv(id);
  const seed = options.seed ?? file.seed ?? 0;
  const from = readStart(options);
  const set = { ...file.offline, ...readConfigOptions(command, offlineOptions, flagsOf(Object.keys(offlineOptions))) };
  const given = { ...set, ...hiddenOf(from, set) };
  const config = offlineConfig(given, env);
  const data = await readData(path, options);
  const place = new Workplace(id ?? nameOf(path, "log"), seed, options);
  const left = options.resume ? offlineLeft(place, data, env, seed, config, from) : {};
  const teacher = await place.made("teacher", left, (work) =>
    trainOffline(data, { ...given, ...work, env: id, from, seed, threads: options.threads }),
  );
  return { place, teacher, environment: id, seed };
}
