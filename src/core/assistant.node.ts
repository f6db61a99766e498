// The second thread of a team, started in Node.
import { Worker } from "node:worker_threads";
import type { Assistant, Task } from "./assistant.js";

// in a block, because Bun and Deno already have some of these names in the worker's global scope
const source = `{
const { parentPort, workerData: { module, memory, team } } = require("node:worker_threads");
const { exports } = new WebAssembly.Instance(module, { env: { memory, abort() {} } });
parentPort.postMessage("ready");
exports.team_assist(team);
}`;

/** @throws Error if Node refuses, for example because of its permissions */
export function startInNode(task: Task): Promise<Assistant> {
  // none of the process's options: some are meant for its own script, and the worker would apply them to itself
  const worker = new Worker(source, { eval: true, workerData: task, execArgv: [] });
  return new Promise((resolve, reject) => {
    worker.once("message", () => {
      worker.unref(); // the process ends when its own work is done
      resolve({ end: () => void worker.terminate() });
    });
    worker.once("error", reject);
  });
}
