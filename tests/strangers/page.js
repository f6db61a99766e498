// Writes the table of docs/strangers.md from the tasks and their references. A test checks that the page is up to date.
// Usage: node tests/strangers/page.js
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { markdownTable } from "../../scripts/markdown-table.js";
import { tasks } from "./tasks.js";

export const pageFile = fileURLToPath(new URL("../../docs/strangers.md", import.meta.url));
const references = JSON.parse(readFileSync(new URL("references.json", import.meta.url), "utf8"));

const short = ({ mean }) => mean.toLocaleString("en", { maximumSignificantDigits: 5 });

/** The page with its table up to date: the text between the marks is replaced. */
export function filled(page) {
  const rows = tasks.map(({ id, kind, side, envSteps, reference: { how } }) => {
    const { random, constant, reference } = references[id];
    return [`\`${id}\``, kind, side, envSteps.toLocaleString("en"), ...[random, constant, reference].map(short), how];
  });
  const head = ["task", "kind", "side", "steps", "random", "constant", "reference", "the reference is"];
  const table = markdownTable(head, rows);
  return page.replace(
    /(<!-- table of tasks -->\n).*?(<!-- end of table -->)/s,
    (_, begin, end) => `${begin}\n${table}\n\n${end}`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(pageFile, filled(readFileSync(pageFile, "utf8")));
