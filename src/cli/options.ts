// From configuration options to command-line options and back: kebab-case names, the same defaults and checks.
import { type Command, Option as Flag } from "commander";
import type { Options } from "../dqn/options.js";
import { UsageError } from "./errors.js";

/** Which command-line option sets which field of a configuration. */
type FlagNames = ReadonlyMap<string, string>;

/**
 * Adds an option for each field of a configuration, "learningRate" as --learning-rate.
 * @param prefix is put before names that `taken` holds already
 */
export function addConfigOptions<Config>(
  command: Command,
  heading: string,
  options: Options<Config>,
  prefix = "",
  taken: ReadonlySet<string> = new Set(),
): FlagNames {
  const names = new Map<string, string>();
  for (const name of Object.keys(options) as (keyof Config & string)[]) {
    const flag = kebab(taken.has(name) ? `${prefix}-${name}` : name);
    const { description, default: value } = options[name];
    const shown = Array.isArray(value) ? value.join(",") : (value ?? "none");
    command.addOption(new Flag(`--${flag} <value>`, `${description} (default: ${shown})`).helpGroup(heading));
    names.set(name, camel(flag));
  }
  return names;
}

/** The fields that the command line sets. */
export function readConfigOptions<Config>(
  command: Command,
  options: Options<Config>,
  names: FlagNames,
): Partial<Config> {
  const given = command.opts();
  const config: Record<string, unknown> = {};
  for (const [name, flag] of names) {
    if (given[flag] !== undefined) config[name] = options[name as keyof Config].parse(given[flag]);
  }
  return config as Partial<Config>;
}

/** A whole number from a command line's text. @throws UsageError for anything else */
export function wholeNumber(name: string, from: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < from) {
      throw new UsageError(`${name} is "${text}": a whole number from ${from} on is allowed`);
    }
    return value;
  };
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/--+/g, "-");
}

function camel(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
