// Environments of Gymnasium under the ids that the command line gives them, such as gymnasium:CartPole-v1.
import { checkedAnyEnv } from "../env/custom.js";
import type { Env } from "../env/env.js";
import { knownEnv, register } from "../env/registry.js";
import { type GymnasiumOptions, gymnasium, prefix } from "./gymnasium.node.js";

const registered = new Set<string>();

/** Whether a text names an environment of Gymnasium. */
export function isGymnasium(text: string): boolean {
  return text.startsWith(prefix);
}

/**
 * Registers an environment of Gymnasium under its id with `gymnasium:`. Python runs it: only an id that the user gave may
 * stand here, never one from a file. If an environment here has the same id and sizes, its presets apply.
 * @returns the id
 * @throws ConfigError in one line if it cannot be played
 */
export function registerGymnasium(id: string, options: GymnasiumOptions): string {
  if (registered.has(id)) return id;
  const name = id.slice(prefix.length);
  const source = gymnasium(name, options);
  const make = () => checkedAnyEnv(source(), id) as Env;
  const { observationSize, actionCount } = make(); // made now, so that an error comes before any work
  const ours = knownEnv(name);
  const sizes = ours?.presets && ours.make();
  const alike = sizes?.observationSize === observationSize && sizes.actionCount === actionCount;
  register({ id, make, presets: alike ? ours?.presets : undefined });
  registered.add(id);
  return id;
}
