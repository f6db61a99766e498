// An environment added as CONTRIBUTING.md says survives a bundle: its registration, its preset and its picture are there.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import ts from "typescript";
import { build as vite } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
let project: string; // has the package with the added environment, and a program that uses it

const section = readFileSync(join(root, "CONTRIBUTING.md"), "utf8").split("## Adding an environment")[1];
const example = (/```ts\n([\s\S]*?)```/.exec(section)?.[1] ?? "").replace(/^ {3}/gm, ""); // it stands in a list

/** The program gives what it finds of the environment that it imports for its effect alone. */
const program = `
  import "qstill/env/corridor";
  import { evaluate, makeEnv, presets, teacherConfig, trainTeacher } from "qstill";
  import { sceneOf, sceneToSvg } from "qstill/draw";
  const env = makeEnv("Corridor-v0");
  env.reset({ seed: 0 });
  const teacher = await trainTeacher("Corridor-v0", { seed: 100, evaluationEpisodes: 5, confirmationEpisodes: 5 });
  console.log(JSON.stringify({
    preset: presets["Corridor-v0"].teacher,
    trainedWith: teacher.config.envSteps,
    return: evaluate(teacher, { episodes: 20 }).mean,
    picture: sceneToSvg(sceneOf(env)).startsWith("<svg"),
  }));`;

/** Where the example of the guide walks right at once: the mean of 20 episodes from cells 0 … 6. */
const shortestWalk = { least: -7, most: -1 };

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "qstill-bundle-"));
  const installed = join(project, "node_modules", "qstill");
  for (const path of ["package.json", "dist"]) cpSync(join(root, path), join(installed, path), { recursive: true });
  const folder = join(installed, "dist", "env", "corridor");
  mkdirSync(folder);
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  writeFileSync(join(folder, "index.js"), ts.transpileModule(example, { compilerOptions }).outputText);
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  writeFileSync(join(project, "program.js"), program);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

it("the guide's example fits the types of the source", () => {
  const file = join(root, "src", "env", "corridor", "index.ts"); // as if it were there
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.readFile = (path) => (path === file ? example : readFile(path));
  host.getSourceFile = (path, target, ...rest) =>
    path === file ? ts.createSourceFile(path, example, target) : getSourceFile(path, target, ...rest);
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([file], { ...options, noEmit: true }, host));
  expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
});

const bundlers = {
  async esbuild() {
    const outfile = join(project, "esbuild.js");
    await esbuild({
      entryPoints: [join(project, "program.js")],
      absWorkingDir: project,
      bundle: true,
      minify: true,
      format: "esm",
      platform: "node",
      outfile,
      logLevel: "error",
    });
    return outfile;
  },
  async vite() {
    await vite({
      root: project,
      configFile: false,
      logLevel: "error",
      build: { target: "es2022", outDir: "vite", lib: { entry: "program.js", formats: ["es"], fileName: "program" } },
    });
    return join(project, "vite", "program.js");
  },
};

it.each(Object.entries(bundlers))(
  "in a bundle of %s the environment is registered, trained and drawn",
  async (_, bundle) => {
    const found = JSON.parse(execFileSync(process.execPath, [await bundle()], { encoding: "utf8" }));
    expect(found).toMatchObject({ preset: { envSteps: 4000 }, trainedWith: 4000, picture: true });
    expect(found.return).toBeGreaterThanOrEqual(shortestWalk.least);
    expect(found.return).toBeLessThanOrEqual(shortestWalk.most);
  },
);

it("a package that declares no effects would lose it", async () => {
  const file = join(project, "node_modules", "qstill", "package.json");
  const manifest = readFileSync(file, "utf8");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(manifest), sideEffects: false }));
  try {
    const lost = execFileSync.bind(null, process.execPath, [await bundlers.esbuild()], { stdio: "pipe" });
    expect(lost).toThrow('unknown environment "Corridor-v0"');
  } finally {
    writeFileSync(file, manifest);
  }
});
