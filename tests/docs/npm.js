// What "npm" is in the blocks of a page: a script must be there; "start" is run.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);
const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const [command, ...rest] = process.argv.slice(2).filter((argument) => argument !== "--silent");

if (command === "start") {
  const [, main, ...given] = scripts.start.split(" ");
  process.exitCode = spawnSync(process.execPath, [new URL(main, root).pathname, ...given], { stdio: "inherit" }).status;
} else if (command !== "install") {
  const name = command === "run" ? rest[0] : command;
  if (!(name in scripts)) throw new Error(`package.json has no script ${JSON.stringify(name)}`);
}
