// Writes the table of docs/environments/README.md from what each environment says of itself (`npm run docs:environments`).
// A test checks that the page is up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import "../dist/env/all.js";
import { fields } from "../dist/env/known.js";
import { environmentIds, knownEnv } from "../dist/env/registry.js";
import { byField } from "./list-environments.js";
import { markdownTable } from "./markdown-table.js";

export const pageFile = fileURLToPath(new URL("../docs/environments/README.md", import.meta.url));

/** The page with its table up to date: the text between the marks is replaced. */
export function filled(page) {
  const rows = byField(fields, environmentIds().map(knownEnv)).map(
    ({ id, about: { field, observation, actions, shows } }) => [`\`${id}\``, field, observation, actions, shows],
  );
  const table = markdownTable(["id", "field", "observation", "actions", "what it shows"], rows);
  return page.replace(
    /(<!-- table of environments -->\n).*?(<!-- end of table -->)/s,
    (_, begin, end) => `${begin}\n${table}\n\n${end}`,
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(pageFile, filled(readFileSync(pageFile, "utf8")));
