// What "npm" is in the blocks of a page: a script must be there; "start" is run.
import { readFileSync } from "node:fs";
import { commandLine } from "./command-line.js";

const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const [command, ...rest] = process.argv.slice(2).filter((argument) => argument !== "--silent");

if (command === "start") {
  const [, , ...given] = scripts.start.split(" ");
  commandLine(given);
} else if (command !== "install") {
  const name = command === "run" ? rest[0] : command;
  if (!(name in scripts)) throw new Error(`package.json has no script ${JSON.stringify(name)}`);
}
