// A decision tree as a policy that acts and that people can read.
import { need, needNumbers, needObject } from "../core/needed.js";
import type { Policy } from "../evaluate/returns.js";
import { checkMask } from "../model/observations.js";
import { isLeaf, type Leaf, type Node } from "./cart.js";

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

  /**
   * The action for an observation of shape (observationSize); with a mask the first allowed one in the leaf's order.
   * @param mask shape (actionCount): 1 for an allowed action, 0 for a forbidden one; all are allowed if it is undefined
   * @throws RangeError for a mask of another length, with something else than 0 and 1, or of zeros; Error if the mask
   * forbids the action of a leaf without an order
   */
  act(observation: ArrayLike<number>, mask?: ArrayLike<number>): number {
    needNumbers("observation", observation);
    let node = this.root;
    while (!isLeaf(node)) node = observation[node.feature] <= node.threshold ? node.below : node.above;
    return mask === undefined ? node.action : allowedAction(node, mask);
  }
}

function allowedAction({ action, order }: Leaf, mask: ArrayLike<number>): number {
  checkMask(mask, order?.length ?? mask.length);
  if (order === undefined) {
    if (mask[action] === 1) return action;
    throw new Error(
      `the tree's leaf has action ${action}, which the mask forbids: a tree of an environment with masks is needed`,
    );
  }
  return order.find((each) => mask[each] === 1) as number;
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

/** A leaf's action; with an order all of them: "hit, else stand". */
export function actionOf({ action, order = [action] }: Leaf, { actionNames }: Names): string {
  return order.map((each) => actionNames[each]).join(", else ");
}

/**
 * The tree as rules: indented if and else. Each action shows the share of the training states that end there. "Else"
 * between actions names what is taken where those before it are forbidden.
 */
export function treeRules(tree: DecisionTree, names: Names): string {
  checkTree(tree, names);
  const { root } = tree;
  const all = statesOf(root);
  const lines = (node: Node, indent: string): string[] => {
    if (isLeaf(node)) return [`${indent}${actionOf(node, names)}  (${Math.round((100 * node.states) / all)} %)`];
    return [
      `${indent}if ${names.featureNames[node.feature]} ≤ ${node.threshold}`,
      ...lines(node.below, `${indent}  `),
      `${indent}else`,
      ...lines(node.above, `${indent}  `),
    ];
  };
  return lines(root, "").join("\n");
}
