// VIPER: a decision tree from a network's answers (Bastani et al. 2018, algorithm 1).

import { need, needObject } from "../core/needed.js";
import { collectTransitions } from "../distill/states.js";
import type { Env } from "../env/env.js";
import { atOnce } from "../env/pauses.js";
import { purposes } from "../env/seeds.js";
import { checkedSeed } from "../evaluate/checks.js";
import { episodeReturns, type Policy } from "../evaluate/returns.js";
import { mean } from "../evaluate/statistics.js";
import { argmax } from "../model/argmax.js";
import { type Answering, answersOf } from "../model/outputs.js";
import { growTree, type LabelledStates } from "./cart.js";
import { DecisionTree } from "./tree.js";

/** What a tree can be made from: a network that acts, and answers many states at once. */
export interface QNetwork extends Policy, Answering {}

/** @throws TypeError for anything that cannot act and give Q-values */
export function checkNetwork(network: QNetwork): void {
  needObject("network", network, "a model, which has act and qValuesOfMany,", "act", "qValuesOfMany");
}

/** The number of trees that are grown, each from the states of all rounds so far. */
const rounds = 40;
/** The number of states collected in a round. */
const statesPerRound = 500;
/** Share of random actions while states are collected. A tree that has only seen its own ways fails where they end. */
const exploration = 0.1;
/** The number of episodes, on selection seeds, by which the best tree is chosen. */
const selectionEpisodes = 500;

/**
 * DAgger (Ross et al. 2011): the network acts in the first round, and the latest tree in every other. The network
 * labels each state that is visited. The weight of a state is what a wrong action can cost there, by the network's own
 * Q-values: ℓ(s) = max_a Q(s, a) − min_a Q(s, a). Both look only at allowed actions. The paper draws states by ℓ. Here ℓ is the state's weight in CART,
 * which on average is the same. The tree with the highest mean return on selection seeds is kept; of equal trees, the
 * first with the fewest leaves.
 * @param options `leaves`: the largest number of leaves that the tree may have
 */
export function viper(env: Env, network: QNetwork, options: { seed: number; leaves: number }): DecisionTree {
  needObject("env", env, "an environment", "reset", "step");
  checkNetwork(network);
  needObject("options", options, "an object with seed and leaves");
  const seed = checkedSeed(options.seed);
  const { leaves } = options;
  need(Number.isInteger(leaves) && leaves >= 1, "leaves", leaves, "a whole number from 1 on");
  const size = env.observationSize;
  const { actionCount } = env;
  const capacity = rounds * statesPerRound;
  const states = new Float32Array(capacity * size);
  const actions = new Uint16Array(capacity);
  const weights = new Float64Array(capacity);
  let losses: Float32Array | undefined;
  let nextEpisode = 0;
  let latest: DecisionTree | undefined;
  let best: { tree: DecisionTree; return: number } | undefined;

  for (let round = 0; round < rounds; round++) {
    const from = round * statesPerRound;
    const until = from + statesPerRound;

    const policies = { teacher: network, student: latest ?? network };
    const share = round === 0 ? 0 : 1;
    const of = { seed, share, firstEpisode: nextEpisode, count: statesPerRound, exploration };
    const collected = atOnce(collectTransitions(env, policies, of));
    nextEpisode = collected.nextEpisode;
    states.set(collected.states, from * size);

    const qValues = answersOf(network, collected.states);
    if (collected.masks !== undefined) losses ??= new Float32Array(capacity * actionCount);
    for (let i = 0; i < statesPerRound; i++) {
      const q = qValues.subarray(i * actionCount, (i + 1) * actionCount);
      const mask = collected.masks?.subarray(i * actionCount, (i + 1) * actionCount);
      const best = argmax(q, mask);
      let smallest = q[best];
      for (let action = 0; action < actionCount; action++) {
        if (mask === undefined || mask[action] === 1) smallest = Math.min(smallest, q[action]);
      }
      actions[from + i] = best;
      weights[from + i] = q[best] - smallest;
      if (mask === undefined || losses === undefined) continue;
      const row = (from + i) * actionCount;
      for (let action = 0; action < actionCount; action++) {
        losses[row + action] = mask[action] === 1 ? q[best] - q[action] : Number.NaN;
      }
    }

    const soFar: LabelledStates = {
      states: states.subarray(0, until * size),
      size,
      actions: actions.subarray(0, until),
      weights: weights.subarray(0, until),
      actionCount,
      losses,
    };
    latest = new DecisionTree(growTree(soFar, leaves));
    const selection = { seed, purpose: purposes.selection, episodes: selectionEpisodes };
    const latestReturn = mean(atOnce(episodeReturns(env, latest, selection)));
    const isBest =
      best === undefined ||
      latestReturn > best.return ||
      (latestReturn === best.return && latest.leaves < best.tree.leaves);
    if (isBest) best = { tree: latest, return: latestReturn };
  }
  return (best as { tree: DecisionTree }).tree;
}
