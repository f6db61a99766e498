// Schedules: what exploration and learning rates are at each step of a training.

/** From `initial` to `final` along a straight line, as `share` goes from 0 to 1; `final` beyond. */
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

/** What holds for one step. */
export interface StepSchedule {
  /** Share of random actions, ε. */
  readonly epsilon: number;
  /** Adam's step size. */
  readonly learningRate: number;
  /** Exponent of the importance weights, β (Schaul et al. 2016, section 3.4). */
  readonly importance: number;
}

/**
 * What holds for the step that follows `envSteps` others. The first `learningStarts` steps are random. ε then falls to its
 * end over the first `explorationFraction` of all steps; the learning rate falls and β rises to 1 over all of them.
 */
export function schedule(config: Scheduled, envSteps: number): StepSchedule {
  const share = envSteps / config.envSteps;
  const { explorationInitial, explorationFinal, explorationFraction } = config;
  return {
    epsilon:
      envSteps < config.learningStarts ? 1 : linear(explorationInitial, explorationFinal, share / explorationFraction),
    learningRate: linear(config.learningRate, config.learningRateFinal, share),
    importance: linear(config.importanceExponent, 1, share),
  };
}
