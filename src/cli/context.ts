// What every command that works for long shares: its environment, seed, folder, Ctrl-C, progress and configuration.
import { join } from "node:path";
import type { Command } from "commander";
import { closest, distance } from "fastest-levenshtein";
import { studentOptions } from "../distill/config.js";
import { CheckpointError, Interrupted, reachedBy } from "../dqn/checkpoint.js";
import { teacherOptions } from "../dqn/config.js";
import type { TrainingEvent } from "../dqn/events.js";
import { checkOptions } from "../dqn/options.js";
import { environmentIds, makeEnv, UnknownEnvironmentError } from "../env/registry.js";
import { checkedSeed } from "../evaluate/checks.js";
import { saveModel } from "../model/files.js";
import type { ModelData } from "../model/model.js";
import { oneLine, UsageError } from "./errors.js";
import { checkNoFolder, prepareFolder, readIfThere, readJson, removeFile, writeOutput } from "./files.js";
import { keptByResumed, MetricsFile, ofTeacher } from "./metrics.js";
import { notEmpty, readSeed } from "./options.js";
import { complain, Progress } from "./terminal.js";

/** Options of every command that trains. */
export interface CommonOptions {
  seed?: number;
  out?: string;
  config?: string;
  resume?: boolean;
  json?: boolean;
  quiet?: boolean;
}

export function addCommonOptions(command: Command): Command {
  return command
    .option("--seed <number>", "everything random derives from it (default: 0)", readSeed)
    .option("--out <folder>", "where the files go (default: runs/<env>-<seed>)", notEmpty("out"))
    .option("--config <file>", "a configuration, or the summary.json of a run to repeat; options given here win")
    .option("--resume", "go on from the checkpoint that Ctrl-C left in the folder")
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors");
}

/** As many changed letters are taken for a slip of the pen. */
const slips = 3;

/** The id, if there is such an environment. @throws UsageError with the name that may be meant, otherwise */
export function checkedEnvironment(id: string): string {
  try {
    makeEnv(id);
    return id;
  } catch (error) {
    if (!(error instanceof UnknownEnvironmentError)) throw error;
    const given = id.toLowerCase();
    const names = new Map(environmentIds().map((name) => [name.toLowerCase(), name]));
    const nearest = closest(given, [...names.keys()]);
    const meant = distance(given, nearest) <= slips ? `: did you mean "${names.get(nearest)}"?` : "";
    throw new UsageError(`unknown environment ${JSON.stringify(id)}${meant} (qstill envs lists all)`);
  }
}

/** The environment that the call or its configuration file names. @throws UsageError where neither does */
export function chosenEnvironment(argument: string | undefined, file: ConfigFile): string {
  const id = argument ?? file.env;
  if (id === undefined) throw new UsageError("no environment given: name one (qstill envs lists all)");
  return checkedEnvironment(id);
}

/** The checkpoint to go on from. @throws UsageError where there is none */
export function requireCheckpoint(place: Workplace, phase: Phase): Uint8Array {
  const checkpoint = place.checkpoint(phase);
  if (checkpoint === undefined) throw new UsageError(`nothing to resume: ${place.folder} holds no checkpoint`);
  return checkpoint;
}

/** What a configuration file may hold. */
export interface ConfigFile {
  env?: string;
  seed?: number;
  teacher?: Record<string, unknown>;
  student?: Record<string, unknown>;
}

const fields = { env: "string", seed: "number", teacher: "object", student: "object" };

/**
 * Reads a configuration file, or the configuration in a run's summary.json.
 * @throws UsageError for a file that is neither, and for an option that is not allowed
 */
export function readConfigFile(path: string | undefined): ConfigFile {
  if (path === undefined) return {};
  const file = readJson(path);
  const config = (file.config ?? file) as Record<string, unknown>;
  for (const [name, value] of Object.entries(config)) {
    if (!Object.hasOwn(fields, name)) {
      throw new UsageError(
        `${path}: unknown field ${JSON.stringify(name)}: allowed are ${Object.keys(fields).join(", ")}`,
      );
    }
    const expected = fields[name as keyof typeof fields];
    if (typeof value !== expected || value === null) throw new UsageError(`${path}: ${name} is no ${expected}`);
  }
  const checked = config as ConfigFile;
  try {
    checkedSeed(checked.seed ?? 0);
    checkOptions("teacher", teacherOptions, checked.teacher ?? {}, (name) => `teacher.${name}`);
    checkOptions("student", studentOptions, checked.student ?? {}, (name) => `student.${name}`);
  } catch (error) {
    throw new UsageError(`${path}: ${oneLine(error)}`);
  }
  return checked;
}

/** The files that work leaves in its folder. */
const outputs = [
  ...["teacher.safetensors", "student.safetensors", "student.mjs", "metrics.jsonl", "summary.json", "report.html"],
  ...["teacher.checkpoint", "student.checkpoint"],
];

/** What is worked on; its checkpoint and its file are called so. */
type Phase = "teacher" | "student";

/** A folder in which something is trained: its files, checkpoints, metrics, progress and Ctrl-C. */
export class Workplace {
  readonly folder: string;
  readonly metrics: MetricsFile;
  readonly #progress: Progress;
  readonly #stop = new AbortController();

  constructor(environment: string, seed: number, options: CommonOptions) {
    this.folder = options.out ?? join("runs", `${environment.replaceAll("/", "-")}-${seed}`);
    prepareFolder(this.folder);
    for (const name of outputs) checkNoFolder(this.path(name));
    this.metrics = new MetricsFile(this.path("metrics.jsonl"));
    this.#progress = new Progress(options.quiet !== true && options.json !== true);
    // to the end of the process: a Ctrl-C while results are evaluated and written would lose them
    for (const name of ["SIGINT", "SIGTERM"]) {
      process.on(name, () => {
        this.#progress.stop(); // shows the cursor again
        if (this.#stop.signal.aborted) process.exit(130);
        this.#stop.abort();
      });
    }
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): void {
    writeOutput(this.path(name), content);
  }

  /**
   * Does long work that Ctrl-C stops with a checkpoint, and that goes on from one. Nothing in the folder changes before
   * the work's first event: until then it may still be refused.
   */
  async work<Result extends ModelData>(
    phase: Phase,
    resume: Uint8Array | undefined,
    task: (options: {
      signal: AbortSignal;
      onEvent: (event: TrainingEvent) => void;
      resume?: Uint8Array;
    }) => Promise<Result>,
  ): Promise<Result> {
    const { signal } = this.#stop;
    const sayStopping = () => complain("stopping…");
    signal.addEventListener("abort", sayStopping);
    try {
      if (resume !== undefined) this.metrics.keep(keptByResumed(phase, reachedBy(resume)));
      else if (phase === "student") this.metrics.keep(ofTeacher);
      let begun = false;
      const onEvent = (event: TrainingEvent) => {
        if (!begun) {
          if (resume === undefined) this.#forget(phase);
          if (phase === "teacher") this.#forget("student"); // it was of another teacher
        }
        begun = true;
        if (event.kind !== "progress") this.metrics.append(event);
        this.#progress.update(event);
      };
      const result = await task({ signal, onEvent, resume });
      this.write(`${phase}.safetensors`, saveModel(result));
      this.#forget(phase);
      return result;
    } catch (error) {
      this.#progress.stop();
      const checkpoint = this.path(checkpointName(phase));
      if (error instanceof CheckpointError) throw new UsageError(`${checkpoint}: ${oneLine(error)}`);
      if (error instanceof Interrupted) {
        writeOutput(checkpoint, error.checkpoint);
        complain(`stopped: ${checkpoint} holds everything; the same command with --resume goes on`);
      }
      throw error;
    } finally {
      signal.removeEventListener("abort", sayStopping);
      this.#progress.stop();
    }
  }

  /** The checkpoint that interrupted work left, or undefined. @throws UsageError for one that cannot be read */
  checkpoint(phase: Phase): Uint8Array | undefined {
    return readIfThere(this.path(checkpointName(phase)));
  }

  #forget(phase: Phase): void {
    removeFile(this.path(checkpointName(phase)));
  }
}

function checkpointName(phase: Phase): string {
  return `${phase}.checkpoint`;
}
