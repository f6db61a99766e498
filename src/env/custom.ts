// The user's own environments: made by a function, wrapped into a full Env, and checked at every step.
import { described } from "../core/needed.js";
import { EnvBase, type EnvFacts } from "./base.js";
import type { AnyEnv, CustomEnv, CustomStep, Env, ResetOptions, StepResult } from "./env.js";
import { Episode } from "./episode.js";

export const largestObservation = 65_536;
export const mostActions = 1024;
export const mostCopies = 1024;

/** The time limit of an environment that has none. Without a limit, an evaluation of an endless episode would never end. */
const stepsWithoutLimit = 10_000;

/**
 * A user's object as a full environment. Every observation, reward and mask is checked.
 * @param id the id of an object that has none
 * @throws TypeError for a value that is not an environment or was already given before, RangeError for sizes that are not
 * allowed
 */
export function checkedAnyEnv(made: CustomEnv, id = "custom"): AnyEnv {
  const checked = made instanceof CheckedEnv ? made : new CheckedEnv(made, id);
  if (alreadyMade.has(made)) {
    throw new TypeError(
      `environment "${checked.id}": the function gave the same object twice: make a new one each time`,
    );
  }
  alreadyMade.add(made);
  return checked;
}

/**
 * As {@link checkedAnyEnv}, but `reset` and `step` throw if the object answers with a promise.
 * @throws as checkedAnyEnv
 */
export function checkedEnv(made: CustomEnv, id?: string): Env {
  return answersAtOnce(checkedAnyEnv(made, id));
}

/** The same environment, which from now on throws if it would answer with a promise. */
export function answersAtOnce(env: AnyEnv): Env {
  if (env instanceof CheckedEnv) env.mayAnswerLater = false;
  return env as Env;
}

// training and evaluation step at the same time, so they cannot share one object
const alreadyMade = new WeakSet<CustomEnv>();

/** A user's environment as a full {@link Env}. Its errors say what the environment did wrong, and when. */
class CheckedEnv extends EnvBase implements AnyEnv {
  /** Whether `reset` and `step` may return promises. */
  mayAnswerLater = true;
  readonly #made: CustomEnv;
  readonly #episode: Episode;
  #begun = 0;
  #seed: number | undefined;
  #mask: Uint8Array | undefined;
  /** Whether the environment has masks. Undefined before the first one could be read. */
  #hasMask: boolean | undefined;
  /** Whether an answer is still awaited. */
  #waiting = false;
  /** Whether any answer was a promise. */
  #everLater = false;

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

  get actionMask(): Uint8Array | undefined {
    return this.#mask;
  }

  get repeatable(): boolean | undefined {
    return this.#everLater ? false : this.#made.repeatable;
  }

  reset(options?: ResetOptions): Float32Array | Promise<Float32Array> {
    if (this.#waiting) throw this.#tooEarly("reset");
    this.#checkSizes();
    const seed = this.#episode.start(options);
    this.#begun++;
    this.#seed = seed;
    const given = this.#made.reset(seed === undefined ? undefined : { seed });
    return isPromise(given) ? this.#later(given, this.#begin) : this.#begin(given);
  }

  step(action: number): StepResult | Promise<StepResult> {
    if (this.#waiting) throw this.#tooEarly("step");
    this.#episode.take(action, this.#mask);
    const given = this.#made.step(action);
    return isPromise(given) ? this.#later(given, this.#finish) : this.#finish(given);
  }

  // A method, not an arrow function at its calls: one that uses `this` there would cost memory at every step.
  /** What follows from an answer, when it is there. */
  #later<Given, Result>(given: PromiseLike<Given>, next: (this: this, given: Given) => Result): Promise<Result> {
    const answer = Promise.resolve(given); // it may be a promise of another kind
    if (!this.mayAnswerLater) {
      answer.catch(() => {}); // nobody will wait for it
      throw this.#refusal(
        "gave a promise, but an answer is needed at once here: evaluateAsync and compareAsync wait for one",
      );
    }
    this.#everLater = true;
    this.#waiting = true;
    return answer.then(
      (value) => {
        this.#waiting = false;
        return next.call(this, value);
      },
      (reason: unknown) => {
        this.#waiting = false;
        const message = reason instanceof Error ? reason.message : String(reason);
        const which = `of episode ${this.#begun}${this.#seed === undefined ? "" : `, whose seed is ${this.#seed}`},`;
        throw new Error(this.#said(`${which} was rejected: ${message}`), { cause: reason });
      },
    );
  }

  #tooEarly(call: string): Error {
    return new Error(`${named(this.id)}: ${call}() while the answer to the call before is awaited: await it first`);
  }

  #begin(first: ArrayLike<number>): Float32Array {
    this.#copy(first);
    this.#readMask();
    return this.#episode.result.observation;
  }

  #finish(given: CustomStep): StepResult {
    if (typeof given !== "object" || given === null) {
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
    if (!terminated) this.#readMask();
    return this.#episode.finish(reward, terminated, truncated);
  }

  /** Copies the mask of the actions, if there is one. */
  #readMask(): void {
    const given = this.#made.actionMask;
    const has = given !== undefined;
    this.#hasMask ??= has;
    const had = this.#hasMask;
    if (!has && !had) return;
    if (has !== had) {
      const [now, before] = has ? ["an actionMask", "none"] : ["no actionMask", "one"];
      throw this.#refusal(`gave ${now}, but there was ${before} before: it is needed always, or never`);
    }
    const { actionCount } = this;
    if (given?.length !== actionCount) {
      const length: unknown = given?.length;
      const what =
        typeof length === "number" ? `an actionMask of length ${length}` : `${described(given)} as actionMask`;
      throw this.#refusal(
        `gave ${what}: ${actionCount} numbers are needed, 1 for each allowed action and 0 for others`,
      );
    }
    this.#mask ??= new Uint8Array(actionCount);
    const mask = this.#mask;
    for (let i = 0; i < actionCount; i++) {
      const value = Number(given[i]);
      if (value !== 0 && value !== 1) {
        throw this.#refusal(`gave an actionMask with ${described(given[i])} at index ${i}: 0 or 1 is needed`);
      }
      mask[i] = value;
    }
    if (!mask.includes(1)) throw this.#refusal("gave an actionMask of zeros: at least one action must be allowed");
  }

  #checkSizes(): void {
    for (const size of ["observationSize", "actionCount"] as const) {
      if (this.#made[size] === this[size]) continue;
      throw new Error(
        `${named(this.id)}: ${size} is ${described(this.#made[size])} now and was ${this[size]}: it must not change`,
      );
    }
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
    return new Error(this.#said(what));
  }

  #said(what: string): string {
    const { steps } = this.#episode;
    return `${named(this.id)}: ${steps === 0 ? "reset" : `step ${steps}`} ${what}`;
  }
}

/** Whether an answer comes later. */
export function isPromise<Value>(given: Value | Promise<Value>): given is Promise<Value> {
  return typeof (given as Promise<Value> | undefined)?.then === "function";
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
  if (made.copies !== undefined) checkSize(name, "copies", made.copies, mostCopies);
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
