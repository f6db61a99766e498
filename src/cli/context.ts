// What every command that works for long shares: its environment, seed, folder, Ctrl-C, progress and configuration.
import { join } from "node:path";
import type { Command } from "commander";
import { closest } from "fastest-levenshtein";
import { Interrupted } from "../dqn/checkpoint.js";
import type { TrainingEvent } from "../dqn/events.js";
import { environmentIds, makeEnv, UnknownEnvironmentError } from "../env/registry.js";
import { UsageError } from "./errors.js";
import { MetricsFile, prepareFolder, readBytes, readJson, removeFile, writeOutput } from "./files.js";
import { wholeNumber } from "./options.js";
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
    .option("--seed <number>", "everything random derives from it (default: 0)", wholeNumber("seed", 0))
    .option("--out <folder>", "where the files go (default: runs/<env>-<seed>)")
    .option("--config <file>", "a configuration, or the summary.json of a run to repeat; options given here win")
    .option("--resume", "go on from the checkpoint that Ctrl-C left in the folder")
    .option("--json", "print one JSON object and nothing else")
    .option("--quiet", "print nothing but errors");
}

/** The id, if there is such an environment. @throws UsageError with the nearest name, otherwise */
export function checkedEnvironment(id: string): string {
  try {
    makeEnv(id);
    return id;
  } catch (error) {
    if (!(error instanceof UnknownEnvironmentError)) throw error;
    const nearest = closest(
      id.toLowerCase(),
      environmentIds().map((name) => name.toLowerCase()),
    );
    const name = environmentIds().find((known) => known.toLowerCase() === nearest);
    throw new UsageError(`unknown environment "${id}": did you mean "${name}"? (qstill envs lists all)`);
  }
}

/** The environment that the call or its configuration file names. @throws UsageError where neither does */
export function chosenEnvironment(argument: string | undefined, file: ConfigFile): string {
  const id = argument ?? file.env;
  if (id === undefined) throw new UsageError("no environment given: name one (qstill envs lists all)");
  return checkedEnvironment(id);
}

/** The checkpoint to go on from. @throws UsageError where there is none */
export function requireCheckpoint(place: Workplace, name: string): Uint8Array {
  const checkpoint = place.checkpoint(name);
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

/**
 * Reads a configuration file, or the configuration in a run's summary.json.
 * @throws UsageError for a file that is neither
 */
export function readConfigFile(path: string | undefined): ConfigFile {
  if (path === undefined) return {};
  const file = readJson(path);
  const config = (file.config ?? file) as Record<string, unknown>;
  for (const [name, value] of Object.entries(config)) {
    const expected = { env: "string", seed: "number", teacher: "object", student: "object" }[name];
    if (expected === undefined) {
      throw new UsageError(`${path}: unknown field "${name}": allowed are env, seed, teacher, student`);
    }
    if (typeof value !== expected || value === null) throw new UsageError(`${path}: ${name} is no ${expected}`);
  }
  return config as ConfigFile;
}

/** A folder in which something is trained: its files, checkpoint, metrics, progress and Ctrl-C. */
export class Workplace {
  readonly folder: string;
  readonly metrics: MetricsFile;
  readonly #progress: Progress;
  readonly #stop = new AbortController();
  readonly #onSignal = () => {
    if (this.#stop.signal.aborted) process.exit(130);
    this.#stop.abort();
  };

  constructor(environment: string, seed: number, options: CommonOptions) {
    this.folder = options.out ?? join("runs", `${environment.replaceAll("/", "-")}-${seed}`);
    prepareFolder(this.folder);
    this.metrics = new MetricsFile(this.folder, options.resume === true);
    this.#progress = new Progress(options.quiet !== true && options.json !== true);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): void {
    writeOutput(this.path(name), content);
  }

  readonly onEvent = (event: TrainingEvent): void => {
    if (event.kind !== "progress") this.metrics.append(event);
    this.#progress.update(event);
  };

  /**
   * Does long work that Ctrl-C stops with a checkpoint, and that goes on from one.
   * @param name what the checkpoint is of: "teacher" or "student"
   */
  async work<Result>(
    name: string,
    resume: Uint8Array | undefined,
    task: (options: {
      signal: AbortSignal;
      onEvent: (event: TrainingEvent) => void;
      resume?: Uint8Array;
    }) => Promise<Result>,
  ): Promise<Result> {
    process.on("SIGINT", this.#onSignal);
    process.on("SIGTERM", this.#onSignal);
    try {
      const result = await task({ signal: this.#stop.signal, onEvent: this.onEvent, resume });
      removeFile(this.#checkpoint(name));
      return result;
    } catch (error) {
      this.#progress.stop();
      if (error instanceof Interrupted) {
        writeOutput(this.#checkpoint(name), error.checkpoint);
        complain(`stopped: ${this.#checkpoint(name)} holds everything; the same command with --resume goes on`);
      }
      throw error;
    } finally {
      process.off("SIGINT", this.#onSignal);
      process.off("SIGTERM", this.#onSignal);
      this.#progress.stop();
    }
  }

  /** The checkpoint that an interrupted work of this name left, or undefined. */
  checkpoint(name: string): Uint8Array | undefined {
    try {
      return readBytes(this.#checkpoint(name));
    } catch {
      return undefined;
    }
  }

  #checkpoint(name: string): string {
    return this.path(`${name}.checkpoint`);
  }
}
