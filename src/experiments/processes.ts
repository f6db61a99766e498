// Which process made something, so that others can tell whether it still runs: for locks and temporary files.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A process, as plain data. A number alone is not enough: when a process ends, another one may get its number. */
export interface Owner {
  readonly pid: number;
  /** Stands for the time at which it started. */
  readonly started: string;
  /** Stands for the machine and, in a container, for the container: process numbers mean something only there. */
  readonly place: string;
}

/** After this time without a sign, in milliseconds, a process that cannot be looked up counts as ended. */
export const silence = 10 * 60_000;

let known: Owner | undefined;

/** This process. */
export function thisProcess(): Owner {
  known ??= { pid: process.pid, started: startOf(process.pid), place: thisPlace() };
  return known;
}

/**
 * Whether a process has ended.
 * @param sign when it last gave a sign, a time of Date.now(): what counts for a process of another machine or container
 */
export function hasEnded(owner: Owner, sign: number): boolean {
  if (owner.place === thisProcess().place) return startOf(owner.pid) !== owner.started;
  return Date.now() - sign > silence;
}

/** When a process started, in short; "" if there is no such process. */
function startOf(pid: number): string {
  const boot = text("/proc/sys/kernel/random/boot_id");
  if (boot !== undefined) {
    // after the name in brackets, which may hold anything: the state, and as the 20th field the start
    const fields = text(`/proc/${pid}/stat`)
      ?.replace(/^.*\) /s, "")
      .split(" ");
    const ended = fields === undefined || "ZX".includes(fields[0]); // a zombie only waits to be counted
    return ended ? "" : short(boot, fields[19]);
  }
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  if (typeof stdout === "string") return stdout.trim() === "" ? "" : short(stdout.trim());
  try {
    process.kill(pid, 0); // asks only whether it is there
    return "unknown";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? "unknown" : "";
  }
}

function thisPlace(): string {
  let container = "";
  try {
    container = readlinkSync("/proc/self/ns/pid");
  } catch {
    // there are no such containers here
  }
  return short(hostname(), text("/etc/machine-id") ?? "", container);
}

function text(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function short(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
}
