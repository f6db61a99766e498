// An environment of the user's own from its rules alone: seeds, errors, the time limit and reused results come with it.
import { EnvBase, type EnvFacts } from "./base.js";
import { checkedEnv } from "./custom.js";
import type { Env, RandomSource, ResetOptions, StepResult } from "./env.js";
import { RandomEpisode } from "./episode.js";
import type { Scene } from "./scene.js";

/** The rules of an environment whose state is a `State`: an object, or a typed array, that `step` changes in place. */
export interface EnvDefinition<State> {
  readonly id: string;
  /** One name a feature of the observation, in order. */
  readonly featureNames: readonly string[];
  /** One name an action, in order. */
  readonly actionNames: readonly string[];
  /** The number of steps after which an episode is truncated. */
  readonly maxEpisodeSteps: number;
  /** The state that an episode starts from. All its random numbers are drawn from `random`, which the seed decides. */
  start(random: RandomSource): State;
  /** Moves the state by one step. Where nothing may be allocated a step, the result may be one object, used again. */
  step(state: State, action: number, random: RandomSource): { readonly reward: number; readonly terminated: boolean };
  /** Writes what is seen of a state, shape (featureNames.length). */
  observe(state: State, observation: Float32Array): void;
  readonly byteObservations?: boolean;
  /** The picture of a state. */
  render?(state: State): Scene;
  /** Disturbs a state as something outside would; strength is from −1 to 1. */
  perturb?(state: State, strength: number): void;
}

/**
 * A function that makes environments of these rules: what `trainTeacher`, `registerEnv` and {@link checkEnv} take.
 * @throws RangeError or TypeError, at the first call, for names and a time limit that no environment may have
 */
export function defineEnv<State>(definition: EnvDefinition<State>): () => Env {
  return () => checkedEnv(new DefinedEnv(definition));
}

class DefinedEnv<State> extends EnvBase {
  readonly #definition: EnvDefinition<State>;
  readonly #episode: RandomEpisode;
  #random!: RandomSource;
  #state!: State;

  constructor(definition: EnvDefinition<State>) {
    const { featureNames, actionNames, render, perturb } = definition;
    // read from the definition itself: its members may be an object's own, or a class's
    super(definition as unknown as EnvFacts, {
      observationSize: featureNames.length,
      actionCount: actionNames.length,
      render: render && (() => definition.render!(this.#state)),
      perturb: perturb && ((strength) => definition.perturb!(this.#state, strength)),
    });
    this.#definition = definition;
    this.#episode = new RandomEpisode(this);
  }

  reset(options?: ResetOptions): Float32Array {
    this.#random = this.#episode.startWithDraws(options);
    this.#state = this.#definition.start(this.#random);
    return this.#observe();
  }

  step(action: number): StepResult {
    this.#episode.take(action);
    const { reward, terminated } = this.#definition.step(this.#state, action, this.#random);
    this.#observe();
    return this.#episode.finish(reward, terminated);
  }

  #observe(): Float32Array {
    const { observation } = this.#episode.result;
    this.#definition.observe(this.#state, observation);
    return observation;
  }
}
