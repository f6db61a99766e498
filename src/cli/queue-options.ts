// Working with a queue from the command line: where it is, and what its workers are doing.
import { type Command, Option } from "commander";
import { ConfigError } from "../core/config-error.js";
import { type FollowEvent, type JobQueue, openQueue } from "../queue/job-queue.js";
import { UsageError } from "./errors.js";
import { notEmpty } from "./options.js";
import { counted, type RunsBar } from "./runs-bar.js";
import { complain } from "./terminal.js";

/** Options of every command that works with a queue. */
export interface QueueFlags {
  queue?: string;
  store?: string;
}

const queueVariable = "QSTILL_QUEUE";

export const queueHelp = "the queue's server: redis://host:port/db, or rediss:// for TLS";

/** Adds --queue to a command whose jobs workers may do. */
export function addQueue(command: Command): Command {
  return command.option("--queue <url>", `let workers do the jobs (qstill worker); ${queueHelp}`, notEmpty("queue"));
}

/** Adds --queue to a command that only works with one. The variable keeps a password out of lists of processes. */
export function addNeededQueue(command: Command): Command {
  return command.addOption(new Option("--queue <url>", queueHelp).env(queueVariable));
}

/** Adds --store to a command that reads or writes the files of jobs. */
export function addStore(command: Command): Command {
  return command.option(
    "--store <place>",
    "where the files of jobs are, for all workers: a folder, or s3://bucket/prefix with AWS_ACCESS_KEY_ID, " +
      "AWS_SECRET_ACCESS_KEY, AWS_REGION and, for a server of your own, AWS_ENDPOINT_URL of the environment " +
      "(default: in the queue's server, up to 64 MiB a file)",
    notEmpty("store"),
  );
}

/** @throws ConfigError if a command needs a queue and none is given */
export function neededQueue({ queue }: QueueFlags): string {
  if (queue === undefined) throw new ConfigError(`no queue given: --queue or ${queueVariable} needs ${queueHelp}`);
  return queue;
}

/** What --resume says where there is nothing to go on from. */
export function nothingLeft(out: string, { queue }: QueueFlags): string {
  const next = queue === undefined ? "it begins at the start" : "answers come from the queue";
  return `nothing to go on from in ${out}: ${next}`;
}

const opened: JobQueue[] = [];

/** Closes what {@link chosenQueue} opened: a connection would keep this process alive. */
export function closeQueues(): void {
  for (const queue of opened.splice(0)) queue.close();
}

/**
 * The queue of --queue; undefined without it.
 * @param bar shows how the queue stands
 */
export async function chosenQueue(
  { queue, store }: QueueFlags,
  bar: RunsBar | undefined,
  quiet: boolean,
): Promise<JobQueue | undefined> {
  if (queue === undefined) {
    if (store !== undefined) throw new UsageError("--store is given without --queue: workers of a queue share it");
    return undefined;
  }
  const said = new Set<string>();
  const once = (text: string) => {
    if (quiet || said.has(text)) return;
    said.add(text);
    bar?.stop();
    complain(text);
  };
  const onEvent = (event: FollowEvent) => {
    if (event.kind === "trouble") return once(`${event.message} (it is tried again)`);
    if (event.kind === "answered") {
      return once(`the queue has ${counted(event.count, "answer")} already (qstill queue clear removes all)`);
    }
    bar?.queue(event);
    if (event.paused) once("the queue is paused: qstill queue resume lets it go on");
    else if (event.workers.length === 0) once("no worker is there yet: start some with qstill worker --queue <url>");
  };
  const chosen = await openQueue(queue, { store, onEvent });
  opened.push(chosen);
  return chosen;
}
