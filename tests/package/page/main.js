// What an installed qstill does in a page: every entry point in the page itself, training in a worker, an exported student.
import { modules } from "./modules.js";
import { act } from "./student.js";
import { uses } from "./uses.js";

/** Whether it went well, or what went wrong. */
async function outcome(run) {
  try {
    return await run();
  } catch (error) {
    return String(error);
  }
}

function inWorker() {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
}

async function outcomes() {
  const page = {};
  for (const name of Object.keys(modules)) page[name] = await outcome(() => uses[name]((name) => modules[name]()));
  return { student: act([0.01, 0.02, -0.03, 0.04]), page, worker: await outcome(inWorker) };
}

globalThis.outcomes = outcomes();
