// The version of an installed package, from its package.json.
import { readFileSync } from "node:fs";

export function versionOf(packageName) {
  const manifest = new URL(`../node_modules/${packageName}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(manifest, "utf8")).version;
}
