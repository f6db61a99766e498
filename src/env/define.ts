// The user's own environment from only its rules. Seeds, errors, the time limit and reused results are added here.
import { need, needFunction, needListeners, needObject } from "../core/needed.js";
import { EnvBase, type EnvFacts } from "./base.js";
import { checkedEnv } from "./custom.js";
import type { Env, RandomSource, ResetOptions, StepResult } from "./env.js";
import { RandomEpisode } from "./episode.js";
import type { Scene } from "./scene.js";

/** The rules of an environment. Its state is an object or a typed array that `step` changes in place. */
export interface EnvDefinition<State> {
  readonly id: string;
  /** One name for each feature of the observation, in order. */
  readonly featureNames: readonly string[];
  /** One name for each action, in order. */
  readonly actionNames: readonly string[];
  /** The number of steps after which an episode is truncated. */
  readonly maxEpisodeSteps: number;
  /** The state at the start of an episode. Draw all its random numbers from `random`, which depends on the seed. */
  start(random: RandomSource): State;
  /** Moves the state by one step. The result may be the same object each time, so that a step allocates nothing. */
  step(state: State, action: number, random: RandomSource): { readonly reward: number; readonly terminated: boolean };
  /** Writes the observation of a state, shape (featureNames.length). */
  observe(state: State, observation: Float32Array): void;
  /**
   * Writes 1 for each action that is allowed in a state and 0 for each that is not, shape (actionNames.length). At least one
   * must be allowed. It is not called for a state that terminated. Without it all actions are always allowed.
   */
  mask?(state: State, mask: Uint8Array): void;
  readonly byteObservations?: boolean;
  /** The picture of a state. */
  render?(state: State): Scene;
  /** Disturbs a state, as an outside influence would. Strength is from −1 to 1. */
  perturb?(state: State, strength: number): void;
}

/**
 * A function that makes environments with these rules, for `trainTeacher`, `registerEnv` and {@link checkEnv}.
 * @throws RangeError or TypeError, at the first call of the function, for names or a time limit that are not allowed
 */
export function defineEnv<State>(definition: EnvDefinition<State>): () => Env {
  needObject("definition", definition, "an object with the rules of an environment");
  return () => checkedEnv(new DefinedEnv(definition));
}

class DefinedEnv<State> extends EnvBase implements Env {
  readonly actionMask: Uint8Array | undefined;
  readonly #definition: EnvDefinition<State>;
  readonly #episode: RandomEpisode;
  #random!: RandomSource;
  #state!: State;

  constructor(definition: EnvDefinition<State>) {
    const { featureNames, actionNames, render, perturb, mask, start, step, observe } = definition;
    for (const [name, given] of Object.entries({ featureNames, actionNames })) {
      need(Array.isArray(given), name, given, "a list of names");
    }
    for (const [name, given] of Object.entries({ start, step, observe })) needFunction(name, given);
    needListeners({ render, perturb, mask });
    // not copied with a spread: the definition may be an object of a class, and a spread would lose the class's members
    super(definition as unknown as EnvFacts, {
      observationSize: featureNames.length,
      actionCount: actionNames.length,
      render: render && (() => definition.render!(this.#state)),
      perturb: perturb && ((strength) => definition.perturb!(this.#state, strength)),
    });
    this.#definition = definition;
    this.actionMask = mask && new Uint8Array(this.actionCount);
    this.#episode = new RandomEpisode(this);
  }

  reset(options?: ResetOptions): Float32Array {
    this.#random = this.#episode.startWithDraws(options);
    this.#state = this.#definition.start(this.#random);
    this.#mask();
    return this.#observe();
  }

  step(action: number): StepResult {
    this.#episode.take(action);
    const { reward, terminated } = this.#definition.step(this.#state, action, this.#random);
    this.#observe();
    if (!terminated) this.#mask();
    return this.#episode.finish(reward, terminated);
  }

  #mask(): void {
    if (this.actionMask !== undefined) this.#definition.mask!(this.#state, this.actionMask);
  }

  #observe(): Float32Array {
    const { observation } = this.#episode.result;
    this.#definition.observe(this.#state, observation);
    return observation;
  }
}
