// Code that comes from files: what stands for it, so that answers of other code are not taken for its own.
import { readFileSync } from "node:fs";
import { digestOf } from "../core/digest.js";
import { hexadecimal } from "../model/bytes.js";
import type { Job } from "../training/job.js";

/** What stands for the file of each study and environment, such as `study "mine"`. What it imports is not looked at. */
export type Codes = Readonly<Record<string, string>>;

const noted = new Map<string, string>();

/** How codes call a study, or an environment. */
export function codeName(kind: "study" | "environment", name: string): string {
  return `${kind} ${JSON.stringify(name)}`;
}

/** Notes that these come from a file, as it is now. */
export function noteCode(path: string, ...names: readonly string[]): void {
  const code = hexadecimal(digestOf(readFileSync(path)));
  for (const name of names) noted.set(name, code);
}

/** Everything that came from files. */
export function codesHere(): Codes {
  return Object.fromEntries(noted);
}

/** The same job, which also says what of it came from files: with other code it is another job. */
export function withCodes(job: Job<object>): Job<object> {
  const { env } = job.configuration as { readonly env?: unknown };
  const names = [codeName("study", job.study), codeName("environment", String(env))];
  const codes = Object.fromEntries([...noted].filter(([name]) => names.includes(name)));
  return Object.keys(codes).length === 0 ? job : { ...job, configuration: { ...job.configuration, codes } };
}
