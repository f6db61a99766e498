// The command line as a process, and several at a time.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** A work that says nothing for this time hangs, in milliseconds. */
const patience = 300_000;

/** Starts the command line. @param preload URLs of modules that are loaded before it */
export function start(args, { env = {}, preload = [] } = {}) {
  const call = [...preload.flatMap((url) => ["--import", url]), main, ...args];
  return spawn(process.execPath, call, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
}

/** Waits for the end: the status or the signal, what was said, and how long it took. One that hangs is killed. */
export function ended(child) {
  const started = performance.now();
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, patience);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      resolve({ status, signal, stderr, hung, seconds: (performance.now() - started) / 1000 });
    });
  });
}

/** Does tasks, a few at a time. A task is a function; they are taken in order. */
export async function inLanes(lanes, take) {
  const lane = async () => {
    for (let task = take(); task !== undefined; task = take()) await task();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** A line on what goes on. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}
