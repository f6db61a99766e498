// Which environments there are: ids, and how each is made.
import { Acrobot } from "./acrobot.js";
import { CartPole } from "./cartpole.js";
import { checkedEnv, described } from "./custom.js";
import type { CustomEnv, Env, EnvSource } from "./env.js";
import { MountainCar } from "./mountain-car.js";

const makers = new Map<string, () => Env>([
  ["CartPole-v1", () => new CartPole()],
  ["MountainCar-v0", () => new MountainCar()],
  ["Acrobot-v1", () => new Acrobot()],
]);

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
  const make = makers.get(id);
  if (make === undefined) throw new UnknownEnvironmentError(id);
  return make();
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
  register(id, () => checkedEnv(make()));
}

/** Adds one of this library's own environments, which need no check at each step. */
export function register(id: string, make: () => Env): void {
  if (makers.has(id)) throw new Error(`environment ${JSON.stringify(id)} is already registered`);
  makers.set(id, make);
}

/** The ids of all registered environments, in the order of their registration. */
export function environmentIds(): string[] {
  return [...makers.keys()];
}
