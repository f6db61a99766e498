/**
 * A network as a decision tree, and the features that the network looks at.
 * @module qstill/explain
 */
export type { Sized } from "../evaluate/checks.js";
export type { Leaf, Node, Split } from "./cart.js";
export { type ExplainOptions, type Explanation, explain } from "./explain.js";
export { exportTree } from "./javascript.js";
export { type Sensitivity, sensitivities } from "./sensitivity.js";
export { DecisionTree, type Names, treeRules } from "./tree.js";
export { type QNetwork, viper } from "./viper.js";
