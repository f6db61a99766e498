// An option is one entry: its type, its sentence, the command line's flag and the reference table all come from there.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sentencesOf } from "../../scripts/describe-options.js";
import { filled, pageFile } from "../../scripts/options-page.js";
import { descriptions } from "../../src/cli/descriptions.generated.js";
import { studentOptions } from "../../src/distill/config.js";
import { jointOptions } from "../../src/distill/joint-config.js";
import { proximalOptions } from "../../src/distill/proximal.js";
import { shrinkOptions } from "../../src/distill/shrink.js";
import { teacherOptions } from "../../src/dqn/config.js";
import { offlineOptions } from "../../src/offline/config.js";
import type { Option } from "../../src/training/options.js";

const { teacher, student, offline, joint, guide } = descriptions;
const { widerAttempts: _, ...shrinking } = student;

describe.each<[string, Readonly<Record<string, Option<unknown>>>, Readonly<Record<string, string>>]>([
  ["teacher", { ...teacherOptions }, teacher],
  ["student", { ...studentOptions }, student],
  ["shrinking", { ...shrinkOptions }, shrinking],
  ["offline", { ...offlineOptions }, offline],
  ["joint", { ...jointOptions }, joint],
  ["proximal", { ...proximalOptions }, { ...teacher, ...guide }],
])("the %s options", (_, options, sentences) => {
  it("have a sentence each, and no sentence is left over", () => {
    expect(Object.keys(sentences)).toEqual(Object.keys(options));
  });

  it("allow their own defaults, also as the command line writes them", () => {
    for (const [name, option] of Object.entries(options)) {
      const { default: value } = option;
      const text = Array.isArray(value) ? value.join(",") : String(value ?? "none");
      expect({ name, accepted: option.accepts(value), read: option.parse(text) }).toEqual({
        name,
        accepted: true,
        read: value,
      });
    }
  });

  it("allow the ends of their ranges, and nothing beyond", () => {
    const { MAX_VALUE } = Number;
    for (const [name, { range, whole, default: value, accepts }] of Object.entries(options)) {
      if (range === undefined) continue;
      const accepted = (number: number) => accepts(Array.isArray(value) ? [number] : number);
      const { from, above, to } = range;
      const lowest = from ?? above;
      const ends = [
        to,
        lowest,
        to + (whole ? 1 : to * 1e-9 + 1e-9),
        lowest - 1e-9,
        -MAX_VALUE,
        (lowest + to) / 2 + 0.25,
      ];
      expect({ name, ends: ends.map(accepted) }).toEqual({
        name,
        ends: [true, above === undefined, false, false, false, !whole],
      });
    }
  });
});

it("an editor shows the sentence: the types that are published keep the docstring of each entry", () => {
  const types = readFileSync(new URL("../../dist/dqn/config.d.ts", import.meta.url), "utf8");
  const shown = [...types.matchAll(/\/\*\* (.*)\. \*\/\n\s+(\w+): import/g)].map(([, text, name]) => [name, text]);
  expect(Object.fromEntries(shown)).toEqual(teacher);
});

it("docs/options.md lists every option: run npm run docs:options where it is stale", () => {
  const page = readFileSync(pageFile, "utf8");
  expect(page).toBe(filled(page));
  for (const name of ["teacher", "student", "shrink", "offline", "joint", "proximal"]) {
    expect(page).toContain(`<!-- table of ${name} options -->`);
  }
});

describe("an option's sentence", () => {
  const read = (docstring: string) =>
    sentencesOf(
      "some.ts",
      `export const some = {\n  /** Steps at most. */\n  a: 1,\n  ${docstring}\n  b: 2,\n};`,
      "some",
    );

  it("is the docstring above its entry, without the full stop", () => {
    expect(read("/**\n   * Share of the way,\n   * where 1 copies.\n   */")).toEqual({
      a: "Steps at most",
      b: "Share of the way, where 1 copies",
    });
  });

  it.each([
    ["", "undefined"],
    ["// A comment.", "undefined"],
    ["/** Without a full stop */", '"Without a full stop"'],
    ["/** small. */", '"small."'],
    ["/** Two. Sentences. */", '"Two. Sentences."'],
    ["/** */", "undefined"],
  ])("is refused where it is %j", (docstring, found) => {
    const message = `some.ts: above b in some is ${found}: one sentence is needed`;
    expect(() => read(docstring)).toThrow(message);
  });
});
