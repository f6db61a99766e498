// Reading and writing files. Errors are one line.
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder, reasonOf, WriteError, writeWhole } from "../experiments/durable.js";
import { type ImportOptions, type ModelFile, modelIn, openModelFile } from "../import/import-model.js";
import type { Model } from "../model/model.js";
import type { QuantizedModel } from "../model/quantized.js";
import { isQuantized, loadQuantized } from "../model/quantized-files.js";
import { oneLine, UsageError } from "./errors.js";
import { complain } from "./terminal.js";

/** @throws UsageError for a file that cannot be read */
export function readBytes(path: string): Uint8Array {
  const bytes = readIfThere(path);
  if (bytes === undefined) throw new UsageError(`cannot read ${path}: ${reasonOf({ code: "ENOENT" })}`);
  return bytes;
}

/** The bytes of a file; undefined if there is no such file. @throws UsageError for a file that cannot be read */
export function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UsageError(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

/** @throws UsageError for a file that cannot be read, or is not a JSON object */
export function readJson(path: string): Record<string, unknown> {
  const text = new TextDecoder().decode(readBytes(path));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${oneLine(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${path} holds something other than a JSON object`);
  }
  return value as Record<string, unknown>;
}

/**
 * A model of this library, or of another one.
 * @throws UsageError for a file that cannot be read or is not a sound model
 */
export function readModel(path: string, options?: ImportOptions): Model {
  return loadedBy((bytes) => imported(bytes, path, options), path);
}

/** A model or a quantised one. @throws UsageError for a file that cannot be read or is neither */
export function readAnyModel(path: string, options?: ImportOptions): Model | QuantizedModel {
  return loadedBy((bytes) => (isQuantized(bytes) ? loadQuantized(bytes) : imported(bytes, path, options)), path);
}

function imported(bytes: Uint8Array, path: string, options: ImportOptions = {}): Model {
  const file = openModelFile(bytes, options);
  return modelIn(file, { ...options, vecNormalize: vecNormalizeFor(path, file) });
}

/**
 * What VecNormalize of Stable-Baselines3 saved: the file that is given, or the one beside its archive, if there is one.
 * @throws UsageError for a file that cannot be read
 */
export function vecNormalizeFor(path: string, { kind }: ModelFile, given?: string): Uint8Array | undefined {
  if (given !== undefined) return readBytes(given);
  if (kind !== "Stable-Baselines3") return undefined;
  const beside = join(dirname(path), "vecnormalize.pkl");
  const bytes = readIfThere(beside);
  if (bytes !== undefined) complain(`observations are normalised as ${beside} says`);
  return bytes;
}

function loadedBy<Loaded>(load: (bytes: Uint8Array) => Loaded, path: string): Loaded {
  const bytes = readBytes(path);
  return reading(path, () => load(bytes));
}

/** Errors name the file that is read. @throws UsageError for any error */
export function reading<Read>(path: string, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${path}: ${oneLine(error)}`);
  }
}

/** Makes a folder and checks that it can be written to. @throws WriteError if this is not possible */
export function prepareFolder(path: string): void {
  makeFolder(path, `to ${path}`);
  try {
    accessSync(path, constants.W_OK);
    if (!statSync(path).isDirectory()) throw Object.assign(new Error(), { code: "EEXIST" });
  } catch (error) {
    throw new WriteError(`to ${path}`, error);
  }
}

/** @throws WriteError if a folder is in the place of a file that is to be written, or links lead nowhere */
export function checkNoFolder(path: string): void {
  try {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  } catch (error) {
    throw new WriteError(path, error);
  }
  throw new WriteError(path, { code: "EISDIR" });
}

/** Writes a file, and the folders that it needs. @throws WriteError for a file that cannot be written */
export function writeOutput(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path), path);
  writeWhole(path, content);
}
