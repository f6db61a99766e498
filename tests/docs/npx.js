// What "npx" is in the commands of a page: this package's command line, and nothing else.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const [command, ...args] = process.argv.slice(2);
if (command !== "qstill") throw new Error(`npx ${command} is no command of this package`);
const { status, stderr } = spawnSync(process.execPath, [main, ...args], { stdio: ["inherit", "inherit", "pipe"] });
// a student that was given no time misses its threshold, as it says: that is no mistake of the page
if (status !== 0 && !/was wanted|no better than random/.test(String(stderr))) {
  process.stderr.write(stderr);
  process.exitCode = status ?? 1;
}
