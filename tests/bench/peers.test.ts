// The comparison with other libraries starts from the same numbers: here with plain JavaScript, which needs no package.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const cases = ["A1", "A2", "A3", "A4", "A5", "B1", "B2", "B1r", "B2r", "C1", "C2", "C3"];

it("plain JavaScript computes the losses, actions and Q-values of each of the cases as the core does", async () => {
  const { stdout } = await run(process.execPath, [
    "bench/peers/run.js",
    "--check",
    "--json",
    "--peers",
    "qstill,plain-js",
  ]);
  const results = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(results.map((result) => result.case)).toEqual(cases);
  for (const { peer, difference } of results) {
    expect(peer).toBe("qstill");
    expect(difference).toBeLessThan(1e-5);
  }
}, 60_000);
