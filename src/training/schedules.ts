// Schedules: what exploration and learning rates are at each step of a training, and what is due at intervals.

/** A straight line from `initial` to `final`, as `share` goes from 0 to 1; after that, `final`. */
export function linear(initial: number, final: number, share: number): number {
  return share >= 1 ? final : initial + (final - initial) * share;
}

/** The options that a teacher's schedule follows. */
export interface Scheduled {
  readonly envSteps: number;
  readonly learningStarts: number;
  readonly explorationInitial: number;
  readonly explorationFinal: number;
  readonly explorationFraction: number;
  readonly learningRate: number;
  readonly learningRateFinal: number;
  readonly importanceExponent: number;
}

/** The values for one step. */
export interface StepSchedule {
  /** Share of random actions, ε. */
  readonly epsilon: number;
  /** Adam's step size. */
  readonly learningRate: number;
  /** Exponent of the importance weights, β (Schaul et al. 2016, section 3.4). */
  readonly importance: number;
}

/**
 * The values for the step after `envSteps` steps. The first `learningStarts` steps are random. ε then falls until
 * `explorationFraction` of all steps are over. The learning rate falls, and β rises to 1, over all steps.
 * @param warm whether the network can act already: the first steps are then no more random than the next ones
 */
export function schedule(config: Scheduled, envSteps: number, warm = false): StepSchedule {
  const share = envSteps / config.envSteps;
  const { explorationInitial, explorationFinal, explorationFraction } = config;
  return {
    epsilon:
      envSteps < config.learningStarts && !warm
        ? 1
        : linear(explorationInitial, explorationFinal, share / explorationFraction),
    learningRate: linear(config.learningRate, config.learningRateFinal, share),
    importance: linear(config.importanceExponent, 1, share),
  };
}

/** Whether a multiple of `interval` lies after `before` steps, up to `now`. There is none of 0. */
export function passed(interval: number, before: number, now: number): boolean {
  return Math.floor(before / interval) < Math.floor(now / interval);
}
