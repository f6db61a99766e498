// How the page is built, from its own files and the library's. The library is found by its public entry points.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const library = new URL("../", import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL("package.json", library), "utf8"));
const alias = Object.entries<{ default?: string }>(exports).flatMap(([subpath, { default: file }]) => {
  if (file === undefined) return [];
  const find = new RegExp(`^qstill${subpath.slice(1).replace("*", "([^/]+)")}$`);
  return [{ find, replacement: fileURLToPath(new URL(file.replace("*", "$1"), library)) }];
});

/** What the page never loads, because it trains on one thread. */
const never = /threads|team/;

/** Writes offline.js: the service worker, with the list of this build's files and their hash. */
const offline: Plugin = {
  name: "offline",
  apply: "build",
  enforce: "post",
  generateBundle(_, bundle) {
    const files = Object.keys(bundle).sort();
    const hash = createHash("sha256");
    for (const file of files) {
      const output = bundle[file];
      hash.update(file).update(output.type === "chunk" ? output.code : output.source);
    }
    const kept = files.filter((file) => !never.test(file)).map((file) => (file === "index.html" ? "./" : file));
    const source = readFileSync(new URL("service-worker.js", import.meta.url), "utf8")
      .replace("BUILD", hash.digest("hex").slice(0, 16))
      .replace('["FILES"]', JSON.stringify(kept));
    this.emitFile({ type: "asset", fileName: "offline.js", source });
  },
};

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./", // so that it works in any folder
  resolve: { alias },
  plugins: [offline],
  build: {
    target: "es2022",
    modulePreload: false, // its helper needs a document, and a worker has none
    rollupOptions: {
      // The worker is an entry of the same build, so that it shares the library's chunk with the page.
      input: ["index.html", "worker.ts"].map((file) => fileURLToPath(new URL(file, import.meta.url))),
      output: { entryFileNames: ({ name }) => (name === "worker" ? "worker.js" : "assets/[name]-[hash].js") },
    },
  },
});
