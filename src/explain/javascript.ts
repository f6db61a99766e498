// A decision tree as the source of one JavaScript module that needs nothing else. Its rules are if and else.
import { needNumbers, needObject } from "../core/needed.js";
import { isLeaf, type Node } from "./cart.js";
import { actionOf, checkTree, type DecisionTree, type Names } from "./tree.js";

/**
 * The source of an ES module that exports `act(observation)`, `environment`, and `example`: an observation, and the
 * action that `act` must take there. With the example, whoever runs the module elsewhere can check it. Where the tree's
 * leaves have an order, it is `act(observation, mask)`: 0 for a forbidden action, 1 for an allowed one, all if there is
 * no mask.
 * @param about `environment`: the id of the environment in which it acts; `names`: the names of its features and
 * actions;
 *   `example`: an observation, shape (observationSize)
 */
export function exportTree(
  tree: DecisionTree,
  about: { environment: string; names: Names; example: ArrayLike<number> },
): string {
  needObject("about", about, "an object with environment, names and example");
  const { environment, names, example } = about;
  checkTree(tree, names);
  needNumbers("example", example);
  const size = names.featureNames.length;
  const masked = hasOrder(tree.root);
  const comments = names.featureNames.map((name, feature) => `// x[${feature}]: ${commented(name)}`);
  return `// A decision tree made by qstill from a network's answers: ${tree.leaves} leaves, ${tree.depth} comparisons at most.
export const environment = ${JSON.stringify(environment)};

/** act(example.observation) is example.action. */
export const example = { observation: [${Array.from(example, String).join(", ")}], action: ${tree.act(example)} };

${comments.join("\n")}
export function act(x${masked ? ", mask" : ""}) {
  if (x.length !== ${size}) {
    throw new RangeError(\`an observation of length \${x.length} was given: ${size} numbers are needed\`);
  }
${statements(tree.root, names, "  ").join("\n")}
}
${masked ? firstAllowed : ""}`;
}

const firstAllowed = `
/** The first action that the mask allows. */
function first(order, mask) {
  const action = mask ? order.find((each) => mask[each]) : order[0];
  if (action === undefined || (mask || order).length !== order.length) {
    throw new RangeError(\`a mask of \${mask} was given: \${order.length} numbers are needed, not all 0\`);
  }
  return action;
}
`;

function hasOrder(node: Node): boolean {
  return isLeaf(node) ? node.order !== undefined : hasOrder(node.below);
}

function statements(node: Node, names: Names, indent: string): string[] {
  if (isLeaf(node)) {
    const action = node.order === undefined ? node.action : `first([${node.order.join(", ")}], mask)`;
    return [`${indent}return ${action}; // ${commented(actionOf(node, names))}`];
  }
  const { feature, threshold, below, above } = node;
  return [
    `${indent}if (x[${feature}] <= ${threshold}) { // ${commented(names.featureNames[feature])}`,
    ...statements(below, names, `${indent}  `),
    `${indent}} else {`,
    ...statements(above, names, `${indent}  `),
    `${indent}}`,
  ];
}

/** A name on one line, whatever an environment calls its features. */
function commented(name: string): string {
  return name.replace(/[\n\r\u2028\u2029]+/g, " ");
}
