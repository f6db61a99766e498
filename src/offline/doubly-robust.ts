// The correction of estimated values by importance weights.

/** The first steps of an episode, for as long as it did what the policy would do. */
export interface Followed {
  /** Shape (steps). */
  readonly rewards: ArrayLike<number>;
  /** Shape (steps): the probabilities with which the actions were chosen. */
  readonly propensities: ArrayLike<number>;
  /** Shape (steps + 1): the estimated value of each state, and of the one after them; 0 if nothing follows. */
  readonly values: ArrayLike<number>;
  /** Whether the episode went on, in another way than the policy would have. */
  readonly left: boolean;
}

/** A corrected estimate. */
export interface Corrected {
  readonly mean: number;
  /** The number of first steps that are corrected. */
  readonly steps: number;
}

/**
 * The weighted doubly robust estimate of a mean return (Thomas & Brunskill 2016, equation 12) for a policy that takes one
 * action in each state: there Q is the same as the state's value as long as an episode follows the policy, and has the
 * weight 0 afterwards. An episode that has ended keeps its weight.
 *
 * The correction ends where fewer effective episodes (Kish 1965) have a weight than were asked for: from there on the
 * estimated values are trusted, as in the shorter ones of the returns that Thomas & Brunskill blend.
 * @param counts shape (episodes): how often each episode is there
 * @param atLeast that number of effective episodes; with 0 nothing is left out
 */
export function doublyRobust(
  episodes: readonly Followed[],
  counts: ArrayLike<number>,
  gamma: number,
  atLeast: number,
): Corrected {
  const weights = new Float64Array(episodes.length);
  let all = 0;
  let estimate = 0;
  episodes.forEach(({ values }, i) => {
    weights[i] = counts[i];
    all += counts[i];
    estimate += counts[i] * values[0];
  });
  estimate /= all;
  const longest = episodes.reduce((most, { rewards }) => Math.max(most, rewards.length), 0);
  let steps = 0;
  for (let t = 0, discount = 1; t < longest; t++, discount *= gamma) {
    let sum = 0;
    for (let i = 0; i < weights.length; i++) {
      const { propensities, left } = episodes[i];
      if (t < propensities.length) weights[i] /= propensities[t];
      else if (left) weights[i] = 0;
      sum += weights[i];
    }
    if (sum === 0) break;
    let squares = 0;
    let error = 0;
    for (let i = 0; i < weights.length; i++) {
      weights[i] /= sum; // so no product of many ratios overflows
      // an episode that is there twice is two
      if (counts[i] > 0) squares += (weights[i] * weights[i]) / counts[i];
      const { rewards, values } = episodes[i];
      if (t < rewards.length) error += weights[i] * (rewards[t] + gamma * values[t + 1] - values[t]);
    }
    if (squares * atLeast > 1) break;
    estimate += discount * error;
    steps++;
  }
  return { mean: estimate, steps };
}
