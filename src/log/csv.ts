// Events as lines of a CSV file (RFC 4180): one header, the same columns for every kind, empty where a kind has nothing.
import type { TrainingEvent } from "../training/events.js";

/** Fields of events, in the order of the columns. A new field comes at the end. */
const fields = [
  ...["kind", "network", "attempt", "envSteps", "updates", "share", "loss", "mean", "std", "min", "best"],
  ...["returnRatio", "satisfied", "episode", "reward", "evaluated", "code", "message", "remedy"],
  ...["actionAgreement", "qMse", "qR2", "evaluationSteps", "episodes", "random", "constantAction", "constant"],
  "hidden",
];

export const csvHeader = csvLine(["time", ...fields]);

/** An event's line. @param time when it came, as ISO 8601 */
export function csvOf(event: TrainingEvent, time: string): string {
  const { random, constant } = (event.kind === "evaluation" ? event.baseline : undefined) ?? {};
  const baseline = { random, constantAction: constant?.action, constant: constant?.mean };
  const values: Record<string, unknown> = { network: "student", ...event, ...baseline }; // an attempt is always a student's
  return csvLine([time, ...fields.map((name) => values[name] ?? "")]);
}

function csvLine(values: readonly unknown[]): string {
  return `${values.map((value) => quoted(String(value))).join(",")}\n`;
}

function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
