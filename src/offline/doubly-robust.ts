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
  /** The number of first steps whose correction rests on at least as many episodes as were asked for (Kish 1965). */
  readonly steps: number;
}

/**
 * The weighted doubly robust estimate of a mean return (Thomas & Brunskill 2016, equation 12) for a policy that takes one
 * action in each state: there Q is the same as the state's value as long as an episode follows the policy, and has the
 * weight 0 afterwards. An episode that has ended keeps its weight.
 * @param counts shape (episodes): how often each episode is there
 * @param atLeast the number of episodes that {@link Corrected.steps} asks for
 */
export function doublyRobust(
  episodes: readonly Followed[],
  counts: ArrayLike<number>,
  gamma: number,
  atLeast = 1,
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
    let error = 0;
    let squares = 0;
    for (let i = 0; i < weights.length; i++) {
      weights[i] /= sum; // so no product of many ratios overflows
      // an episode that is there twice is two
      if (counts[i] > 0) squares += (weights[i] * weights[i]) / counts[i];
      const { rewards, values } = episodes[i];
      if (t < rewards.length) error += weights[i] * (rewards[t] + gamma * values[t + 1] - values[t]);
    }
    estimate += discount * error;
    if (steps === t && 1 / squares >= atLeast) steps++;
  }
  return { mean: estimate, steps };
}
