// The options of teachers and students: what their documentation says is so.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { studentOptions } from "../../src/distill/config.js";
import { teacherOptions } from "../../src/dqn/config.js";

it.each([
  ["dqn", teacherOptions],
  ["distill", studentOptions],
])("src/%s/config.ts documents each option with its default", (folder, options) => {
  const source = readFileSync(new URL(`../../src/${folder}/config.ts`, import.meta.url), "utf8");
  const documented = [...source.matchAll(/\/\*\* .*; default (.*)\. \*\/\n {2}readonly (\w+):/g)];
  const inWords = (value: unknown) =>
    typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 9 }) : String(value);
  expect(documented.map(([, text, name]) => [name, text])).toEqual(
    Object.entries(options).map(([name, option]) => {
      const value: unknown = option.default;
      return [name, Array.isArray(value) ? value.map(inWords).join(", ") : inWords(value)];
    }),
  );
});
