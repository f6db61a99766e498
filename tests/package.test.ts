// The package as it is published: what it holds, and nothing that only the build needs.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("ships the built library, and no file of the build's own", () => {
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const json = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd, encoding: "utf8" });
  const paths = (JSON.parse(json)[0].files as { path: string }[]).map(({ path }) => path);
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
