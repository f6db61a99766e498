// The second thread of a team, as Node starts it.
import { Worker } from "node:worker_threads";
import type { Assistant, Task } from "./assistant.js";

const source = `
const { parentPort, workerData: { module, memory, team } } = require("node:worker_threads");
const { exports } = new WebAssembly.Instance(module, { env: { memory, abort() {} } });
parentPort.postMessage("ready");
exports.team_assist(team);`;

/** @throws Error where Node refuses, by its permissions for instance */
export function startInNode(task: Task): Promise<Assistant> {
  // no options of the process: some are about its own script, and would be taken for the worker's
  const worker = new Worker(source, { eval: true, workerData: task, execArgv: [] });
  return new Promise((resolve, reject) => {
    worker.once("message", () => {
      worker.unref(); // the process ends when its own work is done
      resolve({ end: () => void worker.terminate() });
    });
    worker.once("error", reject);
  });
}
