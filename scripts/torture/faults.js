// Loaded before a program: one of its calls that write to a disk fails. Such calls are: making or opening a file to write, a
// write, a sync, a rename, a new folder. They are counted over all threads, from 1, by the length of a file.
//
// `FAULT` is the number of the call. `FAULT_CALLS` is the path of the file. `FAULT_LASTS` says whether every later call
// fails, too, because the disk stays full; if the call is a write, half of its bytes are then still taken.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { FAULT, FAULT_CALLS, FAULT_LASTS } = process.env;
const { openSync, writeSync, fstatSync } = fs;
const counter = openSync(FAULT_CALLS, "a");

/** Counts a call. @returns how far it is behind the one that fails */
function counted() {
  writeSync(counter, ".");
  return fstatSync(counter).size - Number(FAULT);
}

/** Whether a call fails. */
const fails = (behind) => behind === 0 || (behind > 0 && FAULT_LASTS !== undefined);

const error = (call) => Object.assign(new Error(`ENOSPC: no space left on device, ${call}`), { code: "ENOSPC" });

for (const call of ["fsyncSync", "renameSync", "mkdirSync"]) {
  const original = fs[call];
  fs[call] = (...args) => {
    if (fails(counted())) throw error(call);
    return original(...args);
  };
}

fs.openSync = (path, flags, ...more) => {
  if (/^[wa]/.test(flags) && fails(counted())) throw error("openSync");
  return openSync(path, flags, ...more);
};

fs.writeSync = (file, bytes, offset = 0, length = bytes.length - offset) => {
  if (file <= 2) return writeSync(file, bytes, offset, length); // a terminal or a pipe
  const behind = counted();
  if (behind === 0 && FAULT_LASTS !== undefined && length > 1) return writeSync(file, bytes, offset, length >> 1);
  if (fails(behind)) throw error("writeSync");
  return writeSync(file, bytes, offset, length);
};

syncBuiltinESMExports();
