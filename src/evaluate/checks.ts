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

/** @throws ConfigError for anything that is not a number of episodes */
export function checkedEpisodes(episodes: unknown): number {
  return checkedCount("episodes", episodes, 1_000_000);
}

/** @throws ConfigError for anything that is not a number of copies of an environment */
export function checkedCopies(copies: unknown): number {
  return checkedCount("copies", copies, 1024);
}

function checkedCount(name: string, count: unknown, most: number): number {
  if (Number.isInteger(count) && (count as number) >= 1 && (count as number) <= most) return count as number;
  throw new ConfigError(`${name} is ${shown(count)}: a whole number from 1 to ${most} is allowed`);
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
export function checkFit(
  what: string,
  { environment, widths }: Sized,
  env: Pick<Env, "id" | "observationSize" | "actionCount">,
): void {
  if (widths === undefined) return;
  const inputs = widths[0];
  const outputs = widths[widths.length - 1];
  if (inputs === env.observationSize && outputs === env.actionCount) return;
  const trained = !environment ? "" : `, trained in ${environment},`;
  throw new ConfigError(
    `the ${what}${trained} has ${inputs} inputs and ${outputs} outputs, but ${env.id} has ${sizesOf(env)}`,
  );
}

/** An environment's sizes, as an error shows them. */
export function sizesOf({ observationSize, actionCount }: Pick<Env, "observationSize" | "actionCount">): string {
  return `${observationSize} features and ${actionCount} actions`;
}

/** A value as an error shows it, on one line. A list is shown by its elements. */
export function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(shown).join(", ")}]` : described(value);
}
