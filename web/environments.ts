// The environments to choose from: what the page says of each, and what must be loaded for it.
import { environmentIds } from "qstill";
import { type Field, listed } from "./environments.generated.ts";
import type { Language } from "./texts.ts";

export interface Environment {
  readonly id: string;
  /** The heading under which it is listed. */
  readonly field: Field;
  /** What there is to do. */
  readonly task: Readonly<Record<Language, string>>;
  /** Steps in a second of its world. If the world has no clock, as many as people can follow. */
  readonly stepsPerSecond: number;
  /** How long a run with the preset takes, in seconds, roughly, on one core. */
  readonly seconds: number;
  /** Registers it, with its preset. */
  readonly load?: () => Promise<unknown>;
}

export const environments = listed;

/** Registers an environment if this has not been done. @throws Error for an id that is not in {@link environments} */
export async function loadEnvironment(id: string): Promise<void> {
  if (environmentIds().includes(id)) return;
  const environment = environments.find((each) => each.id === id);
  if (environment?.load === undefined) throw new Error(`unknown environment ${JSON.stringify(id)}`);
  await environment.load();
}
