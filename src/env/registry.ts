// Which environments there are: ids, and how each is made.
import { Acrobot } from "./acrobot.js";
import { CartPole } from "./cartpole.js";
import type { Env } from "./env.js";
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
    super(`unknown environment ${JSON.stringify(id)}: available are ${environmentIds().join(", ")}`);
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
 * Adds an environment, which {@link makeEnv} and whatever takes an id then find.
 * @throws Error where the id is taken
 */
export function registerEnv(id: string, make: () => Env): void {
  if (makers.has(id)) throw new Error(`environment ${JSON.stringify(id)} is already registered`);
  makers.set(id, make);
}

/** The ids of all registered environments, in the order of their registration. */
export function environmentIds(): string[] {
  return [...makers.keys()];
}
