// Environments of Gymnasium under the ids that the command line gives them, such as gymnasium:CartPole-v1.
import { ConfigError } from "../core/config-error.js";
import { checkedAnyEnv } from "../env/custom.js";
import type { Env } from "../env/env.js";
import { knownEnv, register } from "../env/registry.js";
import { type GymnasiumOptions, type GymnasiumSource, gymnasium, prefix } from "./gymnasium.node.js";

const registered = new Map<string, GymnasiumSource>();

/** Whether a text names an environment of Gymnasium. */
export function isGymnasium(text: string): boolean {
  return text.startsWith(prefix);
}

/**
 * Registers an environment of Gymnasium under its id with `gymnasium:`. Python runs it: only an id that the user gave may
 * stand here, never one from a file. If an environment here has the same id and sizes, its presets apply, but not with arguments of Gymnasium's.
 * @returns the id
 * @throws ConfigError in one line if it cannot be played
 */
export function registerGymnasium(id: string, options: GymnasiumOptions): string {
  if (registered.has(id)) return id;
  const name = id.slice(prefix.length);
  if (name === "") throw new ConfigError(`${prefix} is not an environment: ${prefix}CartPole-v1 is one, for example`);
  const source = gymnasium(name, options);
  const { kwargs } = options;
  const make = () => checkedAnyEnv(source(), id) as Env;
  const { observationSize, actionCount } = firstOf(make); // made now, so that an error comes before any work
  const isPlain = Object.keys(kwargs ?? {}).length === 0;
  const ours = isPlain ? knownEnv(name) : undefined; // arguments make another environment
  const sizes = ours?.presets && ours.make();
  const alike = sizes?.observationSize === observationSize && sizes.actionCount === actionCount;
  register({ id, make, presets: alike ? ours?.presets : undefined, options: kwargs });
  registered.set(id, source);
  return id;
}

/** @throws ConfigError also for sizes that are not allowed */
function firstOf(make: () => Env): Env {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigError(error.message, { cause: error });
  }
}

/** Ends Python, also where it hangs. */
export function closeGymnasium(): void {
  for (const source of registered.values()) source.close();
}
