// The pages of environments and the guide to exports: their programs run, their links lead somewhere, and the index names every environment.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import "../src/dqn/presets/all.js";
import { environmentIds } from "../src/env/registry.js";
import { parseXml } from "./draw/xml.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "docs", "environments");
const page = (name: string) => readFileSync(join(folder, name), "utf8");

it("the guide's pieces are one program that does what it says", () => {
  const program = [...page("your-own.md").matchAll(/```js\n([\s\S]*?)```/g)].map(([, piece]) => piece).join("\n");
  const place = mkdtempSync(join(root, "build", "docs-")); // inside the package, so that "qstill" is found
  try {
    writeFileSync(join(place, "house.mjs"), program);
    const printed = execFileSync(process.execPath, ["house.mjs"], { cwd: place, encoding: "utf8" });
    const [findings, problem, mean, wrapped, vector] = printed.trim().split("\n");
    expect(findings).toBe("[]");
    expect(problem).toMatch(/^two new copies, reset with seed 0 and given the same actions, differ/);
    expect(Number(mean)).toBeGreaterThan(-250);
    expect(wrapped).toBe("8 House-v0");
    expect(vector).toBe("11111111 true");
    expect(parseXml(readFileSync(join(place, "house.svg"), "utf8")).attributes.width).toBe("200");
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

it("the guide to exports is one program that does what it says", () => {
  const guide = readFileSync(join(root, "docs", "export.md"), "utf8");
  const program = [...guide.matchAll(/```js\n([\s\S]*?)```/g)].map(([, piece]) => piece).join("\n");
  const place = mkdtempSync(join(root, "build", "docs-")); // inside the package, so that "qstill" is found
  try {
    writeFileSync(join(place, "exports.mjs"), program);
    const printed = execFileSync(process.execPath, ["exports.mjs"], { cwd: place, encoding: "utf8" });
    expect(printed.trim().split("\n")).toEqual(["true push right", "1", "1 -0.15 0.15"]);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

it("the index names every environment, with its sizes", () => {
  const index = page("README.md");
  for (const id of environmentIds()) expect(index).toContain(`\`${id}\``);
});

describe.each(readdirSync(folder).filter((name) => name.endsWith(".md")))("%s", (name) => {
  it("links to what there is", () => {
    for (const [, target] of page(name).matchAll(/(?<!!)\[[^\]]*\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      expect({ target, exists: existsSync(join(folder, target)) }).toEqual({ target, exists: true });
    }
  });
});
