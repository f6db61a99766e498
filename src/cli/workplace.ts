// A folder in which something is trained: its files, checkpoints, metrics and progress.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AsyncOptions, EvaluationProgress } from "../evaluate/evaluate.js";
import { removeFile, WriteError } from "../experiments/durable.js";
import { describe } from "../export/description.js";
import { exportModule, moduleTypes } from "../export/javascript.js";
import { saveModel } from "../model/files.js";
import type { Model, ModelData } from "../model/model.js";
import { CheckpointError, Interrupted, reachedBy, readSetting } from "../training/checkpoint.js";
import type { TrainingEvent } from "../training/events.js";
import { fingerprint } from "../training/fingerprint.js";
import { originOf } from "../training/origin.js";
import type { CommonOptions } from "./context.js";
import { oneLine, UsageError } from "./errors.js";
import { checkNoFolder, prepareFolder, readIfThere, writeOutput } from "./files.js";
import { lockFolder } from "./lock.js";
import { type NamedLog, openLogs } from "./logs.js";
import { keptByResumed, MetricsFile, ofTeacher } from "./metrics.js";
import { stopOnSignals } from "./stopping.js";
import { complain, Progress } from "./terminal.js";

/** The files that are made of a student, or with it. */
const ofStudent = [
  ...["student.safetensors", "student.checkpoint", "student.mjs", "student.d.mts"],
  ...["card.md", "summary.json", "report.html", "frontier.json"],
];

/**
 * For each kind of work the files of an earlier one that new work makes obsolete, in the order in which they are
 * removed: when the model is gone, nothing that is left is taken for the result of new work.
 */
const obsolete = {
  teacher: ["teacher.safetensors", "teacher.checkpoint", "joint.checkpoint", ...ofStudent],
  student: [...ofStudent, "joint.checkpoint"],
  joint: ["teacher.safetensors", "joint.checkpoint", "teacher.checkpoint", ...ofStudent],
};

/** What is being trained. Its checkpoint has this name, and so has its file if it is one model. */
type Phase = keyof typeof obsolete;

/** What a folder holds of some work: its result, or the checkpoint to go on from, or neither. */
export interface Left<Result> {
  readonly finished?: Result;
  readonly checkpoint?: Uint8Array;
}

/** The options that long work is given. */
interface WorkGiven {
  readonly signal: AbortSignal;
  readonly onEvent: (event: TrainingEvent) => void;
  readonly resume?: Uint8Array;
  readonly checkpointInterval?: number;
  readonly onCheckpoint: (checkpoint: Uint8Array) => void;
  readonly keepCheckpoint?: boolean;
}

export class Workplace {
  readonly folder: string;
  readonly metrics: MetricsFile;
  /** This signal is aborted when the command is to stop. */
  readonly signal: AbortSignal;
  readonly #progress: Progress;
  readonly #logs: readonly NamedLog[];
  readonly #environment: string;
  readonly #options: CommonOptions;
  /** The latest complaint about each file that could not be written: the same one is not repeated. */
  readonly #complaints = new Map<string, string>();

  constructor(environment: string, seed: number, options: CommonOptions) {
    this.folder = options.out ?? join("runs", `${environment.replace(/[/\\:]+/g, "-")}-${seed}`);
    prepareFolder(this.folder);
    for (const name of [...obsolete.joint, "metrics.jsonl"]) checkNoFolder(this.path(name));
    lockFolder(this.folder);
    this.metrics = new MetricsFile(this.path("metrics.jsonl"));
    this.#logs = openLogs(options, this.folder, options.resume === true);
    this.#environment = environment;
    this.#options = options;
    this.#progress = new Progress(options.quiet !== true && options.json !== true);
    this.signal = stopOnSignals(() => this.#progress.stop());
  }

  /** A line for people, about what the command does. */
  say(text: string): void {
    if (!this.#options.quiet) complain(text);
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): void {
    writeOutput(this.path(name), content);
  }

  /**
   * Writes files, each on its own, because the work that led to them must not be lost with one of them. A file that
   * cannot be made or written is told in a line, and the command ends with status 1.
   */
  writeEach(files: Readonly<Record<string, () => string | Uint8Array>>): void {
    for (const [name, content] of Object.entries(files)) {
      try {
        this.write(name, content());
      } catch (error) {
        this.#progress.stop();
        complain(`${this.path(name)} is missing: ${oneLine(error)}`);
        process.exitCode = 1;
      }
    }
  }

  /** The student as a module, and the module's type declarations. */
  writeModule(student: Model): void {
    this.writeEach({
      "student.mjs": () => exportModule(student, describe(student)),
      "student.d.mts": () => moduleTypes,
    });
  }

  /**
   * Does long work that can be stopped and resumed: now and then, and when it is stopped, it leaves a checkpoint. Nothing
   * in the folder changes before the work's first event, because until then the work may still be refused.
   * @param needed keeps the checkpoint of finished work, because later work needs what only this holds
   */
  async work<Result extends ModelData | { teacher: ModelData; student: ModelData }>(
    phase: Phase,
    resume: Uint8Array | undefined,
    task: (options: WorkGiven) => Promise<Result>,
    needed = false,
  ): Promise<Result> {
    const checkpoint = this.path(checkpointName(phase));
    const { checkpointInterval, keepCheckpoint } = this.#options;
    try {
      if (resume !== undefined) this.#warnOfOptions(phase, resume);
      if (resume !== undefined) this.metrics.keep(keptByResumed(phase, reachedBy(resume)));
      else if (phase === "student") this.metrics.keep(ofTeacher);
      let begun = false;
      const begin = () => {
        if (!begun) this.#clear(phase, resume !== undefined);
        begun = true;
      };
      const onEvent = (event: TrainingEvent) => {
        begin();
        if (event.kind !== "progress")
          this.#trying(() => this.metrics.append(event), "metrics.jsonl", "it is tried again");
        for (const { path, write } of this.#logs) this.#trying(() => write(event), path, "the event is missing there");
        if (event.kind === "notice") this.say(`${event.message}: ${event.remedy}`);
        this.#progress.update(event);
      };
      const onCheckpoint = (bytes: Uint8Array) => {
        begin();
        const left = this.has(checkpointName(phase))
          ? `${checkpoint} still holds an earlier one`
          : "there is no earlier one";
        this.#trying(() => this.#keep(phase, bytes), checkpointName(phase), left);
      };
      const checkpoints = { resume, checkpointInterval, onCheckpoint, keepCheckpoint };
      const given = { signal: this.signal, onEvent, ...checkpoints };
      const result = await task(given).catch((error) => {
        if (error instanceof Interrupted) begin();
        throw error;
      });
      this.metrics.flush();
      this.#progress.finish();
      const models = "widths" in result ? { [phase]: result } : result;
      const failures: unknown[] = [];
      for (const [name, model] of Object.entries(models)) {
        try {
          const hash = name === "teacher" ? { teacherHash: fingerprint(model) } : undefined;
          this.write(`${name}.safetensors`, saveModel(model, hash));
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0]; // the checkpoint stays
      if (!keepCheckpoint && !needed) this.forget(phase);
      return result;
    } catch (error) {
      this.#progress.stop();
      if (error instanceof CheckpointError) throw new UsageError(`${checkpoint}: ${oneLine(error)}`);
      if (error instanceof Interrupted) {
        this.#keepLast(phase, error.checkpoint);
        const what =
          error.cause === undefined
            ? `stopped: ${checkpoint} holds everything`
            : `the environment failed: ${checkpoint} holds everything up to there`;
        complain(`${what}; to go on, repeat the command with --resume`);
      } else if (error instanceof WriteError && this.has(checkpointName(phase))) {
        complain(`${checkpoint} holds the work up to its last checkpoint; to go on, repeat the command with --resume`);
      }
      throw error;
    } finally {
      this.#progress.stop();
    }
  }

  /**
   * The model that some work makes: the finished one in the folder, or a new one, from the checkpoint on if there is one.
   * It says which.
   */
  async made<Result extends ModelData & { readonly envSteps: number; readonly updates: number }>(
    phase: "teacher" | "student",
    { finished, checkpoint }: Left<Result>,
    task: (options: WorkGiven) => Promise<Result>,
  ): Promise<Result> {
    if (finished) {
      this.sayFinished();
      this.forgetEarlier(phase, finished);
      return finished;
    }
    if (!this.#options.resume) this.warnOfOverwriting(`${phase}.safetensors`);
    else if (!checkpoint) this.sayBeginning();
    return this.work(phase, checkpoint, task);
  }

  /** Evaluates what was made. It can be stopped; with --resume it is done again. */
  async evaluating<Result>(evaluate: (options: AsyncOptions) => Promise<Result>): Promise<Result> {
    try {
      const onEvent = ({ share }: EvaluationProgress) => this.#progress.evaluating(share);
      return await evaluate({ signal: this.signal, onEvent });
    } catch (error) {
      this.#progress.stop();
      const what = this.signal.aborted ? "stopped" : "the evaluation failed";
      complain(`${what}: ${this.folder} holds what was made, which is not evaluated yet`);
      throw error;
    } finally {
      this.#progress.stop();
    }
  }

  /** The checkpoint of unfinished work; undefined if there is none. @throws UsageError for one that cannot be read */
  checkpoint(phase: Phase): Uint8Array | undefined {
    return readIfThere(this.path(checkpointName(phase)));
  }

  /** Removes the checkpoint of finished work. */
  forget(phase: Phase): void {
    removeFile(this.path(checkpointName(phase)));
  }

  /**
   * Removes a checkpoint from before the end of finished work: the command was ended before it could. One that was kept
   * is of the end itself. One that cannot be read is left alone.
   */
  forgetEarlier(phase: Phase, finished: { readonly envSteps: number; readonly updates: number }): void {
    const checkpoint = this.checkpoint(phase);
    if (checkpoint === undefined) return;
    try {
      const { envSteps, updates, due = [] } = reachedBy(checkpoint);
      if (envSteps >= finished.envSteps && updates >= finished.updates && due.length === 0) return;
    } catch (error) {
      if (error instanceof CheckpointError) return;
      throw error;
    }
    this.forget(phase);
  }

  /** Removes a student of earlier work, and what was made of it. */
  forgetStudent(): void {
    for (const name of ofStudent) removeFile(this.path(name));
  }

  /** Warns before new work that replaces what is finished. */
  warnOfOverwriting(...names: string[]): void {
    const finished = names.find((name) => this.has(name));
    if (finished === undefined) return;
    this.say(
      `${this.path(finished)} is from an earlier run: it is overwritten, with what was made of it (--out chooses another folder, --resume goes on)`,
    );
  }

  /** Warns where work goes on with other options of its environment, such as a server's new address. */
  #warnOfOptions(phase: Phase, checkpoint: Uint8Array): void {
    const { envOptions: before = "none" } = Object(readSetting(checkpoint, phase));
    const { envOptions: now = "none" } = originOf(this.#environment);
    if (before === now) return;
    this.say(`${this.path(checkpointName(phase))} was made with the --env-options ${before}: it goes on with ${now}`);
  }

  /** Says that there is nothing to go on from. */
  sayBeginning(): void {
    this.say(`nothing to go on from in ${this.folder}: it begins at the start`);
  }

  /** Says that there is nothing left to do. */
  sayFinished(): void {
    if (!this.#options.json) this.say(`already finished: ${this.folder} holds the results`);
  }

  /** Removes what belongs to earlier work. Resumed work goes on in its own files. */
  #clear(phase: Phase, resumed: boolean): void {
    const own = phase === "joint" ? ["teacher.safetensors", "student.safetensors"] : [`${phase}.safetensors`];
    const kept = resumed ? [...own, checkpointName(phase)] : [];
    for (const name of obsolete[phase]) if (!kept.includes(name)) removeFile(this.path(name));
  }

  /** A checkpoint counts the events before it, so they are on the disk first. */
  #keep(phase: Phase, bytes: Uint8Array): void {
    this.metrics.flush(true);
    this.write(checkpointName(phase), bytes);
  }

  #keepLast(phase: Phase, bytes: Uint8Array): void {
    try {
      this.#keep(phase, bytes);
    } catch (error) {
      const left = this.has(checkpointName(phase))
        ? "it still holds an earlier checkpoint"
        : "there is no earlier checkpoint";
      throw new WriteError(this.path(checkpointName(phase)), error, left);
    }
  }

  /** Writes something while work goes on. If that fails, it says so once, and the work goes on. */
  #trying(write: () => void, name: string, left: string): void {
    try {
      write();
      this.#complaints.delete(name);
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      const text = `${oneLine(error)} (the work goes on; ${left})`;
      if (this.#complaints.get(name) !== text) complain(text);
      this.#complaints.set(name, text);
    }
  }
}

function checkpointName(phase: Phase): string {
  return `${phase}.checkpoint`;
}
