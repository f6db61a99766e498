// What an option of a configuration is: its default, what is allowed, and how it is read from text.

import { ConfigError } from "../core/config-error.js";
import { needObject } from "../core/needed.js";
import { shown } from "../evaluate/checks.js";

/** Which numbers are allowed: from `from` to `to`; or more than `above`, up to `to`. */
export type NumberRange = { readonly to: number } & (
  | { readonly from: number; readonly above?: undefined }
  | { readonly above: number; readonly from?: undefined }
);

/** One option: everything that validation needs. The docstring above its entry says what the option means. */
export interface Option<T> {
  readonly default: T;
  /** What is allowed, in words. */
  readonly allowed: string;
  /** Which numbers are allowed, if the option is a number or a list of numbers. */
  readonly range?: NumberRange;
  /** Whether a number must be whole. */
  readonly whole?: boolean;
  /** Whether a value is allowed. */
  accepts(value: unknown): value is T;
  /** Reads a text. A text that cannot be read is returned unchanged, and `accepts` then refuses it. */
  parse(text: string): unknown;
}

/** An option for each field of a configuration. */
export type Options<Config> = { readonly [Name in keyof Config]: Option<Config[Name]> };

/** The configuration that the options describe: one field for each, with the docstring of the option's entry. */
export type ConfigOf<Entries> = {
  readonly [Name in keyof Entries]: Entries[Name] extends Option<infer Value> ? Value : never;
};

/** The same options with some defaults replaced. */
export function withDefaults<Config>(options: Options<Config>, defaults: Partial<Config>): Options<Config> {
  const changed: Record<string, Option<unknown>> = { ...options };
  for (const [name, value] of Object.entries(defaults)) changed[name] = { ...changed[name], default: value };
  return changed as unknown as Options<Config>;
}

/** A number from a text; a text that is not a number is returned unchanged. */
export function parseNumber(text: string): unknown {
  const number = Number(text);
  return text.trim() === "" || Number.isNaN(number) ? text : number;
}

/** A number. */
export function real(value: number, range: NumberRange, whole = false): Option<number> {
  const { from, above, to } = range;
  const least = above === undefined ? `from ${from} to ${to}` : `above ${above} and at most ${to}`;
  return {
    default: value,
    allowed: `a ${whole ? "whole " : ""}number ${least}`,
    range,
    whole,
    accepts: (given): given is number =>
      (whole ? Number.isInteger(given) : typeof given === "number") &&
      (given as number) <= to &&
      (above === undefined ? (given as number) >= from : (given as number) > above),
    parse: parseNumber,
  };
}

/** A whole number. */
export function whole(value: number, range: NumberRange): Option<number> {
  return real(value, range, true);
}

/** A finite number, or null, which means that it is not set. */
export function optionalNumber(value: number | null): Option<number | null> {
  return {
    default: value,
    allowed: "a finite number or none",
    accepts: (given): given is number | null => given === null || Number.isFinite(given),
    parse: (text) => (text === "none" ? null : parseNumber(text)),
  };
}

/** Another option, or null (the default), which means that it is not set. */
export function optional<T>(option: Option<T>): Option<T | null> {
  return {
    ...option,
    default: null,
    allowed: `${option.allowed} or none`,
    accepts: (given): given is T | null => given === null || option.accepts(given),
    parse: (text) => (text === "none" ? null : option.parse(text)),
  };
}

/** Names as an error lists them: "a, b or c". */
export function oneOfWords(names: readonly string[]): string {
  return names.join(", ").replace(/, ([^,]*)$/, " or $1");
}

/** One of several names. */
export function oneOf<Name extends string>(value: Name, names: readonly Name[]): Option<Name> {
  return {
    default: value,
    allowed: oneOfWords(names),
    accepts: (given): given is Name => names.includes(given as Name),
    parse: (text) => text,
  };
}

/** Yes or no. */
export function flag(value: boolean): Option<boolean> {
  return {
    default: value,
    allowed: "true or false",
    accepts: (given): given is boolean => typeof given === "boolean",
    parse: (text) => (text === "true" ? true : text === "false" ? false : text),
  };
}

const mostLayers = 8;
const widest = 4096;

/** The widths of the hidden layers. */
export function hiddenWidths(value: readonly number[]): Option<readonly number[]> {
  const accepts = (given: unknown): given is readonly number[] =>
    Array.isArray(given) &&
    given.length <= mostLayers &&
    given.every((width) => Number.isInteger(width) && width >= 1 && width <= widest);
  return {
    default: value,
    allowed: `a list of at most ${mostLayers} whole numbers from 1 to ${widest} with commas between them`,
    range: { from: 1, to: widest },
    whole: true,
    accepts,
    parse: (text) => (text === "none" ? [] : text.split(",").map(parseNumber)),
  };
}

/**
 * Makes a whole configuration: the defaults, then each of `layers` over them. The last layer is the strongest.
 * @throws ConfigError for an unknown name or a value that is not allowed, in one line
 */
export function configure<Config extends object>(
  what: string,
  options: Options<Config>,
  ...layers: readonly Partial<Config>[]
): Config {
  const config: Record<string, unknown> = {};
  const names = Object.keys(options) as (keyof Config & string)[];
  for (const name of names) config[name] = options[name].default;
  for (const layer of layers) {
    checkOptions(what, options, layer);
    for (const [name, value] of Object.entries(layer)) if (value !== undefined) config[name] = value;
  }
  return config as Config;
}

/**
 * @param called what an error calls an option: the name as the user wrote it
 * @throws ConfigError for an unknown name or a value that is not allowed, in one line
 */
export function checkOptions<Config extends object>(
  what: string,
  options: Options<Config>,
  given: object,
  called: (name: string) => string = (name) => name,
): asserts given is Partial<Config> {
  needObject("given", given, `an object of ${what} options`);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(options, name)) {
      throw new ConfigError(
        `unknown ${what} option ${JSON.stringify(called(name))}: allowed are ${Object.keys(options).join(", ")}`,
      );
    }
    const option = options[name as keyof Config];
    if (!option.accepts(value)) {
      throw new ConfigError(`${called(name)} is ${shown(value)}: ${option.allowed} is allowed`);
    }
  }
}
