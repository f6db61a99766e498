// Wrappers: each changes one thing about an environment. A step of a wrapper allocates nothing.
import { described, need, needObject } from "../core/needed.js";
import { EnvBase } from "./base.js";
import { checkedAnyEnv, isPromise } from "./custom.js";
import type { AnyEnv, CustomEnv, Env, EnvAtOnce, ResetOptions, StepResult } from "./env.js";
import { Episode } from "./episode.js";
import { Pcg64 } from "./random.js";
import { purposes } from "./seeds.js";

/** The facts that a wrapper may change. */
export type Changes = Partial<Pick<Env, "observationSize" | "maxEpisodeSteps" | "featureNames" | "byteObservations">>;

/**
 * What a wrapper gives: an {@link Env} around an environment that answers at once. Around one that may answer later, an
 * {@link AnyEnv}, which may answer later, too.
 */
export type Wrapped<Inner extends CustomEnv> = Inner extends EnvAtOnce ? Env : AnyEnv;

/**
 * An environment around another one. Everything stays the same, and each wrapper overrides what it changes. It answers with
 * a promise if the inner environment does.
 */
export class WrappedEnv<Inner extends AnyEnv = Env> extends EnvBase implements AnyEnv {
  /** The environment inside this one. */
  readonly inner: Inner;
  readonly #episode: Episode;

  constructor(inner: Inner, changes: Changes = {}) {
    needEnv("inner", inner);
    super(inner, changes);
    this.inner = inner;
    this.#episode = new Episode(this);
  }

  /** The inner environment's: see {@link Env.actionMask}. */
  get actionMask(): Uint8Array | undefined {
    return this.inner.actionMask;
  }

  /** Whether the inner environment is: see {@link Env.repeatable}. */
  get repeatable(): boolean | undefined {
    return this.inner.repeatable;
  }

  /** Starts an episode of the inner environment: see {@link Env.reset}. */
  reset(options?: ResetOptions): ReturnType<Inner["reset"]> {
    const seed = this.#episode.start(options);
    const inner = this.inner.reset(seed === undefined ? undefined : { seed });
    const first = isPromise(inner) ? inner.then(this.#begin.bind(this, seed)) : this.#begin(seed, inner);
    return first as ReturnType<Inner["reset"]>;
  }

  /** Takes one action in the inner environment: see {@link Env.step}. */
  step(action: number): ReturnType<Inner["step"]> {
    this.#episode.take(action, this.actionMask);
    const inner = this.inner.step(this.choose(action));
    const result = isPromise(inner) ? inner.then(this.#finish.bind(this)) : this.#finish(inner);
    return result as ReturnType<Inner["step"]>;
  }

  #begin(seed: number | undefined, inner: Float32Array): Float32Array {
    this.begin(seed);
    const { observation } = this.#episode.result;
    this.observe(inner, observation, true);
    return observation;
  }

  #finish({ observation, reward, terminated, truncated }: StepResult): StepResult {
    const episode = this.#episode;
    this.observe(observation, episode.result.observation, false);
    return episode.finish(this.rewarded(reward), terminated, truncated);
  }

  /** Called when an episode begins. Without a seed, the draws of the previous episode go on. */
  protected begin(_seed: number | undefined): void {}

  /** The action to take in the inner environment when this one is chosen. */
  protected choose(action: number): number {
    return action;
  }

  /** Writes the observation for an inner observation. `_first` says whether it is the first one of its episode. */
  protected observe(inner: Float32Array, observation: Float32Array, _first: boolean): void {
    observation.set(inner);
  }

  /** The reward for an inner reward. */
  protected rewarded(reward: number): number {
    return reward;
  }
}

function needEnv(name: string, env: unknown): void {
  needObject(name, env, "an environment, an object with reset and step,", "reset", "step");
}

/** What a wrapper goes around: an object without a class, or without names, is completed and checked. */
function full(env: CustomEnv): AnyEnv {
  needEnv("env", env);
  const { featureNames, actionNames, maxEpisodeSteps } = env;
  const isPlain = Object.getPrototypeOf(env) === Object.prototype;
  return isPlain || !featureNames || !actionNames || !maxEpisodeSteps ? checkedAnyEnv(env) : (env as AnyEnv);
}

/**
 * The same environment, truncated after at most `steps` steps.
 * @throws RangeError if `steps` is not a whole number ≥ 1, or is above the environment's own limit: a wrapper cannot
 * lengthen its episodes
 */
export function timeLimit<Inner extends CustomEnv>(env: Inner, steps: number): Wrapped<Inner> {
  checkWhole("timeLimit", "steps", steps);
  const inner = full(env);
  if (steps > inner.maxEpisodeSteps) {
    throw new RangeError(
      `timeLimit: steps is ${steps}: at most ${inner.maxEpisodeSteps} is allowed, because ${inner.id} ends its episodes there by itself`,
    );
  }
  return new WrappedEnv(inner, { maxEpisodeSteps: steps }) as Wrapped<Inner>;
}

/**
 * The last `count` observations one after another, the oldest first: shape (count · observationSize). At the start of an
 * episode, all of them are its first observation. (Mnih et al. 2015 stack four, so that motion is visible.)
 * @throws RangeError if `count` is not a whole number ≥ 1
 */
export function frameStack<Inner extends CustomEnv>(env: Inner, count: number): Wrapped<Inner> {
  checkWhole("frameStack", "count", count);
  return new FrameStack(full(env), count) as Wrapped<Inner>;
}

class FrameStack extends WrappedEnv<AnyEnv> {
  constructor(env: AnyEnv, count: number) {
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
export function rewardScale<Inner extends CustomEnv>(env: Inner, factor: number): Wrapped<Inner> {
  if (!Number.isFinite(factor) || factor === 0) {
    throw new RangeError(`rewardScale: factor is ${described(factor)}: a finite number other than 0 is allowed`);
  }
  return new RewardScale(full(env), factor) as Wrapped<Inner>;
}

class RewardScale extends WrappedEnv<AnyEnv> {
  readonly #factor: number;

  constructor(env: AnyEnv, factor: number) {
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
  /** While this is true, `add` does nothing. */
  frozen = false;
  /** Shape (observationSize). */
  readonly mean: Float64Array;
  /** Sum of the squared differences from the mean, shape (observationSize). */
  readonly #squares: Float64Array;

  /** @throws RangeError unless it is a whole number ≥ 1 */
  constructor(observationSize: number) {
    checkWhole("ObservationStatistics", "observationSize", observationSize);
    this.mean = new Float64Array(observationSize);
    this.#squares = new Float64Array(observationSize);
  }

  /**
   * Adds one more observation, unless frozen.
   * @throws TypeError for anything but so many numbers; then nothing is added
   */
  add(observation: ArrayLike<number>): void {
    if (this.frozen) return;
    const size = this.mean.length;
    let holds = observation?.length === size && typeof observation !== "string";
    for (let i = 0; holds && i < size; i++) holds = Number.isFinite(observation[i]);
    if (!holds) need(false, "observation", observation, `a list of ${size} finite numbers`);
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

/** Prevents a division by 0 for a feature that has not changed yet. */
const smallestVariance = 1e-8;

/**
 * Subtracts each feature's mean and divides by its standard deviation. Both are over all observations so far, including this
 * one.
 *
 * While the statistics run, an observation depends on all earlier ones. So the same seed does not give the same episode
 * again, and the environment is not `repeatable`.
 * To train and evaluate on the same numbers, let the statistics run first, set `frozen`, and give the same statistics to
 * every environment that you make. (The teacher's network does not need this: it normalises by itself.)
 * @throws RangeError for statistics with another number of features; its `reset` throws Error for frozen statistics
 * without an observation
 */
export function observationNormalisation<Inner extends CustomEnv>(
  env: Inner,
  statistics?: ObservationStatistics,
): Wrapped<Inner> {
  const inner = full(env);
  const known = statistics === undefined ? new ObservationStatistics(inner.observationSize) : statistics;
  need(known instanceof ObservationStatistics, "statistics", known, "an ObservationStatistics");
  if (known.mean.length !== inner.observationSize) {
    throw new RangeError(
      `observationNormalisation: the statistics have ${known.mean.length} features, but ${inner.id} has ${inner.observationSize}`,
    );
  }
  return new ObservationNormalisation(inner, known) as Wrapped<Inner>;
}

class ObservationNormalisation extends WrappedEnv<AnyEnv> {
  readonly #statistics: ObservationStatistics;

  constructor(env: AnyEnv, statistics: ObservationStatistics) {
    super(env, { byteObservations: false });
    this.#statistics = statistics;
  }

  override get repeatable(): boolean | undefined {
    return this.#statistics.frozen ? this.inner.repeatable : false;
  }

  protected override observe(inner: Float32Array, observation: Float32Array): void {
    const statistics = this.#statistics;
    statistics.add(inner);
    if (statistics.count === 0) {
      throw new Error("observationNormalisation: the statistics are frozen and hold no observation: add some first");
    }
    for (let i = 0; i < inner.length; i++) {
      observation[i] = (inner[i] - statistics.mean[i]) / Math.sqrt(statistics.variance(i) + smallestVariance);
    }
  }
}

/**
 * With this probability, the previous action is taken again in place of the chosen one, from an episode's second step on
 * (Machado et al. 2018). The wrapper has its own draws, which depend on the seed of the reset. A previous action that is
 * forbidden now is not taken again: the chosen one is.
 * @throws RangeError if `probability` is not a number from 0 to 1
 */
export function stickyActions<Inner extends CustomEnv>(env: Inner, probability: number): Wrapped<Inner> {
  if (typeof probability !== "number" || !(probability >= 0 && probability <= 1)) {
    throw new RangeError(`stickyActions: probability is ${described(probability)}: a number from 0 to 1 is allowed`);
  }
  return new StickyActions(full(env), probability) as Wrapped<Inner>;
}

class StickyActions extends WrappedEnv<AnyEnv> {
  readonly #probability: number;
  #random!: Pcg64;
  /** The previous action, or −1 at an episode's start. */
  #last = -1;

  constructor(env: AnyEnv, probability: number) {
    super(env);
    this.#probability = probability;
  }

  protected override begin(seed: number | undefined): void {
    if (seed !== undefined) this.#random = new Pcg64([seed, purposes.stickyActions, 0]);
    this.#last = -1;
  }

  protected override choose(action: number): number {
    const repeats = this.#last >= 0 && this.#random.random() < this.#probability;
    if (!repeats || this.actionMask?.[this.#last] === 0) this.#last = action;
    return this.#last;
  }
}

function checkWhole(wrapper: string, what: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new RangeError(`${wrapper}: ${what} is ${described(value)}: a whole number from 1 on is allowed`);
}
