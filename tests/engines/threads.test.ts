// Two threads give the bits of one: in every version of Node, in Bun and Deno, and in browsers, where the library is bundled
// without a setting and runs in a worker of a cross-origin isolated page.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "vite";
import { beforeAll, expect, it } from "vitest";
import { trainTeacher, weightsHash } from "../../src/index.js";
import { shortTeacher } from "../short-training.js";
import { type Page, runtimes, withChromium, withFirefox } from "./launch.js";
import { orSkip } from "./skip.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const options = { ...shortTeacher, seed: 21 };
let bundle: string;

/** The library for browsers in as many files as the bundler makes of it, or in one. */
async function bundled(inOne: boolean): Promise<{ fileName: string; code: string }[]> {
  const result = await build({
    root,
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      lib: { entry: join(root, "dist", "index.js"), formats: ["es"], fileName: "qstill" },
      rolldownOptions: { output: { codeSplitting: !inOne } },
    },
  });
  const [{ output }] = result as unknown as [{ output: { fileName: string; code: string }[] }];
  return output;
}

beforeAll(async () => {
  [{ code: bundle }] = await bundled(true);
});

/** Trains on two threads in a worker of the page: the hash, and what was noticed. */
function inWorker(page: Page): Promise<{ isolated: boolean; hash: string; notices: string[] }> {
  const work = `
    const notices = [];
    const onEvent = (event) => event.kind === "notice" && notices.push(event.message);
    const { parameters } = await trainTeacher("CartPole-v1", { ...${JSON.stringify(options)}, threads: 2, onEvent });
    postMessage({ isolated: crossOriginIsolated, notices, hash: await weightsHash(parameters, parameters) });`;
  const source = JSON.stringify(`${bundle}\n${work}`);
  return page.evaluate(`
    new Promise((resolve, reject) => {
      const url = URL.createObjectURL(new Blob([${source}], { type: "text/javascript" }));
      const worker = new Worker(url, { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    })`);
}

it.for(runtimes)("%s", async ([, command], { skip }) => {
  const script = `
    import { trainTeacher, weightsHash } from "qstill";
    const notices = [];
    const onEvent = (event) => event.kind === "notice" && notices.push(event.message);
    const { parameters } = await trainTeacher("CartPole-v1", { ...${JSON.stringify(options)}, threads: 2, onEvent });
    console.log(JSON.stringify({ notices, hash: await weightsHash(parameters, parameters) }));`;
  const run = async () => {
    const [file, ...args] = command();
    const { stdout } = await promisify(execFile)(file, [...args, script], { cwd: root });
    return JSON.parse(stdout);
  };
  const { parameters } = await trainTeacher("CartPole-v1", options);
  expect(await orSkip(skip, run)).toEqual({ notices: [], hash: await weightsHash(parameters, parameters) });
});

it.for([
  ["Chromium", withChromium],
  ["Firefox", withFirefox],
] as const)("headless %s", async ([, withBrowser], { skip }) => {
  const { parameters } = await trainTeacher("CartPole-v1", options);
  const expected = { isolated: true, notices: [], hash: await weightsHash(parameters, parameters) };
  expect(await orSkip(skip, () => withBrowser(inWorker))).toEqual(expected);
});

it("a bundler puts the module for two threads into a file of its own", async () => {
  const { wasmText } = await import("../../src/core/threads.generated.js");
  const { wasmText: alone } = await import("../../src/core/wasm.generated.js");
  // the longest piece in which no bundler escapes anything, and which one thread's module does not have
  const pieces = wasmText.split(/[\\"'`$]/).filter((each) => !alone.includes(each));
  const [piece] = pieces.sort((a, b) => b.length - a.length);
  const files = await bundled(false);
  const holders = files.filter(({ code }) => code.includes(piece)).map(({ fileName }) => fileName);
  expect(files.map(({ fileName }) => fileName)).toContain("qstill.js");
  expect(holders).toHaveLength(1);
  expect(holders).not.toContain("qstill.js");
});
