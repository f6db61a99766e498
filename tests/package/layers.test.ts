// CONTRIBUTING.md names the layers in the order that is checked, and every folder.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, it } from "vitest";

const { forbidden } = createRequire(import.meta.url)("../../.dependency-cruiser.cjs");
const folders = forbidden.flatMap(({ name }: { name: string }) => /^(\w+)-imports-downwards$/.exec(name)?.[1] ?? []);
const text = readFileSync(new URL("../../CONTRIBUTING.md", import.meta.url), "utf8");

it("CONTRIBUTING's layers are the checker's, in its order", () => {
  expect(text.replace(/\s+/g, " ")).toContain(`only from those after it: cli → ${folders.join(" → ")}`);
});

it("CONTRIBUTING's table has every folder of src/, each below those that it may import from", () => {
  const rows = [...text.matchAll(/^\| `src\/(\w+)\/`/gm)].map(([, folder]) => folder);
  expect(rows).toEqual(["cli", ...folders].reverse());
  const there = readdirSync(new URL("../../src", import.meta.url)).filter((name) => !name.includes("."));
  expect(there.sort()).toEqual(rows.sort());
});
