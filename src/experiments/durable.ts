// Writing files so that nothing is lost: a file is whole and on the disk, or the old one stays and an error says why.
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { hasEnded, thisProcess } from "./processes.js";

/** A file could not be written. Its message is one line with the path and the reason. */
export class WriteError extends Error {
  override readonly name = "WriteError";
  /** The code of the system's error, as "ENOSPC". */
  readonly code: string | undefined;

  /** @param left what is left all the same, if that is to be said */
  constructor(path: string, cause: unknown, left?: string) {
    const about = cause instanceof WriteError ? cause.message : `cannot write ${path}: ${reasonOf(cause)}`;
    super(left === undefined ? about : `${about} (${left})`, { cause });
    this.code = codeOf(cause);
  }
}

/**
 * Replaces a file, or makes it. Its bytes are first written under another name in the same folder, and are on the disk
 * before they get this name. A link is followed. A device, a pipe or this process's own output is written into.
 * @throws WriteError if that is not possible; the old file is then still there
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  try {
    const old = statSync(path, { throwIfNoEntry: false });
    const own = old && ownOutput(path, old);
    if (own !== undefined) writeAll(own, bytes);
    else if (old === undefined || old.isFile()) replace(followed(path), bytes, old);
    else pour(path, bytes);
  } catch (error) {
    throw new WriteError(path, error);
  }
}

/**
 * Adds to the end of a file.
 * @param synced whether it must be on the disk when this returns
 * @throws WriteError if not all of it could be written; then none of it is there
 */
export function appendWhole(path: string, content: string | Uint8Array, synced = false): void {
  try {
    const file = openSync(path, "a");
    try {
      const { size } = fstatSync(file);
      try {
        writeAll(file, typeof content === "string" ? Buffer.from(content) : content);
        if (synced) sync(file);
      } catch (error) {
        quietly(() => ftruncateSync(file, size));
        throw error;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new WriteError(path, error);
  }
}

/**
 * Makes a folder, and those that it is in.
 * @param about what cannot be written without it
 * @throws WriteError if that is not possible
 */
export function makeFolder(path: string, about = path): void {
  try {
    // one parent after the other, because Node's own recursion never ends below /proc
    if (statSync(path, { throwIfNoEntry: false })) return;
    makeFolder(dirname(path), about);
    mkdirSync(path);
  } catch (error) {
    throw new WriteError(about, error);
  }
}

/** @throws WriteError if it cannot be removed */
export function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw new WriteError(path, error);
  }
}

/** Writes all bytes to an open file. The system may take fewer than it is given, at the end of a disk for example. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      const written = writeSync(file, bytes, done, bytes.length - done);
      if (written === 0) throw Object.assign(new Error("nothing more is taken"), { code: "ENOSPC" });
      done += written;
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); // a pipe whose reader is slow
    }
  }
}

function replace(path: string, bytes: Uint8Array, old: Stats | undefined): void {
  const folder = dirname(path);
  sweep(folder);
  const temporary = join(folder, temporaryName());
  try {
    const file = openSync(temporary, "wx");
    try {
      writeAll(file, bytes);
      if (old !== undefined) makeLike(file, old);
      sync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    quietly(() => rmSync(temporary, { force: true }));
    throw error;
  }
  syncFolder(folder);
}

/** Writes into what is there and is no file: it must not be replaced. */
function pour(path: string, bytes: Uint8Array): void {
  const device = openSync(path, constants.O_WRONLY);
  try {
    writeAll(device, bytes);
  } finally {
    closeSync(device);
  }
}

/** 1 or 2 for a path like /dev/stdout, which stands for this process's own output. */
function ownOutput(path: string, { dev, ino }: Stats): number | undefined {
  if (!/^\/(dev|proc)\//.test(resolve(path))) return undefined;
  return [1, 2].find((file) => {
    const own = fstatSync(file);
    return own.dev === dev && own.ino === ino;
  });
}

/** The path of the file that a path leads to, by links from file to file. */
function followed(path: string): string {
  for (let links = 0; links < 40; links++) {
    let target: string;
    try {
      target = readlinkSync(path);
    } catch {
      return path; // it is no link, or there is nothing yet
    }
    path = resolve(realpathSync(dirname(path)), target);
  }
  throw Object.assign(new Error(), { code: "ELOOP" });
}

/** The new file belongs to whom the old one belonged to, and may be read by the same people. */
function makeLike(file: number, { uid, gid, mode }: Stats): void {
  tolerating(["EPERM", ...unsupported], () => fchownSync(file, uid, gid));
  tolerating(["EPERM", ...unsupported], () => fchmodSync(file, mode & 0o7777));
}

function sync(file: number): void {
  tolerating(unsupported, () => fsyncSync(file));
}

/** Brings a new name onto the disk, where the system has that for folders. */
function syncFolder(path: string): void {
  tolerating(["EACCES", "EPERM", "EISDIR", "EBADF", ...unsupported], () => {
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  });
}

const unsupported = ["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"];

function tolerating(codes: readonly string[], act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!codes.includes(codeOf(error) ?? "")) throw error;
  }
}

/** What fails here is of no interest beside the error that it follows. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {}
}

function temporaryName(): string {
  const { place, pid, started } = thisProcess();
  return [".qstill", place, pid, started, `${randomBytes(4).toString("hex")}.tmp`].join("-");
}

const swept = new Set<string>();

/** Removes the temporary files of processes that were killed, once for each folder. */
function sweep(folder: string): void {
  if (swept.has(folder)) return;
  swept.add(folder);
  quietly(() => {
    for (const name of readdirSync(folder)) {
      const [, place, pid, started] = /^\.qstill-(\w+)-(\d+)-(\w+)-\w+\.tmp$/.exec(name) ?? [];
      if (place === undefined) continue;
      const path = join(folder, name);
      quietly(() => {
        if (hasEnded({ place, pid: Number(pid), started }, statSync(path).mtimeMs)) rmSync(path);
      });
    }
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is not a folder",
  EEXIST: "a file is in the way",
  ELOOP: "its links lead round in a circle",
  ENAMETOOLONG: "the name is too long",
  ENXIO: "nothing reads from it",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota of the disk is used up",
  EFBIG: "the file would be larger than is allowed (ulimit -f)",
  EIO: "the device failed",
  EPIPE: "its reader is gone",
};

/** Why a file could not be read or written, in a few words. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined && Object.hasOwn(reasons, code)) return reasons[code];
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim();
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
