// The registry of environments.
import { need, needFunction, needObject } from "../core/needed.js";
import { acrobot } from "./acrobot.js";
import { cartPole } from "./cartpole.js";
import { answersAtOnce, checkedAnyEnv } from "./custom.js";
import type { AnyEnv, CustomEnv, Env, EnvSource } from "./env.js";
import type { KnownEnv, Presets } from "./known.js";
import { mountainCar } from "./mountain-car.js";

const known = new Map<string, KnownEnv>();
const presetsById: Record<string, Presets> = {};

/** The presets of all registered environments that have presets. */
export const presets: Readonly<Record<string, Presets>> = presetsById;

// the environments of the entry point; the others register themselves when they are imported
register(cartPole, mountainCar, acrobot);

/** No environment with this id is registered. */
export class UnknownEnvironmentError extends Error {
  override readonly name = "UnknownEnvironmentError";
  /** The requested id. */
  readonly id: string;

  constructor(id: string) {
    const known = environmentIds().join(", ");
    super(
      `unknown environment ${JSON.stringify(id)}: available are ${known}; import others, for example "qstill/env/minatar", or add your own with registerEnv(id, make)`,
    );
    this.id = id;
  }
}

/**
 * A new environment, by its registered id.
 * @throws UnknownEnvironmentError if the id is not registered
 */
export function makeEnv(id: string): Env {
  return answersAtOnce(made(id));
}

function made(id: string): AnyEnv {
  need(typeof id === "string", "id", id, "an environment's id");
  const env = known.get(id);
  if (env === undefined) throw new UnknownEnvironmentError(id);
  return env.make();
}

/**
 * The environment with an id, or the environment that a function makes. In the latter, every observation, reward and
 * mask is checked.
 * @param name what an error calls it
 * @throws UnknownEnvironmentError for an id that is not registered, TypeError if the function's result is not an
 * environment, RangeError for sizes that are not allowed
 */
export function resolveAnyEnv(source: EnvSource, name = "env"): AnyEnv {
  if (typeof source === "string") return made(source);
  needFunction(name, source, "an environment's id, or a function that makes one,");
  return checkedAnyEnv(source());
}

/**
 * As {@link resolveAnyEnv}, but the environment throws if it would answer with a promise.
 * @throws as resolveAnyEnv
 */
export function resolveEnv(source: EnvSource, name?: string): Env {
  return answersAtOnce(resolveAnyEnv(source, name));
}

/**
 * Adds an environment. Then {@link makeEnv} and everything that takes an id find it. Its observations and rewards are checked.
 * @param options `replace`: takes the place of an environment with the same id, whose presets no longer apply; `options`:
 * plain data with which `make` makes it: models record it, and work does not go on with others
 * @throws Error if the id is already registered and is not to be replaced; TypeError for an id that is not a text or is
 * empty, and for a `make` that is not a function
 */
export function registerEnv(
  id: string,
  make: () => CustomEnv,
  options: { readonly replace?: boolean; readonly options?: Readonly<Record<string, unknown>> } = {},
): void {
  need(typeof id === "string" && id !== "", "id", id, "a text that is not empty");
  needFunction("make", make, "a function that makes an environment");
  needObject("options", options);
  if (options.replace) {
    known.delete(id);
    delete presetsById[id];
  }
  register({ id, make: () => checkedAnyEnv(make(), id) as Env, options: options.options });
}

/** Adds environments of this library. They need no check at each step. @throws Error if an id is already registered */
export function register(...envs: readonly KnownEnv[]): void {
  for (const env of envs) {
    if (known.has(env.id))
      throw new Error(
        `environment ${JSON.stringify(env.id)} is already registered: registerEnv(id, make, { replace: true }) takes its place`,
      );
    known.set(env.id, env);
    if (env.presets !== undefined) presetsById[env.id] = env.presets;
  }
}

/** The ids of all registered environments, in the order of their registration. */
export function environmentIds(): string[] {
  return [...known.keys()];
}

/** Everything that is known about a registered environment; undefined if the id is not registered. */
export function knownEnv(id: string): KnownEnv | undefined {
  return known.get(id);
}
