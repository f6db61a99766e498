// Results that are kept: one dated file for each in bench/results/, and the ratio between two of them.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { version } from "#dist/core/version.js";
import { writeWhole } from "#dist/experiments/durable.js";
import { table } from "./report.js";
import type { Result } from "./suite.js";

interface Saved {
  readonly date: string;
  readonly version: string;
  readonly node: string;
  readonly cpu: string;
  readonly results: readonly Result[];
}

const folder = join("bench", "results");

/** Writes a dated file in a folder of the working directory. @returns its path */
export function save(results: readonly Result[]): string {
  const date = new Date().toISOString();
  const saved: Saved = { date, version, node: process.version, cpu: cpus()[0]?.model ?? "unknown", results };
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${date.slice(0, 19).replaceAll(":", "-")}.json`);
  writeWhole(path, `${JSON.stringify(saved, null, 2)}\n`);
  return path;
}

/** Compares these results with the newest saved ones. @throws Error if there are none */
export function comparison(results: readonly Result[]): string {
  const newest = savedFiles().at(-1);
  if (newest === undefined) throw new Error(`there are no saved results in ${folder}: npm run bench:save makes some`);
  const saved: Saved = JSON.parse(readFileSync(join(folder, newest), "utf8"));
  const rows = results.map((now) => {
    const then = saved.results.find((result) => result.case === now.case && result.what === now.what);
    if (then === undefined) return [now.case, now.what, "–", now.usPerOp.toFixed(3), "–"];
    return [
      now.case,
      now.what,
      then.usPerOp.toFixed(3),
      now.usPerOp.toFixed(3),
      `${(now.usPerOp / then.usPerOp).toFixed(3)}×`,
    ];
  });
  const about = `${newest}: qstill ${saved.version}, Node ${saved.node}, ${saved.cpu}`;
  return `${table(["case", "what", "µs then", "µs now", "ratio"], rows)}\nthen: ${about}`;
}

function savedFiles(): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .sort();
  } catch {
    return [];
  }
}
