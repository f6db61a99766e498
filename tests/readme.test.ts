// The README's example does what it says.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("the ten lines run and print what they promise", () => {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..");
  const example = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))?.[1] ?? "";
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  const folder = mkdtempSync(join(root, "build", "readme-")); // inside the package, so that "qstill" is found
  try {
    writeFileSync(join(folder, "example.mjs"), example);
    const printed = execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" });
    expect(printed).toMatch(/^\{\n? *episodes: 100,\s+mean: 500,\s+std: 0,/);
    expect(printed.trim()).toMatch(/\n[01]$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
