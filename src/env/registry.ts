// Which environments there are.
import { acrobot } from "./acrobot.js";
import { cartPole } from "./cartpole.js";
import { checkedEnv, described } from "./custom.js";
import type { CustomEnv, Env, EnvSource } from "./env.js";
import type { KnownEnv, Presets } from "./known.js";
import { mountainCar } from "./mountain-car.js";

const known = new Map<string, KnownEnv>();
const presetsById: Record<string, Presets> = {};

/** The presets of all registered environments that have some. */
export const presets: Readonly<Record<string, Presets>> = presetsById;

// those of the entry point; the others register themselves where they are imported
register(cartPole, mountainCar, acrobot);

/** No environment of this id is registered. */
export class UnknownEnvironmentError extends Error {
  override readonly name = "UnknownEnvironmentError";
  /** The id that was asked for. */
  readonly id: string;

  constructor(id: string) {
    const known = environmentIds().join(", ");
    super(
      `unknown environment ${JSON.stringify(id)}: available are ${known}; import others, "qstill/env/minatar" for one`,
    );
    this.id = id;
  }
}

/**
 * A new environment of a registered id.
 * @throws UnknownEnvironmentError where there is none
 */
export function makeEnv(id: string): Env {
  const env = known.get(id);
  if (env === undefined) throw new UnknownEnvironmentError(id);
  return env.make();
}

/**
 * The environment of an id, or a function's own with every observation and reward checked.
 * @throws UnknownEnvironmentError for an id that nobody registered, TypeError for a function's result that is no
 * environment, RangeError for sizes that are not allowed
 */
export function resolveEnv(source: EnvSource): Env {
  if (typeof source === "string") return makeEnv(source);
  if (typeof source !== "function") {
    throw new TypeError(`an environment is an id or a function that makes one: ${described(source)} was given`);
  }
  return checkedEnv(source());
}

/**
 * Adds an environment, which {@link makeEnv} and whatever takes an id then find; what it gives is checked.
 * @throws Error where the id is taken
 */
export function registerEnv(id: string, make: () => CustomEnv): void {
  register({ id, make: () => checkedEnv(make()) });
}

/** Adds environments of this library, which need no check at each step. @throws Error where an id is taken */
export function register(...envs: readonly KnownEnv[]): void {
  for (const env of envs) {
    if (known.has(env.id)) throw new Error(`environment ${JSON.stringify(env.id)} is already registered`);
    known.set(env.id, env);
    if (env.presets !== undefined) presetsById[env.id] = env.presets;
  }
}

/** The ids of all registered environments, in the order of their registration. */
export function environmentIds(): string[] {
  return [...known.keys()];
}

/** All that is known of a registered environment, or undefined. */
export function knownEnv(id: string): KnownEnv | undefined {
  return known.get(id);
}
