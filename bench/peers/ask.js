// Asks a peer for its times or its answers, in a process of its own.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const folder = fileURLToPath(new URL(".", import.meta.url));
const timeout = 180_000;

export const pythonPeers = ["pytorch", "jax", "jax-scan"];
/** In the order of the table; a peer in JavaScript is the file of its name in peers/. */
export const peers = [
  "qstill",
  "plain-js",
  "tfjs-wasm",
  "tfjs-cpu",
  "jax-js",
  "onnxruntime-node",
  "onnxruntime-web",
  ...pythonPeers,
];

/**
 * @param {"time" | "answers"} mode
 * @returns {Promise<object[]>} for each case `{ peer, version, case, usPerOp }` or `{ …, answers }`, or
 * `{ peer, case, error }`; an error without a case concerns the whole peer
 */
export async function ask(peer, mode, ids) {
  const [command, script] = pythonPeers.includes(peer)
    ? ["python3", "python_peers.py"]
    : [process.execPath, "measure.js"];
  try {
    return linesOf(await run(command, [script, peer, mode, ...ids], { cwd: folder, timeout, maxBuffer: 2 ** 26 }));
  } catch (error) {
    return [...linesOf(error), { peer, error: reason(error, command) }];
  }
}

/** A library may print something of its own: only lines that begin with a brace are the peer's. */
function linesOf({ stdout = "" }) {
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

function reason({ code, killed, message, stderr = "" }, command) {
  if (code === "ENOENT") return `${command} is not installed`;
  if (killed) return `took longer than ${timeout / 1000} s`;
  return stderr.trim().split("\n").at(-1) || message.split("\n")[0];
}
