// A peer's process, as the command sees it: started once, asked for one case at a time.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const longestAnswerMs = 60_000;

export const pythonPeers = ["pytorch", "jax", "jax-scan"];
/** In the order of the table; a peer in JavaScript is the file of its name in peers/. */
export const peerNames = [
  "qstill",
  "plain-js",
  "tfjs-wasm",
  "tfjs-cpu",
  "jax-js",
  "onnxruntime-node",
  "onnxruntime-web",
  ...pythonPeers,
];

export class PeerProcess {
  #child;
  #lines;
  #complaint = "";

  constructor(name) {
    this.name = name;
    this.version = undefined;
    /** The cases that it offers; none before `start` and where that fails. */
    this.cases = [];
    const [command, script] = pythonPeers.includes(name)
      ? ["python3", "python_peers.py"]
      : [process.execPath, "serve.js"];
    this.#child = spawn(command, [script, name], { cwd: folder });
    this.#child.on("error", ({ code, message }) => {
      this.#complaint = code === "ENOENT" ? `${command} is not installed` : message;
    });
    this.#child.stdin.on("error", () => {}); // it has ended: the next answer says so
    this.#child.stderr.on("data", (text) => {
      this.#complaint = String(text).trim().split("\n").at(-1) || this.#complaint;
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error where the peer cannot be had */
  async start() {
    const { version, cases } = await this.#answer();
    this.version = version;
    this.cases = cases;
  }

  /** µs of one operation. @throws Error */
  async time(id) {
    this.#child.stdin.write(`time ${id}\n`);
    return (await this.#answer()).usPerOp;
  }

  /** Losses of the first updates, first actions, or the Q-values of a batch. @throws Error */
  async answers(id) {
    this.#child.stdin.write(`answers ${id}\n`);
    return (await this.#answer()).answers;
  }

  close() {
    this.#child.kill();
  }

  async #answer() {
    const timer = setTimeout(() => {
      this.#complaint = `no answer within ${longestAnswerMs / 1000} s`;
      this.close();
    }, longestAnswerMs);
    try {
      for (;;) {
        const { value: line, done } = await this.#lines.next();
        if (done) throw new Error(this.#complaint || "its process ended");
        if (!line.startsWith("{")) continue; // a library's own greeting
        const answer = JSON.parse(line);
        if (answer.error !== undefined) throw new Error(answer.error);
        return answer;
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * Starts the peers; one that cannot be had is noted and left out.
 * @param {(text: string) => void} note
 */
export async function startAll(names, note) {
  const started = [];
  for (const name of names) {
    const peer = new PeerProcess(name);
    try {
      await peer.start();
      started.push(peer);
    } catch (error) {
      note(`– ${name}: ${error.message}`);
    }
  }
  return started;
}
