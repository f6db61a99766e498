// How the page is built: its own files and the library's, which is found by the package's public entry points.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const library = new URL("../", import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL("package.json", library), "utf8"));
const alias = Object.entries<{ default?: string }>(exports).flatMap(([subpath, { default: file }]) =>
  file === undefined
    ? []
    : [{ find: new RegExp(`^qstill${subpath.slice(1)}$`), replacement: fileURLToPath(new URL(file, library)) }],
);

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./", // wherever it is put
  resolve: { alias },
  build: {
    target: "es2022",
    modulePreload: false, // its helper needs a document, which a worker has not
    rollupOptions: {
      // The worker is an entry of the same build, so that it shares the library's chunk with the page.
      input: ["index.html", "worker.ts"].map((file) => fileURLToPath(new URL(file, import.meta.url))),
      output: { entryFileNames: ({ name }) => (name === "worker" ? "worker.js" : "assets/[name]-[hash].js") },
    },
  },
});
