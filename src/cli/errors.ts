// What can go wrong on a command line, and the exit status for each case.
import { CommanderError } from "commander";
import { ConfigError } from "../core/config-error.js";
import { WriteError } from "../experiments/durable.js";

/** The call was wrong: an argument, an input that cannot be read, or an output that cannot be written. */
export class UsageError extends Error {}

/** The student missed its threshold after all attempts. All files are written, but the status is not 0. */
export class MissedError extends Error {}

/** An export does not give the answers of the model that it is compared with. */
export class DiffersError extends Error {}

/** Errors that say that a path was wrong. All others (a full disk …) can come at any time, whatever was asked for. */
const wrongPath = new Set("ENOENT EACCES EPERM EISDIR ENOTDIR EEXIST ELOOP ENAMETOOLONG ENXIO EROFS".split(" "));

/** Exit statuses: 0 done, 1 failed, 2 the call was wrong, 130 stopped by Ctrl-C. */
export function exitStatus(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError || error instanceof ConfigError) return 2;
  if (error instanceof WriteError) return wrongPath.has(error.code ?? "") ? 2 : 1;
  if (error instanceof Error && error.name === "AbortError") return 130;
  return 1;
}

/** An error's message as one line. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s*[\n\r\u2028\u2029]\s*/g, " ").trim();
}
