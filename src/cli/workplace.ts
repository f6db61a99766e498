// A folder in which something is trained: its files, checkpoints, metrics, progress and Ctrl-C.
import { join } from "node:path";
import { describe } from "../export/description.js";
import { exportModule, moduleTypes } from "../export/javascript.js";
import { saveModel } from "../model/files.js";
import type { Model, ModelData } from "../model/model.js";
import { CheckpointError, Interrupted, reachedBy } from "../training/checkpoint.js";
import type { TrainingEvent } from "../training/events.js";
import type { CommonOptions } from "./context.js";
import { oneLine, UsageError } from "./errors.js";
import { checkNoFolder, prepareFolder, readIfThere, removeFile, writeOutput } from "./files.js";
import { keptByResumed, MetricsFile, ofTeacher } from "./metrics.js";
import { complain, Progress } from "./terminal.js";

/** The files that work leaves in its folder. */
const outputs = [
  ...["teacher.safetensors", "student.safetensors", "student.mjs", "student.d.mts", "metrics.jsonl", "summary.json"],
  ...["report.html", "frontier.json"],
  ...["teacher.checkpoint", "student.checkpoint", "joint.checkpoint"],
];

/** What is worked on; its checkpoint is called so, and its file where it is one model. */
type Phase = "teacher" | "student" | "joint";

export class Workplace {
  readonly folder: string;
  readonly metrics: MetricsFile;
  readonly #progress: Progress;
  readonly #quiet: boolean;
  readonly #stop = new AbortController();

  constructor(environment: string, seed: number, options: CommonOptions) {
    this.folder = options.out ?? join("runs", `${environment.replaceAll("/", "-")}-${seed}`);
    prepareFolder(this.folder);
    for (const name of outputs) checkNoFolder(this.path(name));
    this.metrics = new MetricsFile(this.path("metrics.jsonl"));
    this.#quiet = options.quiet === true;
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

  /** Aborted by Ctrl-C. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): void {
    writeOutput(this.path(name), content);
  }

  /** The student as a module, and what the module declares. */
  writeModule(student: Model): void {
    this.write("student.mjs", exportModule(student, describe(student)));
    this.write("student.d.mts", moduleTypes);
  }

  /**
   * Does long work that Ctrl-C stops with a checkpoint, and that goes on from one. Nothing in the folder changes before
   * the work's first event: until then it may still be refused.
   */
  async work<Result extends ModelData | { teacher: ModelData; student: ModelData }>(
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
          // what was under way was of another teacher
          if (phase !== "student") this.#forget("student");
          if (phase !== "joint") this.#forget("joint");
          else this.#forget("teacher");
        }
        begun = true;
        if (event.kind !== "progress") this.metrics.append(event);
        if (event.kind === "notice" && !this.#quiet) complain(event.message);
        this.#progress.update(event);
      };
      const result = await task({ signal, onEvent, resume });
      const models = "widths" in result ? { [phase]: result } : result;
      for (const [name, model] of Object.entries(models)) this.write(`${name}.safetensors`, saveModel(model));
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

/** The checkpoint to go on from. @throws UsageError where there is none */
export function requireCheckpoint(place: Workplace, phase: Phase): Uint8Array {
  const checkpoint = place.checkpoint(phase);
  if (checkpoint === undefined) throw new UsageError(`nothing to resume: ${place.folder} holds no checkpoint`);
  return checkpoint;
}
