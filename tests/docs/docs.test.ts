// The README and the pages of docs/: their programs and commands run, their links lead somewhere, and the
// indices name all that there is. Pages share a folder, the README first, and trainings are short (short.js).
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import "../../src/env/all.js";
import { environmentIds } from "../../src/env/registry.js";
import { parseXml } from "../draw/xml.js";
import { type Block, blocksOf, pages, root } from "./blocks.js";

vi.setConfig({ testTimeout: 300_000 }); // a page may have many commands

/** Languages of programs, of commands, and of what is no code: output, formulas, changes. */
const program = ["js", "ts"];
const commands = ["sh"];
const text = ["", "diff"];

/** Whose programs give budgets of their own, which are short as they are. */
const asWritten = ["docs/environments/your-own.md", "docs/import.md", "docs/your-own-environment.md"];

const preload = `--import=${pathToFileURL(join(root, "tests", "docs", "short.js"))}`;
const blocks = new Map(pages().map((page) => [page, blocksOf(page)]));
let place: string; // where it all runs: inside the package, so that "qstill" is found

beforeAll(() => {
  mkdirSync(join(root, "build"), { recursive: true });
  place = mkdtempSync(join(root, "build", "docs-"));
  symlinkSync(join(root, "scripts"), join(place, "scripts"), "dir");
  const [battery] = blocksOf("docs/your-own-environment.md"); // the page says to put it into this file
  writeFileSync(join(place, "battery.mjs"), battery.code);
  mkdirSync(join(place, "bin"));
  const foreign = [
    "sb3_dqn_cartpole.zip",
    "cartpole_qnet.pt",
    "sb3_ppo.zip",
    "refuse_twins.pt",
    "relu_odd_widths.safetensors",
    "refuse_evil.pt",
    "refuse_conv.onnx",
  ];
  for (const file of foreign) copyFileSync(join(root, "tests", "foreign", file), join(place, file));
  copyFileSync(join(place, "sb3_dqn_cartpole.zip"), join(place, "dqn.zip"));
  const states = Array.from({ length: 200 }, (_, i) => [1, 2, 3, 4].map((n) => Math.fround(Math.sin(n * i))));
  const lines = states.map((observation) => `${JSON.stringify({ observation })}\n`);
  writeFileSync(join(place, "states.jsonl"), lines.join(""));
  for (const name of ["npm", "npx"]) {
    const script = `exec node '${join(root, "tests", "docs", `${name}.js`)}' "$@"`;
    writeFileSync(join(place, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** The blocks of a page that run, in some languages. */
function running(page: string, languages: readonly string[]): Block[] {
  const all = blocks.get(page) ?? [];
  return all.filter(({ language, reason }) => languages.includes(language) && reason === undefined);
}

const having = (languages: readonly string[]) => pages().filter((page) => running(page, languages).length > 0);
const nameOf = (page: string) => page.replaceAll("/", "-").replace(/\.md$/, "");

/** A page's blocks are one program: put into a file one after another. */
const programOf = (page: string) =>
  running(page, program)
    .map(({ code }) => code)
    .join("\n");

function run(file: string, args: readonly string[], options: string): string {
  const PATH = [join(place, "bin"), dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH, NODE_OPTIONS: options };
  return execFileSync(file, args, { cwd: place, encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
}

/** What a page's program must have printed, where a line says more than that it ran. */
const printed: Record<string, (lines: readonly string[]) => void> = {
  "docs/export.md": (lines) => expect(lines).toEqual(["true push right", "1", "1 -0.15 0.15", "0", "0", "0"]),
  "docs/import.md": (lines) => {
    const promised = [...programOf("docs/import.md").matchAll(/console\.log\(.*\/\/ (.*)/g)].map(
      ([, comment]) => comment,
    );
    expect(lines.length).toBe(promised.length);
    for (const [line, text] of promised.entries()) expect(lines[line]).toContain(text.replace(/ ?…$/, ""));
  },
  "docs/your-own-environment.md": ([findings, byHand, teacher, student, masked, same, ...rest]) => {
    expect([findings, same, rest]).toEqual(["[]", "true", []]);
    for (const mean of [teacher, student]) expect(Number(mean)).toBeGreaterThan(Number(byHand));
    expect(Number.isFinite(Number(masked))).toBe(true);
  },
  "docs/environments/tic-tac-toe.md": ([neverLoses, asX, positions]) => {
    expect(["true", "false"]).toContain(neverLoses); // a short training
    expect(asX).toBe("{ positions: 99, wins: 99, draws: 2, losses: 0, illegal: 0 }");
    expect(positions).toBe("4520");
  },
  "docs/from-logs.md": ([log]) => expect(log).toBe("10122 steps in 3000 visits, 0 left out"),
  "docs/live-service.md": (lines) => expect(lines).toEqual(["2000 1800 0", "true []", "2", "51"]),
  "docs/environments/your-own.md": ([findings, problem, masked, mask, later, mean, wrapped, vector]) => {
    expect([findings, masked, mask, later]).toEqual(["[]", "[]", "1 0 1", "false"]);
    expect(problem).toMatch(/^two new copies, reset with seed 0 and given the same actions, differ/);
    expect(Number(mean)).toBeGreaterThan(-250);
    expect(wrapped).toBe("8 House-v0");
    expect(vector).toBe("11111111 true");
    expect(parseXml(readFileSync(join(place, "house.svg"), "utf8")).attributes.width).toBe("200");
  },
};

it.each(having(commands))("the commands of %s run", (page) => {
  for (const { code } of running(page, commands)) run("sh", ["-euc", code], preload);
});

it.each(having(program))("the program of %s runs", (page) => {
  const file = `${nameOf(page)}.mjs`;
  writeFileSync(join(place, file), transformSync(programOf(page), { loader: "ts", format: "esm" }).code);
  const output = run(process.execPath, [file], asWritten.includes(page) ? "" : preload);
  printed[page]?.(output.trim().split("\n"));
});

it("the types of every program with TypeScript in it fit", () => {
  const files = having(["ts"]).map((page) => {
    const file = join(place, `${nameOf(page)}.ts`);
    writeFileSync(file, programOf(page));
    return file;
  });
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    types: ["node"],
  };
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram(files, options));
  const found = diagnostics.map(({ file, messageText }) => [
    file?.fileName,
    ts.flattenDiagnosticMessageText(messageText, " "),
  ]);
  expect(found).toEqual([]);
});

it("every other block is no code, or marked as not to run with the reason", () => {
  const known = [...program, ...commands, ...text];
  const marked: string[] = [];
  const unmarked: string[] = [];
  for (const [page, all] of blocks) {
    for (const { language, line, reason } of all) {
      if (reason !== undefined) marked.push(`${page}:${line} ${language}: ${reason}`);
      else if (!known.includes(language)) unmarked.push(`${page}:${line} ${language}`);
    }
  }
  console.log([`${marked.length} blocks of pages do not run:`, ...marked].join("\n  "));
  expect(unmarked).toEqual([]);
});

it("the index of guides leads to every page beside it", () => {
  const index = readFileSync(join(root, "docs", "README.md"), "utf8");
  const beside = pages().filter((page) => /^docs\/(?!README)[^/]+$/.test(page));
  for (const page of beside) expect(index).toContain(`](${page.slice("docs/".length)})`);
});

it("the index of environments names every one, with its sizes", () => {
  const index = readFileSync(join(root, "docs", "environments", "README.md"), "utf8");
  for (const id of environmentIds()) expect(index).toContain(`\`${id}\``);
});

/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

function anchorsOf(file: string): string[] {
  const headings = readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading]) => anchorOf(heading));
}

describe.each([...pages(), "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"])("%s", (page) => {
  it("links to what there is", () => {
    const links = readFileSync(join(root, page), "utf8").matchAll(/\[[^\]]*\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g);
    for (const [, target, anchor] of links) {
      const file = target === "" ? join(root, page) : join(root, dirname(page), target);
      expect({ target, exists: existsSync(file) }).toEqual({ target, exists: true });
      if (anchor !== undefined) expect(anchorsOf(file)).toContain(anchor);
    }
  });
});
