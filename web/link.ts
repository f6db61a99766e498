// Writes a configuration as the part of an address behind "#", and reads it back.
import { studentOptions, teacherOptions } from "qstill";
import { withoutPreset, written } from "./configuration.ts";
import { environments } from "./environments.ts";
import type { Configuration } from "./messages.ts";

/** The content of a link. */
export interface Link {
  readonly configuration: Configuration;
  /** Whether the run starts at once. */
  readonly run: boolean;
  /** The hash of the weights with which the run is expected to end. */
  readonly weights?: string;
}

/** A link says something that is not allowed. */
export class LinkError extends Error {
  /** The field's name, and its value in the link. */
  readonly field: string;
  readonly value: string;

  constructor(field: string, value: string) {
    super(`the link's ${field} is ${JSON.stringify(value)}`);
    this.field = field;
    this.value = value;
  }
}

const largestSeed = Number.MAX_SAFE_INTEGER;

/**
 * `env=CartPole-v1&seed=0&teacher.hidden=64,64`: readable, and in the order of the configuration. It holds only what
 * differs from the preset.
 */
export function writeLink(configuration: Configuration, weights?: string): string {
  const { env, seed, teacher, student } = withoutPreset(configuration);
  const fields: [string, unknown][] = [
    ["env", env],
    ["seed", seed],
    ...Object.entries(teacher).map(([name, value]): [string, unknown] => [`teacher.${name}`, value]),
    ...Object.entries(student).map(([name, value]): [string, unknown] => [`student.${name}`, value]),
  ];
  if (weights !== undefined) fields.push(["run", 1], ["weights", weights]);
  return fields.map(([name, value]) => `${name}=${escaped(written(value))}`).join("&");
}

/** @returns undefined for an empty link @throws LinkError */
export function readLink(text: string): Link | undefined {
  const fields = new URLSearchParams(text.replace(/^#/, ""));
  if (!fields.has("env")) return undefined;
  const teacher: Record<string, unknown> = {};
  const student: Record<string, unknown> = {};
  let env = "";
  let seed = 0;
  let run = false;
  let weights: string | undefined;
  for (const [field, value] of fields) {
    if (field === "env" && environments.some(({ id }) => id === value)) env = value;
    else if (field === "seed" && isSeed(value)) seed = Number(value);
    else if (field === "run") run = value === "1";
    else if (field === "weights" && /^[0-9a-f]{64}$/.test(value)) weights = value;
    else if (field.startsWith("teacher.")) take(teacher, teacherOptions, field, value);
    else if (field.startsWith("student.")) take(student, studentOptions, field, value);
    else throw new LinkError(field, value);
  }
  return { configuration: { env, seed, teacher, student }, run, weights };
}

export function isSeed(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) <= largestSeed;
}

function take(
  config: Record<string, unknown>,
  options: typeof teacherOptions | typeof studentOptions,
  field: string,
  text: string,
): void {
  const name = field.slice(field.indexOf(".") + 1);
  if (!Object.hasOwn(options, name)) throw new LinkError(field, text);
  const option = options[name as keyof typeof options] as (typeof options)["hidden"];
  const value = option.parse(text);
  if (!option.accepts(value)) throw new LinkError(field, text);
  config[name] = value;
}

/** Percent-encodes only what an address cannot hold. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%2F", "/");
}
