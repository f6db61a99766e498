// The README's figures and promises that no other test holds: its example, its picture, its table, its names.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fields } from "../src/env/known.js";
import { makeEnv } from "../src/env/registry.js";
import { distill, evaluate, studentConfig, trainTeacher } from "../src/index.js";
import { shortStudent, shortTeacher } from "./short-training.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const readme = read("README.md").replace(/[^\S\n]+/g, " ");
const manifest = JSON.parse(read("package.json"));

/** The parts of the README's text in the parentheses of a pattern. @throws if the README does not say it */
function said(pattern: RegExp): string[] {
  const found = pattern.exec(readme.replace(/\s+/g, " "));
  if (found === null) throw new Error(`the README does not say ${pattern}`);
  return found.slice(1);
}

/** Like "4,610". */
const grouped = (value: number) => value.toLocaleString("en");

describe("the ten lines", () => {
  const example = /```js\n([\s\S]*?)```/.exec(read("README.md"))?.[1] ?? "";
  // what is added saves both networks and counts what the README says about them
  const added = `
    const { saveModel } = await import("qstill");
    for (const [name, model] of Object.entries({ teacher, student })) await writeFile(name + ".safetensors", saveModel(model));
    const figures = (model) => [model.parameters.length, evaluate(model, { episodes: 100 }).mean];
    console.log(JSON.stringify({ teacher: figures(teacher), student: figures(student) }));`;
  let folder: string;
  let printed: string[];

  beforeAll(() => {
    mkdirSync(join(root, "build"), { recursive: true });
    folder = mkdtempSync(join(root, "build", "readme-")); // inside the package, so that "qstill" is found
    writeFileSync(join(folder, "example.mjs"), example + added);
    const output = execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" });
    printed = output.trim().split(/\n(?=[01{])/);
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("are ten at most, run, and print what they promise", () => {
    expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
    expect(printed[0]).toMatch(/^\{\n? *episodes: 100,\s+mean: 500,\s+std: 0,/);
    expect(printed[1]).toMatch(/^[01]$/);
  });

  it("give networks of the sizes and returns that the README says", () => {
    const { teacher, student } = JSON.parse(printed[2]);
    const [teacherSize] = said(/seed: 0 \}\); \/\/ ([\d,]+) parameters, seconds/);
    const [studentSize] = said(/hidden: \[16\], seed: 0 \}\); \/\/ ([\d,]+) parameters/);
    expect([grouped(teacher[0]), grouped(student[0])]).toEqual([teacherSize, studentSize]);
    const [teacherShown, studentShown, both] = said(/: ([\d,]+) → ([\d,]+) parameters, both (\d+)\]/);
    expect([teacherShown, studentShown]).toEqual([teacherSize, studentSize]);
    expect([teacher[1], student[1]]).toEqual([Number(both), Number(both)]);
    const [share] = said(/with ([\d.]+) % of its parameters/);
    expect(((100 * student[0]) / teacher[0]).toFixed(1)).toBe(share);
    expect(said(/(\d+) is the most that an episode can return/)).toEqual([both]);
    expect(makeEnv("CartPole-v1").maxEpisodeSteps).toBe(Number(both));
  });

  it("leave a student of a few kilobytes of JavaScript", () => {
    said(/a few kilobytes of JavaScript/);
    expect(statSync(join(folder, "student.mjs")).size).toBeLessThanOrEqual(4096);
  });

  it("make the picture: it is this run, moves, says the figures, and has 200 KB at most", () => {
    const [alt, path] = said(/!\[([^\]]+)\]\(([^)]+\.svg)\)/);
    const drawn = join(folder, "drawn.svg");
    execFileSync(process.execPath, [join(root, "scripts", "picture.js"), folder, drawn]);
    const picture = read(path);
    expect(readFileSync(drawn, "utf8") === picture, `scripts/picture.js draws another ${path}`).toBe(true);
    expect(Buffer.byteLength(picture)).toBeLessThanOrEqual(200_000);
    expect(picture).toContain('repeatCount="indefinite"');
    const [, teacher, student, both] = /: (.+) → (.+) parameters, both (.+)/.exec(alt)!;
    expect(picture).toContain(
      `aria-label="Teacher: ${teacher} parameters, return ${both}. Student: ${student} parameters, return ${both}."`,
    );
  });
});

describe("the figures are those of the pages that they lead to", () => {
  const cells = (line = "") => line.split("|").map((cell) => cell.trim());

  it("what a student keeps, and how long a run takes", () => {
    const row = cells(/^\| CartPole-v1 +\| 0–19 .*$/m.exec(read("docs/results.md"))?.[0]);
    const [kept, share] = said(/The student keeps \| ([\d.]+) % of the teacher's return, with ([\d.]+) % of its/);
    const [seconds, least, most] = said(/A whole run takes \| ([\d.]+) seconds \(([\d.]+) to ([\d.]+)\)/);
    expect(row[5]).toMatch(new RegExp(`\\(${share} %\\)$`));
    expect(row[6]).toMatch(new RegExp(`^${kept} %`));
    expect(row[7]).toBe(`${seconds} (${least}–${most})`);
  });

  it("on how many seeds a teacher learns", () => {
    const rows = read("docs/every-seed.csv").trim().split("\n").slice(1);
    const means = (id: string) =>
      rows.filter((row) => row.startsWith(`${id},`)).map((row) => Number(row.split(",")[2]));
    const number = (text: string) => Number(text.replace(",", "").replace("−", "-"));
    const [goal, reached, all, worst] = said(
      /CartPole-v1\s+reaches (\d+) \[on ([\d,]+) of ([\d,]+) seeds\]\S+ (\d+) on the/,
    );
    const [pole, car] = [means("CartPole-v1"), means("MountainCar-v0")];
    expect(pole.filter((mean) => mean >= number(goal)).length).toBe(number(reached));
    expect([pole.length, Math.floor(Math.min(...pole))]).toEqual([number(all), number(worst)]);
    const [carGoal, carReached, carAll] = said(/MountainCar-v0 reaches (−\d+) on (\d+)\s+of (\d+)/);
    expect(car.filter((mean) => mean >= number(carGoal)).length).toBe(number(carReached));
    expect(car.length).toBe(number(carAll));
  });

  it("how fast an update is beside other libraries", () => {
    const table = /## Beside other libraries[\s\S]*?(\| case[^\n]*)\n[^\n]*\n(\| A1[^\n]*)/.exec(
      read("docs/performance.md"),
    );
    const [libraries, ratios] = [cells(table?.[1]), cells(table?.[2])];
    const ratio = (library: string) => {
      const cell = ratios[libraries.findIndex((name) => name.startsWith(library))];
      return String(Math.round(Number(/\(([\d.]+)×\)/.exec(cell)?.[1])));
    };
    expect(
      said(/(\d+) times as fast as in plain JavaScript, (\d+) times TensorFlow\.js \(wasm\), (\d+) times PyTorch/),
    ).toEqual(["plain-js", "tfjs-wasm", "PyTorch"].map(ratio));
  });

  it("how near to the processor's limit updates of two hidden layers come", () => {
    const shares = [...read("docs/performance.md").matchAll(/^\| A[1-4] .* (\d+)(?:–(\d+))? % +\| \d+ % +\|$/gm)];
    expect(shares.length).toBeGreaterThanOrEqual(8); // four cases on two processors
    const all = shares.flatMap(([, low, high = low]) => [Number(low), Number(high)]);
    const [least, most] = said(/64 to 256 units reach (\d+) to (\d+) % of the processor's/);
    expect([Math.min(...all), Math.max(...all)]).toEqual([Number(least), Number(most)]);
  });
});

describe("the names are right:", () => {
  it("every field of the environments", () => {
    const [named] = said(/the originals: \[([^\]]+)\]/);
    expect(named.split(/, | and /)).toEqual(fields);
  });

  it("every script that is run by npm", () => {
    for (const [, name] of readme.matchAll(/npm run ([\w:]+)/g)) expect(manifest.scripts).toHaveProperty([name]);
  });

  it("every package that only one thing needs", () => {
    for (const name of Object.keys(manifest.peerDependencies)) expect(readme).toContain(`npm install ${name}`);
  });

  it("the share of the return that the smallest student keeps", () => {
    const [percent] = said(/the smallest student that keeps (\d+) % of the return/);
    expect(studentConfig("CartPole-v1", {}).threshold).toBe(Number(percent) / 100);
  });

  it("the version of Node, and the licence", () => {
    expect(`>=${said(/with Node (\d+) or later/)[0]}`).toBe(manifest.engines.node);
    expect(readme).toContain(`${manifest.license} licence`);
    expect(read("LICENSE")).toMatch(new RegExp(`^${manifest.license} License`));
  });
});

it("an environment of one's own takes the place of the id with no more than the README names", async () => {
  const [named] = said(/a function that makes an object with ([^.]+)\./);
  let steps = 0;
  const own = {
    observationSize: 1,
    actionCount: 2,
    reset: () => {
      steps = 0;
      return [0];
    },
    step: (action: number) => ({ observation: [++steps / 9], reward: action, terminated: steps === 9 }),
  };
  expect([...named.matchAll(/`(\w+)/g)].map(([, name]) => name)).toEqual(Object.keys(own));
  const make = () => ({ ...own });
  const teacher = await trainTeacher(make, { ...shortTeacher, seed: 0 });
  const student = await distill(teacher, { ...shortStudent, seed: 0 });
  for (const model of [teacher, student]) expect(evaluate(model, { episodes: 2, env: make }).episodes).toBe(2);
});

it("the README is a page of about 100 lines", () => {
  expect(read("README.md").split("\n").length).toBeLessThanOrEqual(110);
});
