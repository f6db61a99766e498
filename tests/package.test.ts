// The package as it is published: what it holds, and nothing that only the build needs.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const cwd = fileURLToPath(new URL("..", import.meta.url));

const json = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd, encoding: "utf8" });
const paths = (JSON.parse(json)[0].files as { path: string }[]).map(({ path }) => path);

it("ships the built library, and no file of the build's own", () => {
  for (const path of ["dist/index.js", "dist/index.d.ts", "dist/cli/main.js", "README.md", "LICENSE"]) {
    expect(paths).toContain(path);
  }
  expect(paths.filter((path) => !/^dist\/\w[\w/.-]*\.(js|d\.ts)$/.test(path)).sort()).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "fixtures/cartpole-failed.safetensors",
    "package.json",
  ]);
});

it("ships what each of its entry points names", () => {
  const { exports } = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
  const named = Object.values(exports).flatMap((entry) => (typeof entry === "object" ? Object.values(entry!) : entry));
  for (const target of named) expect(paths).toContain((target as string).replace("./", ""));
});
