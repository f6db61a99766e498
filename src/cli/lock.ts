// A folder in use is locked: two commands that write into the same folder would destroy each other's work.
import { randomUUID } from "node:crypto";
import { closeSync, openSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { WriteError, writeAll } from "../experiments/durable.js";
import { hasEnded, type Owner, silence, thisProcess } from "../experiments/processes.js";

/** The folder is in use by another process. */
export class LockedError extends Error {}

interface Lock extends Owner {
  readonly host: string;
  /** Is different for each lock. */
  readonly id: string;
}

const fileName = "qstill.lock";

/** A taken lock gives a sign this often, in milliseconds, for processes on other machines. */
const signInterval = silence / 10;

/**
 * Locks a folder until this process ends. A lock whose process has ended is taken over.
 * @throws LockedError if another process holds it; it names the process
 */
export function lockFolder(folder: string): void {
  const path = join(folder, fileName);
  const mine: Lock = { ...thisProcess(), host: hostname(), id: randomUUID() };
  while (!create(path, mine)) takeAway(path, folder, mine);
  const isMine = () => read(path)?.lock?.id === mine.id;
  const timer = setInterval(() => isMine() && utimesSync(path, new Date(), new Date()), signInterval);
  timer.unref();
  process.on("exit", () => {
    if (isMine()) rmSync(path, { force: true });
  });
}

/**
 * Removes the lock of a process that has ended. Of several that find it, one does so: the one that makes a file whose
 * name holds the lock's id.
 * @throws LockedError if the process runs
 */
function takeAway(path: string, folder: string, mine: Lock): void {
  const found = read(path);
  if (found === undefined) return; // given back just now
  const { lock, sign } = found;
  // a lock that cannot be read is being written, or its machine lost power
  if (lock === undefined ? Date.now() - sign <= silence : !hasEnded(lock, sign)) {
    const who = lock === undefined ? "another process" : `process ${lock.pid} on ${lock.host}`;
    throw new LockedError(
      `${folder} is in use by ${who}: wait for it, choose another --out, or remove ${path} if it has ended`,
    );
  }
  const claim = `${path}-${lock?.id ?? "unreadable"}`;
  if (!create(claim, mine)) {
    const other = read(claim);
    if (other !== undefined && Date.now() - other.sign > 10_000) rmSync(claim, { force: true }); // killed here
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    return;
  }
  if (read(path)?.lock?.id === lock?.id) rmSync(path, { force: true });
  rmSync(claim, { force: true });
}

/** Makes a lock's file. @returns whether there was none @throws WriteError if it cannot be made */
function create(path: string, lock: Lock): boolean {
  let file: number;
  try {
    file = openSync(path, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new WriteError(path, error);
  }
  try {
    writeAll(file, Buffer.from(JSON.stringify(lock)));
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw new WriteError(path, error);
  } finally {
    closeSync(file);
  }
}

/** What a lock's file says, and when its process last gave a sign; undefined if there is no such file. */
function read(path: string): { lock?: Lock; sign: number } | undefined {
  try {
    const sign = statSync(path).mtimeMs;
    const lock = parsed(readFileSync(path, "utf8"));
    return { lock, sign };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new WriteError(path, error);
  }
}

function parsed(text: string): Lock | undefined {
  try {
    const { pid, started, place, host, id } = JSON.parse(text);
    const texts = [started, place, host].every((value) => typeof value === "string");
    if (!texts || !Number.isSafeInteger(pid) || !/^[\w-]{1,64}$/.test(id)) return undefined;
    return { pid, started, place, host: host.replace(/[^\w.-]/g, "?"), id };
  } catch {
    return undefined;
  }
}
