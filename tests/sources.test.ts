// What no source uses, because another engine, time or place would give other weights: the host's inexact mathematics,
// its chance and its clock; and the network, and code that comes as text. Each exception has its reason.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Of `Math`: constants, and functions whose results the language defines to the bit. */
const exact = "PI E SQRT2 SQRT1_2 LN2 abs ceil clz32 floor fround imul max min round sign sqrt trunc".split(" ");

/** Names of the host that are used as they stand here, by file. */
const exceptions: Record<string, string[]> = {
  // when others get a turn
  "src/env/pauses.ts": ["performance"],
  // how many seconds it took, which decides nothing
  "src/training/resumable.ts": ["performance"],
  "src/distill/multi-task.ts": ["performance"],
  "src/training/job.ts": ["performance"],
  // how old a sign of life is, and how long ago "stopping…" was printed
  "src/cli/lock.ts": ["Date"],
  "src/cli/stopping.ts": ["performance"],
  // how long a study or a search still takes, for people
  "src/cli/runs-bar.ts": ["performance"],
  "src/experiments/processes.ts": ["Date"],
  // how often a queue is asked, and when there was work last
  "src/queue/abilities.ts": ["performance"],
  "src/queue/job-queue.ts": ["performance"],
  "src/queue/hands.ts": ["Date", "performance"],
  // files of jobs, in a bucket that the user named
  "src/queue/s3-store.ts": ["fetch"],
  // the SHA-256 of weights that are finished
  "src/model/hash.ts": ["crypto"],
  // the export that verify was given, and the studies that the caller named
  "src/cli/answers.ts": ["import of a name that is computed"],
  "src/experiments/study-worker.ts": ["import of a name that is computed"],
  // what a worker was started for
  "src/experiments/worker.ts": ["import of a name that is computed"],
  // files that the user named
  "src/queue/place.ts": ["import of a name that is computed"],
  "src/experiments/env-file.ts": ["import of a name that is computed"],
  // a new copy of a package
  "src/minari/again.node.ts": ["import of a name that is computed"],
  // when an event came, for people
  "src/log/logs.node.ts": ["Date"],
};

const hosts = [
  "Date",
  "performance",
  "crypto",
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "EventSource",
  "eval",
  "Function",
];
const network = ["http", "https", "http2", "net", "tls", "dgram", "dns", "vm", "perf_hooks"].map(
  (name) => `node:${name}`,
);

/** Every source of src/, without what the build makes. */
const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
  .map(({ name, parentPath }) => relative(root, join(parentPath, name)).replaceAll(sep, "/"))
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".generated.ts"))
  .map((path) => ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.Latest, true));

/** What of the host a source uses and ought not to. */
function found(source: ts.SourceFile): string[] {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const { parent } = node;
    if (ts.isIdentifier(node)) {
      // the name of a member, a property or a type is not the host's
      const member = "name" in parent && parent.name === node && !parent.getText().startsWith("globalThis.");
      if (!member && !ts.isTypeNode(parent)) {
        if (hosts.includes(node.text)) names.add(node.text);
        if (node.text === "Math") {
          const used = ts.isPropertyAccessExpression(parent) ? parent.name.text : "as a value";
          if (!exact.includes(used)) names.add(`Math.${used}`);
        }
      }
    } else if (ts.isBinaryExpression(node) && /^\*\*=?$/.test(node.operatorToken.getText())) {
      // a power of two is exact, because it only moves the exponent
      if (node.left.getText() !== "2") names.add(node.getText());
    } else if (ts.isStringLiteral(node) && network.includes(node.text)) names.add(node.text);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      if (!ts.isStringLiteral(node.arguments[0])) names.add("import of a name that is computed");
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...names].sort();
}

it("src/ uses nothing of the host that decides otherwise elsewhere, nor the network, nor code that comes as text", () => {
  const used = sources.map((source) => [source.fileName, found(source)] as const);
  expect(Object.fromEntries(used.filter(([, names]) => names.length > 0))).toEqual(exceptions);
});

it("finds what it looks for", () => {
  const text = `
    const { sin } = Math; Math.exp(1); Math["log"](2); 3 ** 2; x **= 2; Date.now(); performance.now(); new Function("");
    import "node:http"; await import(name); globalThis.fetch(url); crypto.getRandomValues(a);
    Math.sqrt(2) + 2 ** 3; record.Date; const row = { crypto: 1 }; "Math.random()"; // Math.random()`;
  expect(found(ts.createSourceFile("x.ts", text, ts.ScriptTarget.Latest, true))).toEqual([
    "3 ** 2",
    "Date",
    "Function",
    "Math.as a value",
    "Math.exp",
    "crypto",
    "fetch",
    "import of a name that is computed",
    "node:http",
    "performance",
    "x **= 2",
  ]);
});

// NativeMath is AssemblyScript's own, compiled with the rest; JSMath would be the host's
it("the core and the exports' module import no function of the host but the one that reports a fault", () => {
  for (const name of ["core", "threads", "inference"]) {
    const module = new WebAssembly.Module(readFileSync(join(root, "build", `${name}.wasm`)));
    const functions = WebAssembly.Module.imports(module).filter(({ kind }) => kind === "function");
    expect(functions.filter(({ name }) => name !== "abort")).toEqual([]);
  }
});

it("LunarLander-v3 alone takes its numbers from another package, and that package uses the host's sine", () => {
  const library = sources.filter(({ fileName }) => !/^src\/(cli|experiments|queue|report)\//.test(fileName));
  const packages = library.map(({ fileName, text }) => {
    const imported = ts.preProcessFile(text).importedFiles.map((file) => file.fileName);
    return [fileName, imported.filter((name) => !/^(\.|node:)/.test(name))] as const;
  });
  expect(Object.fromEntries(packages.filter(([, names]) => names.length > 0))).toEqual({
    "src/env/lunar-lander/lunar-lander.ts": ["planck"],
    "src/export/description.ts": ["@noble/hashes/sha2.js", "@noble/hashes/utils.js"], // a hash of bytes
    "src/import/zip.ts": ["fflate"], // unpacks bytes
    "src/offline/gzip.ts": ["fflate"],
    "src/minari/again.node.ts": ["h5wasm"],
    "src/minari/hdf5.ts": ["h5wasm", "h5wasm"], // reads a file's numbers
  });
  expect(readFileSync(join(root, "node_modules", "planck", "dist", "planck.mjs"), "utf8")).toContain("Math.sin");
});
