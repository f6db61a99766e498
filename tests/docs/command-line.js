// What the commands of a page run: this package's command line.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** Runs a command; this process takes over its status. */
export function commandLine(args) {
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { stdio: ["inherit", "inherit", "pipe"] });
  // a student that was given no time misses its threshold, as it says: that is no mistake of the page
  if (status === 0 || /was wanted|no better than random/.test(String(stderr))) return;
  process.stderr.write(stderr);
  process.exitCode = status ?? 1;
}
