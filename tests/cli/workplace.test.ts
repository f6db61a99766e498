// A folder's files are written each on its own: one that fails takes no other along.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { Workplace } from "../../src/cli/workplace.js";

const out = mkdtempSync(join(tmpdir(), "qstill-"));
afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
  rmSync(out, { recursive: true, force: true });
});

test("a file that cannot be made is told in one line; the others are written and the status is 1", () => {
  const place = new Workplace("CartPole-v1", 0, { out, quiet: true });
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  place.writeEach({
    "first.txt": () => {
      throw new RangeError("Maximum call stack\nsize exceeded");
    },
    "second.txt": () => "there",
  });
  expect(said.mock.calls.map(([line]) => line)).toEqual([
    `${join(out, "first.txt")} is missing: Maximum call stack size exceeded\n`,
  ]);
  expect(existsSync(join(out, "second.txt"))).toBe(true);
  expect(process.exitCode).toBe(1);
});
