// qstill worker: takes jobs from a queue and does them, until it is stopped.
import type { Command } from "commander";
import { printable } from "../core/reason.js";
import { isGymnasium } from "../gymnasium/register.node.js";
import { runWorker, type WorkerEvent } from "../queue/worker.js";
import type { Job } from "../training/job.js";
import { addEnvOptions, type EnvFlags, envFileOf, pythonUnused } from "./context.js";
import { UsageError } from "./errors.js";
import { readCount } from "./options.js";
import { addNeededQueue, addStore, neededQueue, type QueueFlags } from "./queue-options.js";
import { stopOnSignals } from "./stopping.js";
import { complain } from "./terminal.js";

interface WorkerFlags extends QueueFlags, EnvFlags {
  concurrency: number;
  module?: string[];
  once?: boolean;
  quiet?: boolean;
}

export function addWorker(program: Command): void {
  const command = program
    .command("worker")
    .description("take jobs of experiment, tune and shrink from a queue and do them; Ctrl-C gives them back");
  addNeededQueue(command)
    .option("--concurrency <number>", "number of jobs at the same time", readCount("concurrency", 1024), 1)
    .option(
      "--module <file>",
      "a file with an environment or with studies, or gymnasium:<id>; may be repeated",
      (path: string, before: string[] = []) => [...before, path],
    )
    .option("--once", "end when no job waits any more")
    .option("--quiet", "print nothing but errors");
  addStore(addEnvOptions(command)).action(async (options: WorkerFlags) => {
    const { concurrency, module = [], once, quiet, store } = options;
    const queue = neededQueue(options);
    if (options.envOptions !== undefined && module.length === 0)
      throw new UsageError("--env-options is given: it needs --module with an environment");
    if (options.python !== undefined && !module.some(isGymnasium)) throw pythonUnused();
    const say = (text: string) => {
      if (!quiet) complain(text);
    };
    const count = { done: 0, failed: 0 };
    const onEvent = (event: WorkerEvent) => {
      if (event.kind === "done") count.done++;
      if (event.kind === "failed") count.failed++;
      say(lineOf(event));
    };
    const signal = stopOnSignals(() => {});
    const modules = module.map((path) => envFileOf(path, options));
    await runWorker(queue, { concurrency, modules, once, store, signal, onEvent });
    say(`${count.done} done, ${count.failed} failed`);
    // status 130: who started it must know that work may be left (a Job of Kubernetes then starts another)
    if (once) signal.throwIfAborted();
  });
}

function lineOf(event: WorkerEvent): string {
  if (event.kind === "trouble") return event.message;
  if (event.kind === "ready") {
    const jobs = event.concurrency === 1 ? "one job" : `${event.concurrency} jobs`;
    return `worker ${event.name} takes ${jobs} at a time; Ctrl-C ends it`;
  }
  const job = nameOf(event.job);
  if (event.kind === "begun") return `begun: ${job}`;
  if (event.kind === "done") return `done: ${job}, ${event.wallSeconds} s`;
  if (event.kind === "failed") return `failed: ${job}: ${event.message}`;
  return `refused: ${job}: ${event.message}`;
}

/** A job in a few words. */
export function nameOf({ study, cell, seed }: Job<object>): string {
  return printable(`${study}, ${JSON.stringify(cell)}, seed ${seed}`);
}
