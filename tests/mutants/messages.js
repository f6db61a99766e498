// Tells StrykerJS to leave the words of messages as they are: what an error says, what an option says is allowed, and
// what is given to need(…), needObject(…) and the like.

function isMessage(path) {
  const { node } = path;
  if (node.type === "NewExpression") return /Error$/.test(node.callee.name);
  if (node.type === "ObjectProperty") return node.key.name === "allowed";
  if (node.type !== "CallExpression") return false;
  if (node.callee.type === "Identifier") return /^need([A-Z]|$)/.test(node.callee.name);
  if (node.callee.type !== "Super") return false;
  return /Error$/.test(path.findParent((parent) => parent.isClass()).node.superClass.name);
}

const messages = {
  shouldIgnore(path) {
    const isText = path.isStringLiteral() || path.isTemplateLiteral();
    return isText && path.findParent(isMessage) ? "the words of a message" : undefined;
  },
};

export const strykerPlugins = [{ kind: "Ignore", name: "messages", value: messages }];
