// Both languages say everything, each in its own words.
import { expect, it } from "vitest";
import "../../src/env/all.js";
import type { Notice } from "../../src/core/notice.js";
import { sceneOf } from "../../src/draw/index.js";
import type { Option } from "../../src/index.js";
import { environmentIds, makeEnv, studentOptions, teacherOptions } from "../../src/index.js";
import { type Sign, signs } from "../../src/training/signs.js";
import { languages, nameIn } from "../../web/texts.js";
import { ailing, healthy } from "../training/ailing.js";

/** Texts that are the same in every language: names of files and formats, signs. */
const common = /^(ONNX|GFLOP\/s|2 ≤ 3|: |：|[¼14]×)$/;

/** Every text by its path; a function is called with numbers. */
function texts(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function")
    return [[path, value(...Array.from({ length: value.length }, (_, i) => String(i + 2)))]];
  return Object.entries(value as object).flatMap(([name, inner]) =>
    texts(inner, path === "" ? name : `${path}.${name}`),
  );
}

/** What is shown in English as it is has no text of the page's. */
const own = ([path]: [string, string]) => !/^(names|notices)\./.test(path);
const english = new Map(texts(languages.en).filter(own));
const chinese = new Map(texts(languages.zh).filter(own));

it("has the same keys in both", () => {
  expect([...chinese.keys()]).toEqual([...english.keys()]);
});

it("is written in Chinese where it is Chinese", () => {
  for (const [path, text] of chinese) {
    if (common.test(text) || path === "otherLanguage") continue;
    expect({ path, text, chinese: /\p{Script=Han}/u.test(text) }).toEqual({ path, text, chinese: true });
  }
});

it("has a Chinese name for every action, feature and label of the environments", () => {
  for (const id of environmentIds()) {
    const env = makeEnv(id);
    env.reset({ seed: 0 });
    const labels = sceneOf(env)?.shapes.flatMap((shape) => (shape.kind === "text" ? [shape.text] : [])) ?? [];
    for (const name of [...env.actionNames, ...env.featureNames, ...labels]) {
      if (/^[\d.]*$|m\/s$/.test(name)) continue;
      const named = nameIn(languages.zh, name);
      expect({ id, name, chinese: /\p{Script=Han}/u.test(named) }).toEqual({ id, name, chinese: true });
      expect(named.match(/\d+/g)).toEqual(name.match(/\d+/g));
    }
  }
});

it("has Chinese words for every notice of a training that goes wrong, with its values", () => {
  const notices = Object.entries<Sign>(signs).map(([name, { seen }]) => {
    const [changes] = ailing[name as keyof typeof ailing].shows;
    return seen({ ...healthy, ...changes }) as Notice;
  });
  expect(Object.keys(languages.zh.notices).sort()).toEqual(notices.map(({ code }) => code).sort());
  for (const { code, values } of notices) {
    const shown = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
    const said = languages.zh.notices[code](shown);
    expect(said).toMatch(/\p{Script=Han}/u);
    expect(said).not.toContain("undefined");
  }
});

it("says every number that the other language says", () => {
  const numbers = (text: string) => text.match(/\b[2-9]\b/g)?.sort() ?? [];
  for (const [path, text] of english) {
    expect({ path, numbers: numbers(chinese.get(path)!) }).toEqual({ path, numbers: numbers(text) });
  }
});

const options = { teacher: teacherOptions, student: studentOptions } as Record<string, Record<string, Option<unknown>>>;

it("has a field of the form for numbers alone, whose limits it can say", () => {
  for (const [of, fields] of Object.entries(languages.en.named)) {
    for (const name of Object.keys(fields)) {
      expect({ of, name, range: typeof options[of]?.[name]?.range }).toEqual({ of, name, range: "object" });
    }
  }
});

it("says of the hidden layers what their option allows", () => {
  for (const { hidden } of [teacherOptions, studentOptions]) {
    const { from, to } = hidden.range!;
    const most = 8; // "eight"
    expect(hidden.accepts(Array(most).fill(to))).toBe(true);
    expect(hidden.accepts(Array(most + 1).fill(to))).toBe(false);
    expect(languages.en.badWidths).toContain(`Up to eight whole numbers from ${from} to ${to}`);
    expect(languages.zh.badWidths).toContain(`最多八个 ${from} 到 ${to} 的整数`);
  }
});
