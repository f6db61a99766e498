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

/** What is being trained. Its checkpoint has this name, and so has its file if it is one model. */
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
    // never removed: a Ctrl-C while results are evaluated and written would lose them
    for (const name of ["SIGINT", "SIGTERM"]) {
      process.on(name, () => {
        this.#progress.stop(); // shows the cursor again
        if (this.#stop.signal.aborted) process.exit(130);
        this.#stop.abort();
      });
    }
  }

  /** This signal is aborted by Ctrl-C. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): void {
    writeOutput(this.path(name), content);
  }

  /** The student as a module, and the module's type declarations. */
  writeModule(student: Model): void {
    this.write("student.mjs", exportModule(student, describe(student)));
    this.write("student.d.mts", moduleTypes);
  }

  /**
   * Does long work that can be stopped and resumed: Ctrl-C leaves a checkpoint. Nothing in the folder changes before
   * the work's first event, because until then the work may still be refused.
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
          // the unfinished work belonged to another teacher
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
      this.#progress.finish();
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
        complain(`stopped: ${checkpoint} holds everything; to go on, repeat the command with --resume`);
      }
      throw error;
    } finally {
      signal.removeEventListener("abort", sayStopping);
      this.#progress.stop();
    }
  }

  /** The checkpoint of interrupted work; undefined if there is none. @throws UsageError for one that cannot be read */
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

/** The checkpoint to go on from. @throws UsageError if there is none */
export function requireCheckpoint(place: Workplace, phase: Phase): Uint8Array {
  const checkpoint = place.checkpoint(phase);
  if (checkpoint === undefined) throw new UsageError(`nothing to resume: there is no checkpoint in ${place.folder}`);
  return checkpoint;
}
