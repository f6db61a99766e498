// What every call that plays episodes checks first: its seed, the number of episodes, and whether the network fits.
import { ConfigError } from "../core/config-error.js";
import { described } from "../core/needed.js";
import type { Env } from "../env/env.js";
import { isSeed } from "../env/seed-sequence.js";

/** @throws ConfigError for anything that is not a seed */
export function checkedSeed(seed: unknown): number {
  if (isSeed(seed)) return seed;
  throw new ConfigError(`seed is ${shown(seed)}: a whole number from 0 to ${Number.MAX_SAFE_INTEGER} is allowed`);
}

const mostEpisodes = 1_000_000;

/** @throws ConfigError for anything that is not a number of episodes */
export function checkedEpisodes(episodes: unknown): number {
  if (Number.isInteger(episodes) && (episodes as number) >= 1 && (episodes as number) <= mostEpisodes) {
    return episodes as number;
  }
  throw new ConfigError(`episodes is ${shown(episodes)}: a whole number from 1 to ${mostEpisodes} is allowed`);
}

/** What is known of a policy's sizes. A model has both fields; a function has neither. */
export interface Sized {
  /** Where it was trained. */
  readonly environment?: string;
  /** Observation size, hidden widths, action count. */
  readonly widths?: readonly number[];
}

/**
 * @param what what the error calls the policy
 * @throws ConfigError if the numbers of inputs and outputs differ from the environment's numbers of features and
 * actions
 */
export function checkFit(what: string, { environment, widths }: Sized, env: Env): void {
  if (widths === undefined) return;
  const inputs = widths[0];
  const outputs = widths[widths.length - 1];
  if (inputs === env.observationSize && outputs === env.actionCount) return;
  const trained = !environment ? "" : `, trained in ${environment},`;
  throw new ConfigError(
    `the ${what}${trained} has ${inputs} inputs and ${outputs} outputs, but ${env.id} has ${env.observationSize} features and ${env.actionCount} actions`,
  );
}

/** A value as an error shows it, on one line. A list is shown by its elements. */
export function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(shown).join(", ")}]` : described(value);
}
