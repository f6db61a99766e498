// Tells StrykerJS to leave the words of messages as they are: what an error says, and what an option says is allowed.

function isInMessage(path) {
  return path.findParent(
    ({ node }) =>
      (node.type === "NewExpression" && /Error$/.test(node.callee.name)) ||
      (node.type === "ObjectProperty" && node.key.name === "allowed"),
  );
}

const messages = {
  shouldIgnore(path) {
    if ((path.isStringLiteral() || path.isTemplateLiteral()) && isInMessage(path)) return "the words of a message";
  },
};

export const strykerPlugins = [{ kind: "Ignore", name: "messages", value: messages }];
