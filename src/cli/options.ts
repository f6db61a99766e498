// Turns configuration options into command-line options and back: kebab-case names; the same defaults, checks and
// sentences.
import { type Command, Option as Flag } from "commander";
import { checkedThreads } from "../dqn/configure.js";
import { checkedCopies, checkedEpisodes, checkedSeed } from "../evaluate/checks.js";
import type { Activation } from "../model/model.js";
import { checkOptions, type Option, type Options, parseNumber } from "../training/options.js";
import { UsageError } from "./errors.js";

/** For each command-line option, without its dashes: the field of a configuration that it sets. */
type FlagNames = ReadonlyMap<string, string>;

/**
 * Adds an option for each field of a configuration, "learningRate" as --learning-rate.
 * @param sentences what each option is: see descriptions.generated.ts
 * @param prefix is put before a name that `taken` already holds
 * @param note what the help says of all these options
 */
export function addConfigOptions<Config>(
  command: Command,
  heading: string,
  options: Options<Config>,
  sentences: { readonly [Name in keyof Config]: string },
  prefix = "",
  taken: ReadonlySet<string> = new Set(),
  note = " (an environment's preset may replace a default)",
): FlagNames {
  const names = new Map<string, string>();
  for (const name of Object.keys(options) as (keyof Config & string)[]) {
    const flag = flagOf(taken.has(name) ? `${prefix}-${name}` : name);
    const sentence = sentences[name];
    const what = `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)} (${options[name].allowed.replace(/,$/, "")}; default: ${shownDefault(options[name])})`;
    command.addOption(new Flag(`--${flag} <value>`, what).helpGroup(`${heading}${note}:`));
    names.set(name, flag);
  }
  return names;
}

/**
 * The fields that the command line sets. @throws ConfigError for a value that is not allowed; it names the option as
 * given
 */
export function readConfigOptions<Config extends object>(
  command: Command,
  options: Options<Config>,
  names: FlagNames,
): Partial<Config> {
  const given = command.opts();
  const config: Record<string, unknown> = {};
  for (const [name, flag] of names) {
    const text = given[camel(flag)];
    if (text !== undefined) config[name] = options[name as keyof Config].parse(text);
  }
  checkOptions("", options, config, (name) => `--${names.get(name)}`);
  return config;
}

/** Of what a configuration file gives, the fields that the command has options for. */
export function applying<Config extends object>(options: Options<Config>, given: object = {}): Partial<Config> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in options)) as Partial<Config>;
}

/** Options of every command that can read another library's model. */
export interface ImportFlags {
  activation?: Activation;
}

/** --activation, for files that do not say what stands between the layers. */
export function activationOption(): Flag {
  const what = "activation between the layers of an imported model, if its file does not say it (default: relu)";
  return new Flag("--activation <name>", what).choices(["relu", "tanh"]);
}

/** A seed from a command line's text. @throws ConfigError for anything that is not a seed */
export function readSeed(text: string): number {
  return checkedSeed(parseNumber(text));
}

/** A number of episodes from a command line's text. @throws ConfigError for anything that is not one */
export function readEpisodes(text: string): number {
  return checkedEpisodes(parseNumber(text));
}

/** --copies, for environments that answer later. */
export function copiesOption(): Flag {
  const what = "copies of the environment that play at the same time, for one that answers later (default: 1)";
  return new Flag("--copies <number>", what).argParser((text: string) => checkedCopies(parseNumber(text)));
}

/** A number of threads from a command line's text. @throws ConfigError for anything that is not one */
export function readThreads(text: string): number {
  return checkedThreads(parseNumber(text));
}

/** Reads a whole number from `least` to `most`. @throws UsageError for anything else */
export function readCount(name: string, most: number, least = 1): (text: string) => number {
  return (text) => {
    const value = parseNumber(text);
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
    throw new UsageError(`--${name} is ${JSON.stringify(text)}: a whole number from ${least} to ${most} is allowed`);
  };
}

/** Reads a text that must not be empty. @throws UsageError for an empty one */
export function notEmpty(name: string): (text: string) => string {
  return (text) => {
    if (text === "") throw new UsageError(`--${name} is "": a path is needed`);
    return text;
  };
}

/** The flag of an option, without its dashes: learning-rate for learningRate. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/--+/g, "-");
}

/** An option's default, written as the command line takes it. */
export function shownDefault({ default: value }: Option<unknown>): string {
  return Array.isArray(value) ? value.join(",") : String(value ?? "none");
}

function camel(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
