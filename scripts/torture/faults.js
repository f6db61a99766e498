// Loaded before a program: one of its calls that write to a disk fails. Calls are counted from 1, in each thread: making
// or opening a file to write, a write, a sync, a rename, a new folder.
//
// `FAULT` is the number of the call. `FAULT_LASTS` says whether every later call fails, too: the disk stays full; a call
// that writes first takes half of its bytes. `FAULT_SEEN` is a file that is made when the call was reached.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { FAULT, FAULT_LASTS, FAULT_SEEN } = process.env;
const { openSync, closeSync, writeSync } = fs;
let calls = 0;
/** The disk takes what is left of a write that was cut short, but nothing more. */
let full = false;

const error = (call) => Object.assign(new Error(`ENOSPC: no space left on device, ${call}`), { code: "ENOSPC" });

/** Whether a call is to fail. */
function fails() {
  calls++;
  if (full) return true;
  if (calls !== Number(FAULT)) return false;
  closeSync(openSync(FAULT_SEEN, "w"));
  full = FAULT_LASTS !== undefined;
  return true;
}

for (const call of ["fsyncSync", "renameSync", "mkdirSync"]) {
  const original = fs[call];
  fs[call] = (...args) => {
    if (fails()) throw error(call);
    return original(...args);
  };
}

fs.openSync = (path, flags, ...more) => {
  if (/^[wa]/.test(flags) && fails()) throw error("openSync");
  return openSync(path, flags, ...more);
};

fs.writeSync = (file, bytes, offset = 0, length = bytes.length - offset) => {
  if (file <= 2) return writeSync(file, bytes, offset, length); // a terminal or a pipe
  const before = full;
  if (!fails()) return writeSync(file, bytes, offset, length);
  if (full && !before && length > 1) return writeSync(file, bytes, offset, length >> 1);
  throw error("writeSync");
};

syncBuiltinESMExports();
