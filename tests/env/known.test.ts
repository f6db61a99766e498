// What is known of each environment: presets that work, and lists and pages that say the same.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { filled, pageFile } from "../../scripts/environments-page.js";
import { ConfigError } from "../../src/core/config-error.js";
import { studentConfig } from "../../src/distill/config.js";
import { teacherConfig } from "../../src/dqn/configure.js";
import "../../src/env/all.js";
import { fields, studentInFirstRelease } from "../../src/env/known.js";
import { environmentIds, knownEnv, makeEnv, presets, register } from "../../src/env/registry.js";

const ids = environmentIds();

it.each(ids)("%s is made under its own id", (id) => {
  expect(makeEnv(id).id).toBe(id);
});

it("each has episodes that its reference recorded, except for a game of which every position is counted", () => {
  const key = (name: string) => name.toLowerCase().replace(/[-_]v\d.*|\.json.*|[^a-z0-9]/g, "");
  const recorded = readdirSync(new URL("../golden", import.meta.url)).map(key);
  const withReference = ids.filter((id) => !id.startsWith("TicTacToe"));
  expect(recorded).toEqual(expect.arrayContaining(withReference.map(key)));
});

it.each(Object.keys(presets))("a teacher and a student of %s take its presets", (id) => {
  const { teacher, student } = presets[id];
  expect(teacherConfig(id, {})).toMatchObject(teacher);
  expect(studentConfig(id, {})).toMatchObject(student);
});

it.each(Object.keys(presets))("a student of %s is what it was before students had other defaults", (id) => {
  expect(Object.keys(presets[id].student)).toEqual(expect.arrayContaining(Object.keys(studentInFirstRelease)));
});

it("a preset with a misspelt option or a value that is not allowed is refused", () => {
  const make = () => makeEnv("CartPole-v1");
  register(
    {
      id: "Misspelt-v0",
      make: () => ({ ...make(), id: "Misspelt-v0" }),
      presets: { teacher: { gama: 0.9 }, student: {} },
    },
    { id: "Wrong-v0", make: () => ({ ...make(), id: "Wrong-v0" }), presets: { teacher: {}, student: { rounds: 0 } } },
  );
  expect(() => teacherConfig("Misspelt-v0", {})).toThrow(ConfigError);
  expect(() => teacherConfig("Misspelt-v0", {})).toThrow('unknown teacher option "gama"');
  expect(() => studentConfig("Wrong-v0", {})).toThrow("rounds is 0");
});

it("what is said of an environment is said in both languages, and its field is a known one", () => {
  for (const id of ids) {
    const about = knownEnv(id)?.about;
    if (about === undefined) continue; // a form of another environment that lists leave out
    expect(fields).toContain(about.field);
    expect(about.task.en, id).toMatch(/^[A-Z].*\.$/);
    expect(about.task.zh, id).toMatch(/^\p{Script=Han}.*。$/u);
  }
});

it("docs/environments/README.md lists every environment: run npm run docs:environments if this fails", () => {
  const page = readFileSync(pageFile, "utf8");
  expect(page).toBe(filled(page));
  expect(page).toContain("| `CartPole-v1` ");
});
