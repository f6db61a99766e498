// CONTRIBUTING.md names the layers in the order that is checked.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, it } from "vitest";

it("CONTRIBUTING's layers are the checker's, in its order", () => {
  const { forbidden } = createRequire(import.meta.url)("../../.dependency-cruiser.cjs");
  const folders = forbidden.flatMap(({ name }: { name: string }) => /^(\w+)-imports-downwards$/.exec(name)?.[1] ?? []);
  const text = readFileSync(new URL("../../CONTRIBUTING.md", import.meta.url), "utf8").replace(/\s+/g, " ");
  expect(text).toContain(`only from those after it: cli → ${folders.join(" → ")}`);
});
