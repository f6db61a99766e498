// How large the library is, and how soon it is ready: the bytes of the wasm and of each entry point's bundle, and the
// time of loading.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { median } from "./median.js";

const root = new URL("..", import.meta.url);

function weigh(content) {
  return { bytes: content.length, gzipped: gzipSync(content, { level: 9 }).length };
}

/** The compiled compute core. */
export function wasmSize() {
  return weigh(readFileSync(new URL("build/core.wasm", root)));
}

/** The entry points that only Node can load. */
export const forNode = ["qstill/experiments", "qstill/gymnasium", "qstill/log", "qstill/queue"];

/** The names that "*" stands for in the path of a file; one empty name if there is no "*". */
function matches(file) {
  const [folder, rest] = file.split("*");
  if (rest === undefined) return [""];
  return readdirSync(new URL(folder, root)).filter((name) => existsSync(new URL(folder + name + rest, root)));
}

/** The package's entry points, by the name in an import, and the file of each. */
export function entryPoints() {
  const { name, exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  const modules = Object.entries(exports)
    .filter(([, target]) => typeof target !== "string")
    .flatMap(([subpath, target]) => matches(target.default).map((match) => [subpath, target.default, match]));
  return new Map(
    modules.map(([subpath, file, match]) => [name + subpath.slice(1).replace("*", match), file.replace("*", match)]),
  );
}

/**
 * A minified bundle of an entry point, with everything that it imports at once, including packages and the wasm. The
 * code for two threads is not in it, because it is loaded only on demand. Except for entry points for Node, it is for
 * a browser.
 */
export function bundleSize(name) {
  const { outputFiles, metafile } = buildSync({
    entryPoints: { bundle: fileURLToPath(new URL(entryPoints().get(name), root)) },
    bundle: true,
    minify: true,
    format: "esm",
    platform: forNode.includes(name) ? "node" : "browser",
    splitting: true,
    outdir: "bundle",
    write: false,
    metafile: true,
  });
  const files = ["bundle/bundle.js"];
  for (const file of files) {
    for (const { path, kind, external } of metafile.outputs[file].imports) {
      if (kind === "import-statement" && !external && !files.includes(path)) files.push(path);
    }
  }
  const contents = files.map((file) => outputFiles.find(({ path }) => path.endsWith(basename(file))).contents);
  return weigh(Buffer.concat(contents));
}

/** The milliseconds that the first call of core() takes in fresh processes, sorted. */
function loadTimes(processes) {
  const url = new URL("dist/core/instance.js", root).href;
  const script = `
    const { core } = await import(${JSON.stringify(url)});
    const started = performance.now();
    core();
    const taken = performance.now() - started; // taken before process.stdout, which is made when it is first used
    process.stdout.write(String(taken));`;
  const run = () => Number(execFileSync(process.execPath, ["--input-type=module", "-e", script]));
  return Array.from({ length: processes }, run).sort((a, b) => a - b);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const line = ({ bytes, gzipped }) => `${bytes} bytes, ${gzipped} gzipped (${(gzipped / 1024).toFixed(1)} KiB)`;
  console.log(`${"the wasm".padEnd(24)} ${line(wasmSize())}`);
  for (const name of entryPoints().keys()) console.log(`${name.padEnd(24)} ${line(bundleSize(name))}`);
  const times = loadTimes(20);
  console.log(
    `${"loading".padEnd(24)} ${median(times).toFixed(2)} ms, the median of ${times.length} processes (best ${times[0].toFixed(2)})`,
  );
}
