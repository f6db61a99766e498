// Builds the page, serves it, or checks its types. Packages that it needs are installed first if they are missing.
// Usage: node web/make.js build | serve | check
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));

function run(command, ...args) {
  const { status } = spawnSync(command, args, { cwd: folder, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const what = process.argv[2];
if (!existsSync(new URL("node_modules/vite", import.meta.url))) {
  console.error("installing the packages that build the page (vite, uplot, idb-keyval, axe-core)");
  run("npm", "install", "--no-audit", "--no-fund");
}
if (what === "check") {
  const compiler = createRequire(import.meta.url).resolve("typescript/lib/tsc.js");
  run(process.execPath, compiler, "-p", ".");
} else {
  const { build, preview } = await import("vite");
  const configFile = fileURLToPath(new URL("vite.config.ts", import.meta.url));
  await build({ configFile, logLevel: "warn" });
  if (what === "serve") (await preview({ configFile })).printUrls();
}
