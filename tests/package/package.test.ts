// The package as it is published: what it holds, and that every entry point works where it is installed.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { entryPoints, forNode } from "../../scripts/sizes.js";
import { exportModule, Model } from "../../src/index.js";
import { nodeBinary, nodeVersions, withChromium } from "../engines/launch.js";
import { serve } from "../engines/serve.js";
import { orSkip } from "../engines/skip.js";
import { uses } from "./uses.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 }); // packs, builds and opens browsers

const root = fileURLToPath(new URL("../..", import.meta.url));
const names = [...entryPoints().keys()];
let scratch: string; // a project that has installed the package with its optional peers, outside of the repository
let plain: string; // one that has installed it without them
let bare: string; // one that has nothing but the package itself
let packed: string[]; // the paths in the package

/** The package as npm packs it, and the packages that it says it needs, no others: none of them has to be fetched again. */
beforeAll(() => {
  [scratch, plain, bare] = ["package", "plain", "bare"].map((name) => mkdtempSync(join(tmpdir(), `qstill-${name}-`)));
  const pack = ["pack", "--json", "--ignore-scripts", "--dry-run"];
  const [{ files }] = JSON.parse(execFileSync("npm", pack, { cwd: root, encoding: "utf8" }));
  packed = files.map(({ path }: { path: string }) => path);
  install(scratch, (manifest) => ({ ...manifest.dependencies, ...manifest.peerDependencies }));
  install(plain, (manifest) => manifest.dependencies);
  install(bare, () => ({}));
  cpSync(join(root, "tests", "package", "uses.js"), join(scratch, "uses.js"));
  writeFileSync(join(scratch, "package.json"), '{ "type": "module" }');
});
afterAll(() => {
  for (const folder of [scratch, plain, bare]) rmSync(folder, { recursive: true, force: true });
});

type Manifest = Readonly<Record<"dependencies" | "peerDependencies", Record<string, string>>>;

/** Puts the files that npm packs into a project, and links the packages that are chosen of the manifest. */
function install(project: string, packages: (manifest: Manifest) => object): void {
  const installed = join(project, "node_modules", "qstill");
  for (const path of packed) cpSync(join(root, path), join(installed, path));
  for (const name of Object.keys(packages(JSON.parse(readFileSync(join(installed, "package.json"), "utf8"))))) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link, "dir");
  }
}

it("ships the built library, and no file of the build's own", () => {
  for (const path of ["dist/index.js", "dist/index.d.ts", "dist/cli/main.js", "README.md", "LICENSE"]) {
    expect(packed).toContain(path);
  }
  expect(packed.filter((path) => !/^dist\/\w[\w/.-]*\.(js|d\.ts)$/.test(path)).sort()).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "dist/gymnasium/player.py",
    "fixtures/cartpole-failed.safetensors",
    "package.json",
  ]);
});

it("builds nothing where it is installed", () => {
  const { scripts } = JSON.parse(readFileSync(join(bare, "node_modules", "qstill", "package.json"), "utf8"));
  for (const name of ["prepare", "preinstall", "install", "postinstall"]) expect(scripts).not.toHaveProperty(name);
});

it("brings at most 20 other packages, and none of them runs anything where it is installed", () => {
  interface Locked {
    readonly dev?: boolean;
    readonly devOptional?: boolean;
    readonly hasInstallScript?: boolean;
  }
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const locked = Object.entries<Locked>(packages).filter(([path]) => path !== "");
  const brought = locked.filter(([, { dev, devOptional }]) => !dev && !devOptional);
  expect(brought.length).toBeGreaterThan(10);
  expect(brought.length).toBeLessThanOrEqual(20);
  expect(brought.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
});

it("every entry point has a use here", () => {
  expect(Object.keys(uses).sort()).toEqual(names.sort());
});

it("the types of every entry point fit in a strict project, those of this package read, too", () => {
  const file = join(scratch, "types.ts");
  writeFileSync(file, names.map((name, i) => `export * as part${i} from "${name}";`).join("\n"));
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: [],
  });
  const found = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => [file?.fileName, messageText]);
  expect(found).toEqual([]);
});

const worked = (of: readonly string[]) => Object.fromEntries(of.map((name) => [name, true]));

/** What a command of an installed package came to. */
function commandLine(version: number, project: string, ...args: string[]) {
  const main = join(project, "node_modules", "qstill", "dist", "cli", "main.js");
  return spawnSync(nodeBinary(version), [main, ...args], { cwd: project, encoding: "utf8" });
}

describe.each(nodeVersions)("in Node %d", (version) => {
  const run = (file: string, ...lines: string[]) => {
    writeFileSync(join(scratch, file), lines.join("\n"));
    return execFileSync(nodeBinary(version), ["--no-warnings", file], { cwd: scratch, encoding: "utf8" });
  };
  const program = `
    const results = {};
    for (const [name, use] of Object.entries(uses)) results[name] = await use(load);
    console.log(JSON.stringify(results));`;

  it("every entry point can be imported, and works", async ({ skip }) => {
    const results = await orSkip(skip, async () =>
      run("all.mjs", 'import { uses } from "./uses.js";', "const load = (name) => import(name);", program),
    );
    expect(JSON.parse(results)).toEqual(worked(names));
  });

  if (version >= 22) {
    it("every entry point can be required, and works", async ({ skip }) => {
      const results = await orSkip(skip, async () =>
        run(
          "all.cjs",
          'const { uses } = require("./uses.js");',
          "const load = require;",
          `(async () => {${program}})();`,
        ),
      );
      expect(JSON.parse(results)).toEqual(worked(names));
    });
  }

  it("the README's ten lines run, and need no other package", async ({ skip }) => {
    const example = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))?.[1] ?? "";
    writeFileSync(join(bare, "example.mjs"), example);
    const printed = await orSkip(skip, async () =>
      execFileSync(nodeBinary(version), ["example.mjs"], { cwd: bare, encoding: "utf8" }),
    );
    expect(printed).toMatch(/mean: 500,\s+std: 0,/);
  });

  it("the command line runs", async ({ skip }) => {
    const { stdout } = await orSkip(skip, async () => commandLine(version, scratch, "envs", "--json"));
    expect(stdout).toContain("LunarLander-v3");
  });

  it("the command line says in one line which package something needs", async ({ skip }) => {
    const lander = await orSkip(skip, async () => commandLine(version, plain, "train", "LunarLander-v3"));
    expect([lander.status, lander.stderr]).toEqual([
      1,
      "LunarLander-v3 needs the package planck: npm install planck\n",
    ]);
    const bench = commandLine(version, plain, "bench");
    expect([bench.status, bench.stderr]).toEqual([1, "qstill bench needs the package benny: npm install benny\n"]);
    const envs = commandLine(version, plain, "envs", "--json");
    expect(JSON.parse(envs.stdout).environments.length).toBeGreaterThan(10);
    expect(envs.stderr).toBe(lander.stderr);
  });
});

describe("in a page that Vite has built", () => {
  const inPage = names.filter((name) => !forNode.includes(name));
  const updates = expect.any(Number);
  let site: string;

  beforeAll(async () => {
    const page = join(scratch, "page");
    cpSync(join(root, "tests", "package", "page"), page, { recursive: true });
    cpSync(join(root, "tests", "package", "uses.js"), join(page, "uses.js"));
    const modules = inPage.map((name) => `  "${name}": () => import("${name}"),`);
    writeFileSync(join(page, "modules.js"), ["export const modules = {", ...modules, "};"].join("\n"));
    const student = { environment: "CartPole-v1", widths: [4, 1, 2], parameters: new Float32Array(9).fill(1, 8) };
    writeFileSync(join(page, "student.js"), exportModule(new Model(student)));
    await build({ root: page, configFile: false, logLevel: "error" });
    site = join(page, "dist");
  });

  /** What came of each entry point in the page, of training in a worker, and of an exported student. */
  interface Outcomes {
    readonly page: Record<string, true | string>;
    readonly worker: { updates: number; notices: string[] } | string;
    readonly student: number;
  }

  /** The page opened under a policy, by a Chromium of its own. */
  async function outcomesUnder(policy: string): Promise<Outcomes> {
    const headers = {
      "content-security-policy": policy,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    };
    const { origin, close } = await serve(site, headers, readFileSync(join(site, "index.html"), "utf8"));
    try {
      return await withChromium(async (page) => {
        await page.goto(origin);
        return await page.evaluate("globalThis.outcomes");
      });
    } finally {
      close();
    }
  }

  it("is one page, its scripts and a worker", () => {
    expect(readdirSync(site).sort()).toEqual(["assets", "index.html"]);
  });

  it("everything works where scripts are the page's own and WebAssembly may be compiled", async ({ skip }) => {
    const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";
    const { page, worker, student } = await orSkip(skip, () => outcomesUnder(policy));
    expect(page).toEqual(worked(inPage));
    const alone = expect.stringMatching(/^on one thread: the second thread does not start/);
    expect(worker).toEqual({ updates, notices: [alone] });
    expect(student).toBe(1);
  });

  it("two threads need workers from blobs, too", async ({ skip }) => {
    const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:";
    const { worker } = await orSkip(skip, () => outcomesUnder(policy));
    expect(worker).toEqual({ updates, notices: [] });
  });

  it("where WebAssembly may not be compiled the library says so, and an exported student works", async ({ skip }) => {
    const { page, worker, student } = await orSkip(skip, () => outcomesUnder("default-src 'none'; script-src 'self'"));
    expect(page.qstill).toMatch(/Content Security Policy/);
    expect(worker).toMatch(/Content Security Policy/);
    expect(student).toBe(1);
  });
});
