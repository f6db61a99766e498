// Policy churn: how much of a greedy policy changes from one network to the next.
import type { Policy } from "./returns.js";

/**
 * The action that a policy takes in each state.
 * @param masks which actions are allowed in each state, each of shape (actionCount); all are if it is undefined
 */
export function greedyActions(
  policy: Policy,
  states: readonly Float32Array[],
  masks?: readonly Uint8Array[],
): number[] {
  return states.map((state, i) => policy.act(state, masks?.[i]));
}

/**
 * The share of states in which the action differs. Between two networks in time this is the policy churn (Schaul et al.
 * 2022, "The Phenomenon of Policy Churn", the greedy case).
 * @param before the action in each state
 * @param after the action in each of the same states
 * @throws RangeError if the two numbers of states differ or are 0
 */
export function changedShare(before: readonly number[], after: readonly number[]): number {
  return changes(before, after) / before.length;
}

/** The share of states in which the action is the same: the agreement of two policies. Parameters and errors as above. */
export function sameShare(first: readonly number[], second: readonly number[]): number {
  return (first.length - changes(first, second)) / first.length;
}

function changes(before: readonly number[], after: readonly number[]): number {
  if (before.length !== after.length || before.length === 0) {
    throw new RangeError(
      `actions in ${before.length} and in ${after.length} states cannot be compared: the same states are needed`,
    );
  }
  let changed = 0;
  for (let i = 0; i < before.length; i++) if (before[i] !== after[i]) changed++;
  return changed;
}
