// `npm run web -- --port`: what it says of a port that is not allowed.
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { root } from "./site.js";

it.each([
  [["--port", "abc"], '--port is "abc": a whole number from 0 to 65535 is allowed'],
  [["--port", "70000"], '--port is "70000": a whole number from 0 to 65535 is allowed'],
  [["--port", ""], '--port is "": a whole number from 0 to 65535 is allowed'],
  [["--port"], 'the arguments are "serve --port": build, serve [--port <number>] or check is allowed'],
  [["--prot", "1"], 'the arguments are "serve --prot 1": build, serve [--port <number>] or check is allowed'],
])("refuses %j in one line", (args, line) => {
  const { status, stderr } = spawnSync(process.execPath, ["web/make.js", "serve", ...args], {
    cwd: root,
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([2, `${line}\n`]);
});
