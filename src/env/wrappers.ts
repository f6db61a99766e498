// Wrappers: an environment with one thing about it changed. None allocates anything at a step.
import { EnvBase } from "./base.js";
import type { Env, ResetOptions, StepResult } from "./env.js";
import { Episode } from "./episode.js";
import { Pcg64 } from "./random.js";
import { purposes } from "./seeds.js";

/** What a wrapper may give other than the environment in it does. */
export type Changes = Partial<Pick<Env, "observationSize" | "maxEpisodeSteps" | "featureNames" | "byteObservations">>;

/** An environment around another: everything as there, and each wrapper overrides what it changes. */
export class WrappedEnv extends EnvBase {
  /** The environment around which this one is. */
  readonly inner: Env;
  readonly #episode: Episode;

  constructor(inner: Env, changes: Changes = {}) {
    super(inner, changes);
    this.inner = inner;
    this.#episode = new Episode(this);
  }

  /** Starts an episode of the inner environment: see {@link Env.reset}. */
  reset(options?: ResetOptions): Float32Array {
    const seed = this.#episode.start(options);
    const inner = this.inner.reset(seed === undefined ? undefined : { seed });
    this.begin(seed);
    const { observation } = this.#episode.result;
    this.observe(inner, observation, true);
    return observation;
  }

  /** Takes one action in the inner environment: see {@link Env.step}. */
  step(action: number): StepResult {
    const episode = this.#episode;
    episode.take(action);
    const { observation, reward, terminated, truncated } = this.inner.step(this.choose(action));
    this.observe(observation, episode.result.observation, false);
    return episode.finish(this.rewarded(reward), terminated, truncated);
  }

  /** An episode begins, from a seed or with the draws that the one before left. */
  protected begin(_seed: number | undefined): void {}

  /** The action that is taken where this one is chosen. */
  protected choose(action: number): number {
    return action;
  }

  /** Writes what is seen of the inner observation, the first of its episode or a later one. */
  protected observe(inner: Float32Array, observation: Float32Array, _first: boolean): void {
    observation.set(inner);
  }

  /** What the inner reward counts. */
  protected rewarded(reward: number): number {
    return reward;
  }
}

/**
 * The same environment, truncated after at most `steps` steps.
 * @throws RangeError for what is no whole number ≥ 1
 */
export function timeLimit(env: Env, steps: number): Env {
  checkWhole("timeLimit", "steps", steps);
  return new WrappedEnv(env, { maxEpisodeSteps: Math.min(steps, env.maxEpisodeSteps) });
}

/**
 * The last `count` observations side by side, the oldest first: shape (count · observationSize). An episode starts with
 * its first one `count` times (Mnih et al. 2015 stack four, so that what moves is seen to).
 * @throws RangeError for what is no whole number ≥ 1
 */
export function frameStack(env: Env, count: number): Env {
  checkWhole("frameStack", "count", count);
  return new FrameStack(env, count);
}

class FrameStack extends WrappedEnv {
  constructor(env: Env, count: number) {
    super(env, {
      observationSize: count * env.observationSize,
      featureNames: Array.from({ length: count }, (_, frame) =>
        env.featureNames.map((name) => agedName(name, count - 1 - frame)),
      ).flat(),
    });
  }

  protected override observe(inner: Float32Array, observation: Float32Array, first: boolean): void {
    if (first) {
      for (let start = 0; start < observation.length; start += inner.length) observation.set(inner, start);
      return;
    }
    observation.copyWithin(0, inner.length);
    observation.set(inner, observation.length - inner.length);
  }
}

function agedName(name: string, age: number): string {
  if (age === 0) return name;
  return `${name}, ${age} ${age === 1 ? "step" : "steps"} ago`;
}

/**
 * Every reward times `factor`.
 * @throws RangeError for a factor that is 0 or not finite
 */
export function rewardScale(env: Env, factor: number): Env {
  if (!Number.isFinite(factor) || factor === 0) {
    throw new RangeError(`rewardScale: factor is ${factor}: a finite number other than 0 is allowed`);
  }
  return new RewardScale(env, factor);
}

class RewardScale extends WrappedEnv {
  readonly #factor: number;

  constructor(env: Env, factor: number) {
    super(env);
    this.#factor = factor;
  }

  protected override rewarded(reward: number): number {
    return reward * this.#factor;
  }
}

/** Mean and variance of each feature over all observations that were added: Welford 1962. */
export class ObservationStatistics {
  /** How many observations were added. */
  count = 0;
  /** While it is true, nothing is added any more. */
  frozen = false;
  /** Shape (observationSize). */
  readonly mean: Float64Array;
  /** Sum of the squared differences from the mean, shape (observationSize). */
  readonly #squares: Float64Array;

  constructor(observationSize: number) {
    this.mean = new Float64Array(observationSize);
    this.#squares = new Float64Array(observationSize);
  }

  /** Counts one more observation, unless frozen. */
  add(observation: ArrayLike<number>): void {
    if (this.frozen) return;
    this.count++;
    for (let i = 0; i < this.mean.length; i++) {
      const difference = observation[i] - this.mean[i];
      this.mean[i] += difference / this.count;
      this.#squares[i] += difference * (observation[i] - this.mean[i]);
    }
  }

  /** The mean squared difference of a feature from its mean. */
  variance(feature: number): number {
    return this.count === 0 ? 0 : this.#squares[feature] / this.count;
  }
}

/** Keeps a feature that has not changed yet from being divided by 0. */
const smallestVariance = 1e-8;

/**
 * Every feature less its mean, divided by its standard deviation, both over all observations so far, this one included.
 *
 * While the statistics run, an observation depends on all that were seen before, so that the same seed does not give the
 * same episode again. To train and to evaluate on the same numbers, let them run first, set `frozen`, and share them:
 * every environment that is made is given the same statistics. (The teacher's network needs none of this: it
 * normalises by itself.)
 * @throws RangeError for statistics of another number of features
 */
export function observationNormalisation(
  env: Env,
  statistics: ObservationStatistics = new ObservationStatistics(env.observationSize),
): Env {
  if (statistics.mean.length !== env.observationSize) {
    throw new RangeError(
      `observationNormalisation: the statistics have ${statistics.mean.length} features, but ${env.id} has ${env.observationSize}`,
    );
  }
  return new ObservationNormalisation(env, statistics);
}

class ObservationNormalisation extends WrappedEnv {
  readonly #statistics: ObservationStatistics;

  constructor(env: Env, statistics: ObservationStatistics) {
    super(env, { byteObservations: false });
    this.#statistics = statistics;
  }

  protected override observe(inner: Float32Array, observation: Float32Array): void {
    const statistics = this.#statistics;
    statistics.add(inner);
    for (let i = 0; i < inner.length; i++) {
      observation[i] = (inner[i] - statistics.mean[i]) / Math.sqrt(statistics.variance(i) + smallestVariance);
    }
  }
}

/**
 * With this probability the action before is taken again instead of the one that was chosen, from an episode's second
 * step on (Machado et al. 2018). The draws are the wrapper's own and derive from the seed of the reset.
 * @throws RangeError for what is no number from 0 to 1
 */
export function stickyActions(env: Env, probability: number): Env {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`stickyActions: probability is ${probability}: a number from 0 to 1 is allowed`);
  }
  return new StickyActions(env, probability);
}

class StickyActions extends WrappedEnv {
  readonly #probability: number;
  #random!: Pcg64;
  /** The action taken last, or −1 at an episode's start. */
  #last = -1;

  constructor(env: Env, probability: number) {
    super(env);
    this.#probability = probability;
  }

  protected override begin(seed: number | undefined): void {
    if (seed !== undefined) this.#random = new Pcg64([seed, purposes.stickyActions, 0]);
    this.#last = -1;
  }

  protected override choose(action: number): number {
    if (this.#last < 0 || this.#random.random() >= this.#probability) this.#last = action;
    return this.#last;
  }
}

function checkWhole(wrapper: string, what: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new RangeError(`${wrapper}: ${what} is ${value}: a whole number from 1 on is allowed`);
}
