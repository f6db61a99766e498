// Builds the page, serves it, or checks its types. Packages that it needs are installed first if they are missing.
// Usage: node web/make.js build | serve [--port 4173] | check
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const folder = fileURLToPath(new URL(".", import.meta.url));

function run(command, ...args) {
  const { status } = spawnSync(command, args, { cwd: folder, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

function refuse(text, status) {
  console.error(text);
  process.exit(status);
}

function given() {
  try {
    return parseArgs({ allowPositionals: true, options: { port: { type: "string" } } });
  } catch {
    const args = process.argv.slice(2).join(" ");
    refuse(`the arguments are ${JSON.stringify(args)}: build, serve [--port <number>] or check is allowed`, 2);
  }
}

const { positionals, values } = given();
const what = positionals[0];
const port = /^\d+$/.test(values.port ?? "") ? Number(values.port) : undefined;
if (values.port !== undefined && !(port <= 65_535))
  refuse(`--port is ${JSON.stringify(values.port)}: a whole number from 0 to 65535 is allowed`, 2);
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
  if (what === "serve") {
    const server = await preview({ configFile, preview: port === undefined ? {} : { port, strictPort: true } }).catch(
      (error) => refuse(error.message, 1),
    );
    server.printUrls();
  }
}
