// Listeners that write events to files, so that other programs can show them while the work runs.
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { need } from "../core/needed.js";
import { appendWhole, makeFolder } from "../experiments/durable.js";
import type { TrainingEvent } from "../training/events.js";
import { csvHeader, csvOf } from "./csv.js";
import { scalarsRecord, versionRecord } from "./records.js";
import { scalarsOf } from "./scalars.js";

/** A listener for `onEvent`. @throws WriteError if the file cannot be written, which ends the work */
export type EventLog = (event: TrainingEvent) => void;

/**
 * Writes the numbers of events where TensorBoard finds them: teacher/loss, teacher/return, student/return and others.
 * A teacher's steps are environment steps, a student's are updates.
 * @param directory a folder for one run: with the first event it gets a new file beside those that it has, which
 * TensorBoard reads together
 */
export function tensorBoardLog(directory: string): EventLog {
  needPath("directory", directory);
  let path: string | undefined;
  return (event) => {
    const { step, scalars } = scalarsOf(event);
    if (scalars.length === 0) return;
    const seconds = Date.now() / 1000;
    if (path === undefined) {
      makeFolder(directory);
      // TensorBoard reads files in the order of their names, and takes those that have "tfevents" in it
      const file = join(directory, `events.out.tfevents.${Math.floor(seconds)}.${process.pid}.qstill`);
      appendWhole(file, versionRecord(seconds));
      path = file;
    }
    appendWhole(path, scalarsRecord(seconds, step, scalars));
  };
}

/**
 * Writes every event as a line of a CSV file, for a spreadsheet.
 * @param path the file: lines are added to those that it has
 */
export function csvLog(path: string): EventLog {
  needPath("path", path);
  let begun = false;
  return (event) => {
    makeFolder(dirname(path), path);
    const isNew = !begun && !statSync(path, { throwIfNoEntry: false })?.size;
    appendWhole(path, (isNew ? csvHeader : "") + csvOf(event, new Date().toISOString()));
    begun = true;
  };
}

function needPath(name: string, given: unknown): void {
  need(typeof given === "string" && given !== "", name, given, "a path");
}
