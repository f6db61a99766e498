// Reading and writing files: errors in one line, every write to a temporary file first and then renamed.
import { accessSync, appendFileSync, constants, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { loadModel } from "../model/files.js";
import type { Model } from "../model/model.js";
import { oneLine, UsageError } from "./errors.js";

/** @throws UsageError for a file that cannot be read */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${reason(error)}`);
  }
}

/** @throws UsageError for a file that cannot be read, or is no JSON object */
export function readJson(path: string): Record<string, unknown> {
  const text = new TextDecoder().decode(readBytes(path));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is no JSON: ${oneLine(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${path} holds no JSON object`);
  }
  return value as Record<string, unknown>;
}

/** @throws UsageError for a file that cannot be read or is no sound model */
export function readModel(path: string): Model {
  const bytes = readBytes(path);
  try {
    return loadModel(bytes);
  } catch (error) {
    throw new UsageError(`${path}: ${oneLine(error)}`);
  }
}

/** Makes a folder that can be written to. @throws UsageError where that is not possible */
export function prepareFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw new UsageError(`cannot write to ${path}: ${reason(error)}`);
  }
}

/** @throws UsageError for a file that cannot be written */
export function writeOutput(path: string, content: string | Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomic.sync(path, typeof content === "string" ? content : Buffer.from(content));
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reason(error)}`);
  }
}

/** The append-only metrics of a run, one JSON object a line. */
export class MetricsFile {
  readonly #path: string;

  /** @param goOn whether to keep what is there */
  constructor(folder: string, goOn: boolean) {
    this.#path = join(folder, "metrics.jsonl");
    if (goOn) this.#mend();
    else writeOutput(this.#path, "");
  }

  append(value: object): void {
    appendFileSync(this.#path, `${JSON.stringify(value)}\n`);
  }

  /** Every line so far; a torn last line is ignored. */
  read(): Record<string, unknown>[] {
    if (!existsSync(this.#path)) return [];
    const lines = readFileSync(this.#path, "utf8").split("\n");
    lines.pop(); // empty after the last line's end, or torn
    return lines.map((line, i) => {
      try {
        return JSON.parse(line);
      } catch {
        throw new UsageError(`${this.#path}: line ${i + 1} is no JSON`);
      }
    });
  }

  // cuts a torn last line off, so that what is appended begins a line of its own
  #mend(): void {
    writeOutput(
      this.#path,
      this.read()
        .map((value) => `${JSON.stringify(value)}\n`)
        .join(""),
    );
  }
}

export function removeFile(path: string): void {
  rmSync(path, { force: true });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  EEXIST: "a file is in the way",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
};

function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return (code && reasons[code]) ?? oneLine(error);
}
