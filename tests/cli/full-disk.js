// Loaded before a program: its disk takes at most `SHORT` bytes at once, and is full from the `FULL`-th write to a file on.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const short = Number(process.env.SHORT ?? Infinity);
const full = Number(process.env.FULL ?? Infinity);
const write = fs.writeSync;
let writes = 0;

fs.writeSync = (file, bytes, offset = 0, length = bytes.length - offset) => {
  if (file <= 2) return write(file, bytes, offset, length);
  if (++writes >= full) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  return write(file, bytes, offset, Math.min(length, short));
};
syncBuiltinESMExports();
