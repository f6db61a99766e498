// Writes the tables of docs/options.md from the options' entries (`npm run docs:options`). A test checks that the page
// is up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { descriptions } from "../dist/cli/descriptions.generated.js";
import { flagOf, shownDefault } from "../dist/cli/options.js";
import { studentOptions } from "../dist/distill/config.js";
import { jointOptions } from "../dist/distill/joint-config.js";
import { proximalOptions } from "../dist/distill/proximal.js";
import { shrinkOptions } from "../dist/distill/shrink.js";
import { teacherOptions } from "../dist/dqn/config.js";
import { offlineOptions } from "../dist/offline/config.js";
import { markdownTable } from "./markdown-table.js";

export const pageFile = fileURLToPath(new URL("../docs/options.md", import.meta.url));

const { teacher, student, offline, joint, guide } = descriptions;

const tables = {
  teacher: table(teacherOptions, teacher, "Flag"),
  student: table(studentOptions, student, "Flag"),
  shrink: table(newIn(shrinkOptions, studentOptions), student, "Flag"),
  offline: table(offlineOptions, offline, "Flag"),
  joint: table(jointOptions, joint, "Flag"),
  proximal: table(newIn(proximalOptions, teacherOptions), { ...teacher, ...guide }),
};

/** The options that are new compared with `before`, or have another default. */
function newIn(options, before) {
  return Object.fromEntries(Object.entries(options).filter(([name, option]) => before[name] !== option));
}

/** @param flag the head of the column of flags, if the command line has these options */
function table(options, sentences, flag) {
  const head = ["Option", ...(flag ? [flag] : []), "What it is", "Default", "Allowed"];
  const rows = Object.entries(options).map(([name, option]) => [
    `\`${name}\``,
    ...(flag ? [`\`--${flagOf(name)}\``] : []),
    sentences[name],
    shownDefault(option),
    option.allowed.replace(/,$/, "").replace(/\d{5,}/g, (number) => Number(number).toLocaleString("en")),
  ]);
  return markdownTable(head, rows);
}

/** The page with its tables up to date: the text between the marks is replaced. */
export function filled(page) {
  return page.replace(
    /(<!-- table of (\w+) options -->\n).*?(<!-- end of table -->)/gs,
    (_, begin, of, end) => `${begin}\n${tables[of]}\n\n${end}`,
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(pageFile, filled(readFileSync(pageFile, "utf8")));
