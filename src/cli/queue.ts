// qstill queue: how a queue stands, and what can be done with all of it.
import { Argument, type Command } from "commander";
import { printable } from "../core/reason.js";
import { openQueue, type QueueState } from "../queue/job-queue.js";
import { addNeededQueue, neededQueue, type QueueFlags } from "./queue-options.js";
import { figure, print, table } from "./terminal.js";
import { nameOf } from "./worker.js";

interface QueueCommandFlags extends QueueFlags {
  json?: boolean;
}

/** The most jobs that were set aside that are named. */
const mostNamed = 10;

export function addQueueCommand(program: Command): void {
  const command = program
    .command("queue")
    .description("show how a queue stands, pause it, let it go on, or remove all of its jobs, results and files")
    .addArgument(new Argument("<what>").choices(["status", "pause", "resume", "clear"]));
  addNeededQueue(command)
    .option("--json", "print one JSON object and nothing else")
    .action(async (what: "status" | "pause" | "resume" | "clear", options: QueueCommandFlags) => {
      const queue = await openQueue(neededQueue(options));
      try {
        if (what !== "status") await queue[what]();
        const state = await queue.state();
        const failures = await queue.failures(mostNamed);
        if (options.json) print(JSON.stringify({ ...state, failures }));
        else {
          print(described(state));
          for (const { job, message } of failures) print(`set aside: ${nameOf(job)}: ${message}`);
        }
      } finally {
        queue.close();
      }
    });
}

function described({ waiting, active, done, failed, paused, workers }: QueueState): string {
  const head = ["waiting", "being done", "done", "set aside", "workers"];
  const counts = [waiting, active, done, failed, workers.length].map(figure);
  const lines = [table(head, [counts])];
  if (paused) lines.push("It is paused: workers take nothing until qstill queue resume.");
  if (workers.length > 0) {
    const rows = workers.map(({ name, version, busy, concurrency }) =>
      [name, version, `${busy} of ${concurrency}`].map(printable),
    );
    lines.push(table(["worker", "version", "busy"], rows));
  }
  return lines.join("\n");
}
