// What stands in place of a Python: errors in one line that say what was given and what to do. No Python is needed here.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { checkedAnyEnv } from "../../dist/env/custom.js";
import { gymnasium } from "../../dist/gymnasium/index.js";

const folder = mkdtempSync(join(tmpdir(), "qstill-python-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that takes the place of Python; its code may use `say(object)`, which greets. */
function program(name: string, code: string): string {
  const path = join(folder, name);
  const say = `const say = (hello) => {
    const text = Buffer.from(JSON.stringify(hello));
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(text.length);
    process.stdout.write(Buffer.concat([Buffer.from("\\nqstill 1\\n"), bytes, text]));
  };`;
  writeFileSync(path, `#!${process.execPath}\n${say}\n${code}\n`);
  chmodSync(path, 0o755);
  return path;
}

const hello = `{ observationSize: 1, actionCount: 2, maxEpisodeSteps: null, featureNames: ["x"], actionNames: ["a", "b"], binary: false }`;
/** Greets, and does something when the first round comes, which follows the start frame. */
const greets = (then: string) => `say(${hello});
  let all = Buffer.alloc(0);
  process.stdin.on("data", (bytes) => {
    all = Buffer.concat([all, bytes]);
    if (all.length > 4 + all.readUInt32LE()) { ${then} }
  });`;

it.each([
  [
    "no program",
    (): string => "nowhere/python",
    /: it needs Python, but nowhere\/python cannot be run: there is no such program \(--python, QSTILL_PYTHON or \{ python \} names another Python\)$/,
  ],
  ["a folder", (): string => folder, / cannot be run: it may not be run \(--python, /],
  [
    "one that lacks gymnasium",
    (): string => program("lacks", 'say({ error: "it has no gymnasium", otherPython: true })'),
    /: \S+lacks: it has no gymnasium \(--python, QSTILL_PYTHON or \{ python \} names another Python\)$/,
  ],
  [
    "one that ends",
    (): string => program("ends", 'console.error("a\\nlast words"); process.exit(4);'),
    /ends ended with status 4 before it answered: last words \(--python, /,
  ],
  [
    "one that is killed",
    (): string => program("killed", 'process.kill(process.pid, "SIGKILL")'),
    / was ended by SIGKILL before it answered \(/,
  ],
  [
    "one that says something else",
    (): string => program("other", 'console.log("Python 3")'),
    / ended with status 0 before it answered \(/,
  ],
  [
    "one that refuses",
    (): string => program("old", 'say({ error: "it is Python 3.4" })'),
    /: \S+old: it is Python 3\.4$/,
  ],
] as const)("%s", (_, path, message) => {
  const make = gymnasium("CartPole-v1", { python: path() });
  expect(make).toThrow(message);
  expect(make).toThrow(/^gymnasium:CartPole-v1: .*$/);
});

it("what is printed before the greeting is skipped, and an environment without a limit gets one", () => {
  const python = program(
    "prints",
    `process.stdout.write("hello\\n"); ${greets("")}; process.stdin.on("end", () => {});`,
  );
  expect(checkedAnyEnv(gymnasium("CartPole-v1", { python })())).toMatchObject({ maxEpisodeSteps: 10_000 });
});

it("one that dies is told, also if a process that it forked has its stdout", async () => {
  const fork = `const { spawn } = require("node:child_process");
    const child = spawn("sleep", ["300"], { stdio: ["ignore", "inherit", "ignore"], detached: true });
    require("node:fs").writeFileSync(${JSON.stringify(join(folder, "pid"))}, String(child.pid));
    child.unref();
    process.kill(process.pid, "SIGKILL");`;
  const env = checkedAnyEnv(gymnasium("CartPole-v1", { python: program("forks", greets(fork)) })());
  try {
    await expect((async () => env.reset({ seed: 1 }))()).rejects.toThrow(/ was ended by SIGKILL$/);
  } finally {
    process.kill(Number(readFileSync(join(folder, "pid"), "utf8")));
  }
});

it("one that makes another environment than it described is refused", async () => {
  const other = `say({ ...${hello}, actionCount: 3, actionNames: ["a", "b", "c"] });`;
  const code = `process.stdin.once("data", (bytes) => {
    if (JSON.parse(bytes.subarray(4, 4 + bytes.readUInt32LE())).describe) say(${hello}); else { ${other} }
  });`;
  const env = checkedAnyEnv(gymnasium("CartPole-v1", { python: program("changes", code) })());
  await expect((async () => env.reset({ seed: 1 }))()).rejects.toThrow(
    / \S+changes made an environment of another actionCount than before: it must not change$/,
  );
});

it.each([
  ["ends", "process.exit(7)", / was rejected: \S+ ended with status 7$/],
  [
    "answers too much",
    "process.stdout.write(Buffer.alloc(4)); process.stdout.write(Buffer.alloc(400))",
    / gave an answer that cannot be read$/,
  ],
  [
    "answers with a byte too much", // a record is 24 bytes here
    "const bytes = Buffer.alloc(29); bytes.writeUInt32LE(25); process.stdout.write(bytes);",
    / gave an answer that cannot be read$/,
  ],
  [
    "fails without a text",
    "const bytes = Buffer.alloc(28); bytes.writeUInt32LE(24); bytes[12] = 8; process.stdout.write(bytes);",
    / gave an answer that cannot be read$/,
  ],
] as const)("one that %s in a round", async (name, then, message) => {
  const source = gymnasium("CartPole-v1", { python: program(name, greets(then)) });
  const env = checkedAnyEnv(source());
  await expect((async () => env.reset({ seed: 1 }))()).rejects.toThrow(message);
  source.close();
});

it("options that are wrong are refused", () => {
  const wrong = (id: unknown, options?: unknown) => () => gymnasium(id as string, options as object);
  expect(wrong("")).toThrow('id is "": an environment of Gymnasium, such as "CartPole-v1", is needed');
  expect(wrong("CartPole-v1", { python: "" })).toThrow('python is "": the path of a Python is needed');
  expect(wrong("CartPole-v1", { kwargs: [] })).toThrow("kwargs is an empty array: an object is needed");
  for (const copies of [0, 1025, 1.5])
    expect(wrong("CartPole-v1", { copies })).toThrow(`copies is ${copies}: a whole number from 1 to 1024 is allowed`);
  const circle: unknown[] = [];
  circle.push(circle);
  for (const [name, kwargs, value] of [
    ["map", { map: () => {} }, "a function"],
    ["map", { map: new Map() }, "an object"],
    ["sizes[1].x", { sizes: [1, { x: 3n }] }, "3"],
    ["limit", { limit: NaN }, "NaN"],
    ["list[0]", { list: [undefined] }, "undefined"],
    ["circle[0]", { circle }, "an array"],
  ])
    expect(wrong("CartPole-v1", { kwargs })).toThrow(`kwargs.${name} is ${value}: plain JSON data is needed`);
  expect(wrong("CartPole-v1", { kwargs: { a: [1, "b", null, { c: true }], d: undefined } })).not.toThrow();
});
