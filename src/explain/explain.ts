// Explains a network: a decision tree that acts like it, and the features that it looks at.

import { ConfigError } from "../core/config-error.js";
import { needObject } from "../core/needed.js";
import type { EnvSource } from "../env/env.js";
import { atOnce } from "../env/pauses.js";
import { resolveEnv } from "../env/registry.js";
import { purposes } from "../env/seeds.js";
import { checkedSeed, checkFit, type Sized, shown } from "../evaluate/checks.js";
import { greedyActions, sameShare } from "../evaluate/churn.js";
import { type Evaluation, summarise } from "../evaluate/evaluate.js";
import { probeStates } from "../evaluate/probe.js";
import { episodeReturns, type Policy } from "../evaluate/returns.js";
import { exportTree } from "./javascript.js";
import { type Sensitivity, sensitivities } from "./sensitivity.js";
import { type DecisionTree, treeRules } from "./tree.js";
import { checkNetwork, type QNetwork, viper } from "./viper.js";

/** Options of {@link explain}. */
export interface ExplainOptions {
  /** Where the network acts. */
  readonly env: EnvSource;
  readonly seed: number;
  /** The largest number of leaves of the tree; 15 by default. */
  readonly leaves?: number;
}

/** The result of {@link explain}. */
export interface Explanation {
  readonly tree: DecisionTree;
  /** The tree as text: indented if and else, with the environment's names. */
  readonly rules: string;
  /** The source of a module that acts as the tree does. */
  readonly module: string;
  /**
   * Share of states in which both act alike. Neither was trained on these states. The network acts in half of their
   * episodes, the tree in the other half.
   */
  readonly agreement: number;
  /** Returns on the same 100 unseen episodes. */
  readonly network: Evaluation;
  readonly treeEvaluation: Evaluation;
  /** One entry for each feature, on the states of the same probe episodes in which the network acts. */
  readonly sensitivity: readonly (Sensitivity & { readonly feature: string })[];
}

const episodes = 100;
const mostLeaves = 10_000;

/**
 * Makes a tree from a network and measures how its decisions depend on each feature.
 * @throws ConfigError for a seed or number of leaves that is not allowed, and for a network that does not fit the
 * environment
 */
export function explain(network: QNetwork & Sized, options: ExplainOptions): Explanation {
  checkNetwork(network);
  needObject("options", options, "an object with env and seed");
  const seed = checkedSeed(options.seed);
  const leaves = checkedLeaves(options.leaves ?? 15);
  const env = resolveEnv(options.env);
  checkFit("model", network, env);
  const tree = viper(env, network, { seed, leaves });
  const unseen = atOnce(probeStates(env, [network, tree], seed));
  const { states: visited, masks } = atOnce(probeStates(env, [network], seed));
  const actionsOf = (policy: Policy) => greedyActions(policy, unseen.states, unseen.masks);
  const final = { seed, purpose: purposes.final, episodes };
  const { observationSize: size, actionCount, featureNames } = env;
  const states = new Float32Array(visited.length * size);
  for (const [row, state] of visited.entries()) states.set(state, row * size);
  return {
    tree,
    rules: treeRules(tree, env),
    module: exportTree(tree, { environment: env.id, names: env, example: visited[0] }),
    agreement: sameShare(actionsOf(tree), actionsOf(network)),
    network: summarise(atOnce(episodeReturns(env, network, final)), seed),
    treeEvaluation: summarise(atOnce(episodeReturns(env, tree, final)), seed),
    sensitivity: sensitivities(network, { states, size, actionCount, seed, masks: masks && rowsOf(masks) }).map(
      (each, i) => ({
        feature: featureNames[i],
        ...each,
      }),
    ),
  };
}

/** One mask after another: (count, actionCount). */
function rowsOf(masks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(masks.flatMap((mask) => [...mask]));
}

/** @throws ConfigError for anything that is not an allowed number of leaves */
export function checkedLeaves(leaves: unknown): number {
  if (Number.isInteger(leaves) && (leaves as number) >= 1 && (leaves as number) <= mostLeaves) return leaves as number;
  throw new ConfigError(`leaves is ${shown(leaves)}: a whole number from 1 to ${mostLeaves} is allowed`);
}
