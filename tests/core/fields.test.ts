// The options that the core is made with: the host writes them by their place, so both must have the same fields.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { distillerFields } from "../../src/core/distiller.js";
import type { Fields } from "../../src/core/handle.js";
import { learnerFields } from "../../src/core/learner.js";

const assembly = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "assembly");

/** The fields of a class of the core: each a name and u32 or f32, which usize is, too, having 4 bytes. */
function coreFields(file: string, name: string): string[] {
  const source = readFileSync(join(assembly, file), "utf8");
  const [, body] = new RegExp(`export class ${name} \\{\n(.*?)\n\\}`, "s").exec(source) as RegExpExecArray;
  return body.split("\n").map((line) => {
    const [, field, type] = /^ {2}(\w+): (\w+);/.exec(line) as RegExpExecArray;
    return `${field}: ${type === "usize" ? "u32" : type}`;
  });
}

const hostFields = (fields: Fields) => fields.map(([name, kind]) => `${name}: ${kind}`);

it("a learner's are the same in the core and in the host, in the same order", () => {
  expect(coreFields("learner.ts", "LearnerOptions")).toEqual(hostFields(learnerFields));
});

it("a distiller's are, too", () => {
  expect(coreFields("distiller.ts", "DistillerOptions")).toEqual(hostFields(distillerFields));
});
