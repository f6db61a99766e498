// A decision tree as a policy that acts and that people can read.
import { need, needNumbers, needObject } from "../core/needed.js";
import type { Policy } from "../evaluate/returns.js";
import { isLeaf, type Node } from "./cart.js";

export class DecisionTree implements Policy {
  readonly root: Node;
  /** The number of comparisons on the longest way to a leaf. */
  readonly depth: number;
  readonly leaves: number;

  constructor(root: Node) {
    this.root = root;
    this.depth = depthOf(root);
    this.leaves = leavesOf(root);
  }

  /** The action for an observation of shape (observationSize). */
  act(observation: ArrayLike<number>): number {
    needNumbers("observation", observation);
    let node = this.root;
    while (!isLeaf(node)) node = observation[node.feature] <= node.threshold ? node.below : node.above;
    return node.action;
  }
}

function depthOf(node: Node): number {
  needObject("root", node, "a tree of leaves and splits");
  need(isLeaf(node) || "below" in node, "root", node, "a tree of leaves and splits");
  return isLeaf(node) ? 0 : 1 + Math.max(depthOf(node.below), depthOf(node.above));
}

function leavesOf(node: Node): number {
  return isLeaf(node) ? 1 : leavesOf(node.below) + leavesOf(node.above);
}

function statesOf(node: Node): number {
  return isLeaf(node) ? node.states : statesOf(node.below) + statesOf(node.above);
}

/** The environment's names of its features and actions. */
export interface Names {
  readonly featureNames: readonly string[];
  readonly actionNames: readonly string[];
}

/** @throws TypeError for anything but a tree and names */
export function checkTree(tree: DecisionTree, names: Names): void {
  need(tree instanceof DecisionTree, "tree", tree, "a DecisionTree");
  needObject("names", names, "an object with featureNames and actionNames");
  const hold = Array.isArray(names.featureNames) && Array.isArray(names.actionNames);
  need(hold, "names", names, "an object with featureNames and actionNames");
}

/** The tree as rules: indented if and else. Each action shows the share of the training states that end there. */
export function treeRules(tree: DecisionTree, names: Names): string {
  checkTree(tree, names);
  const { root } = tree;
  const all = statesOf(root);
  const lines = (node: Node, indent: string): string[] => {
    if (isLeaf(node))
      return [`${indent}${names.actionNames[node.action]}  (${Math.round((100 * node.states) / all)} %)`];
    return [
      `${indent}if ${names.featureNames[node.feature]} ≤ ${node.threshold}`,
      ...lines(node.below, `${indent}  `),
      `${indent}else`,
      ...lines(node.above, `${indent}  `),
    ];
  };
  return lines(root, "").join("\n");
}
