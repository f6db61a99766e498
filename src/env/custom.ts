// The user's own environments: made by a function, wrapped into a full Env, and checked at every step.
import { described } from "../core/needed.js";
import { EnvBase, type EnvFacts } from "./base.js";
import type { CustomEnv, Env, ResetOptions, StepResult } from "./env.js";
import { Episode } from "./episode.js";

const largestObservation = 65_536;
const mostActions = 1024;

/** The time limit of an environment that has none. Without a limit, an evaluation of an endless episode would never end. */
const stepsWithoutLimit = 10_000;

/**
 * A user's object as a full {@link Env}. Every observation and reward is checked.
 * @param id the id of an object that has none
 * @throws TypeError for a value that is not an environment or was already given before, RangeError for sizes that are not
 * allowed
 */
export function checkedEnv(made: CustomEnv, id = "custom"): Env {
  const checked = made instanceof CheckedEnv ? made : new CheckedEnv(made, id);
  if (alreadyMade.has(made)) {
    throw new TypeError(
      `environment "${checked.id}": the function gave the same object twice: make a new one each time`,
    );
  }
  alreadyMade.add(made);
  return checked;
}

// training and evaluation step at the same time, so they cannot share one object
const alreadyMade = new WeakSet<CustomEnv>();

/** A user's environment as a full {@link Env}. Its errors say what the environment did wrong, and when. */
class CheckedEnv extends EnvBase {
  readonly #made: CustomEnv;
  readonly #episode: Episode;

  constructor(made: CustomEnv, id: string) {
    checkShape(made);
    super(made as CustomEnv & EnvFacts, {
      id: made.id ?? id,
      maxEpisodeSteps: made.maxEpisodeSteps ?? stepsWithoutLimit,
      featureNames: made.featureNames ?? numbered("feature", made.observationSize),
      actionNames: made.actionNames ?? numbered("action", made.actionCount),
    });
    this.#made = made;
    this.#episode = new Episode(this);
  }

  reset(options?: ResetOptions): Float32Array {
    const seed = this.#episode.start(options);
    this.#copy(this.#made.reset(seed === undefined ? undefined : { seed }));
    return this.#episode.result.observation;
  }

  step(action: number): StepResult {
    this.#episode.take(action);
    const given = this.#made.step(action);
    if (typeof given !== "object" || given === null || given instanceof Promise) {
      throw this.#refusal(`gave ${described(given)}: { observation, reward, terminated } is needed`);
    }
    const { observation, reward, terminated, truncated } = given;
    this.#copy(observation);
    if (typeof reward !== "number" || !Number.isFinite(Math.fround(reward))) {
      throw this.#refusal(`gave reward ${described(reward)}: a finite number that float32 can hold is needed`);
    }
    if (typeof terminated !== "boolean") {
      throw this.#refusal(`gave terminated ${described(terminated)}: true or false is needed`);
    }
    if (truncated !== undefined && typeof truncated !== "boolean") {
      throw this.#refusal(`gave truncated ${described(truncated)}: true or false is needed`);
    }
    return this.#episode.finish(reward, terminated, truncated);
  }

  #copy(given: ArrayLike<number>): void {
    if (given?.length !== this.observationSize) {
      const length: unknown = given?.length;
      const what =
        typeof length === "number" ? `an observation of length ${length}` : `${described(given)} as observation`;
      throw this.#refusal(`gave ${what}: ${this.observationSize} numbers are needed`);
    }
    const { observation } = this.#episode.result;
    for (let i = 0; i < observation.length; i++) {
      const value = given[i];
      observation[i] = value;
      if (typeof value !== "number" || !Number.isFinite(observation[i])) {
        throw this.#refusal(
          `gave an observation with ${described(value)} at index ${i}: a number that float32 can hold is needed`,
        );
      }
      if (this.byteObservations && (value & 255) !== value) {
        throw this.#refusal(`gave an observation with ${value} at index ${i}: byteObservations promises 0 to 255`);
      }
    }
  }

  #refusal(what: string): Error {
    const { steps } = this.#episode;
    return new Error(`${named(this.id)}: ${steps === 0 ? "reset" : `step ${steps}`} ${what}`);
  }
}

/** Checks everything that can be checked before the first step. @throws TypeError or RangeError */
function checkShape(made: CustomEnv): void {
  if (made instanceof Promise) {
    throw new TypeError("the function that makes an environment gave a Promise: it must return the environment itself");
  }
  if (typeof made !== "object" || made === null) {
    throw new TypeError(`the function that makes an environment gave ${described(made)}: an object is needed`);
  }
  if (made.id !== undefined && (typeof made.id !== "string" || made.id === "")) {
    throw new TypeError(`an environment has the id ${described(made.id)}: text is needed, or no id`);
  }
  const name = named(made.id ?? "custom");
  checkSize(name, "observationSize", made.observationSize, largestObservation);
  checkSize(name, "actionCount", made.actionCount, mostActions);
  if (made.maxEpisodeSteps !== undefined && made.maxEpisodeSteps !== Infinity) {
    checkSize(name, "maxEpisodeSteps", made.maxEpisodeSteps, Number.MAX_SAFE_INTEGER);
  }
  checkNames(name, "featureNames", made.featureNames, made.observationSize);
  checkNames(name, "actionNames", made.actionNames, made.actionCount);
  for (const method of ["reset", "step"] as const) {
    if (typeof made[method] !== "function") {
      throw new TypeError(`${name}: ${method} is ${described(made[method])}: a function is needed`);
    }
  }
}

function checkSize(name: string, what: string, value: number, limit: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= limit) return;
  throw new RangeError(`${name}: ${what} is ${described(value)}: a whole number from 1 to ${limit} is allowed`);
}

function checkNames(name: string, what: string, names: readonly string[] | undefined, count: number): void {
  if (names === undefined) return;
  if (!Array.isArray(names) || !names.every((each) => typeof each === "string")) {
    throw new TypeError(`${name}: ${what} is ${described(names)}: an array of text is needed`);
  }
  if (names.length !== count) {
    throw new RangeError(`${name}: ${what} has length ${names.length}: ${count} names are needed`);
  }
}

/** Names made from numbers, for features or actions without names. */
export function numbered(what: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${what} ${i}`);
}

function named(id: string): string {
  return `environment ${JSON.stringify(id)}`;
}
