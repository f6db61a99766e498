// The budget of evaluations: how many episodes they may still play.

/** Where a training is when it offers a network. */
export interface Moment {
  /** The environment steps of the training so far. */
  readonly envSteps: number;
  /** The length of its longest episode so far, in steps. */
  readonly longest: number;
  /** Whether no network comes after this one, or it is judged as if none did. */
  readonly last: boolean;
  /** As many as it is compared on: a network plays no more, and one that can wait waits for room for all of them. */
  readonly episodes?: number;
}

/** What evaluations have taken. */
export interface Spent {
  /** All their steps. */
  readonly steps: number;
  /** The length of their longest episode, in steps. */
  readonly longest: number;
}

/** Of fewer episodes a mean says too little: evaluations wait until there is room for so many. */
export const fewestEpisodes = 4;

/** The share of the budget that evaluations may take before the last one, so that enough is left for the last choice. */
const beforeTheLast = 0.5;

/**
 * The number of episodes that the budget has room for, if each is as long as the longest so far. Nobody knows how long
 * an episode will be. If it is longer than all before it, the next evaluations wait.
 * @param share the largest share of all steps, of training and evaluations together; 1 is no limit
 */
export function room(share: number, spent: Spent, { envSteps, longest, last }: Moment): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  const budget = (last ? 1 : beforeTheLast) * (share / (1 - share)) * envSteps;
  return Math.max(0, Math.floor((budget - spent.steps) / Math.max(longest, spent.longest)));
}
