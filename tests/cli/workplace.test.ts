// A folder's files are written each on its own: one that fails takes no other along.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { complain } from "../../src/cli/terminal.js";
import { Workplace } from "../../src/cli/workplace.js";

vi.mock(import("../../src/cli/terminal.js"), async (original) => ({ ...(await original()), complain: vi.fn() }));

const out = mkdtempSync(join(tmpdir(), "qstill-"));
afterEach(() => {
  process.exitCode = undefined;
  rmSync(out, { recursive: true, force: true });
});

test("a file that cannot be made is told in one line; the others are written and the status is 1", () => {
  const place = new Workplace("CartPole-v1", 0, { out, quiet: true });
  place.writeEach({
    "first.txt": () => {
      throw new RangeError("Maximum call stack\nsize exceeded");
    },
    "second.txt": () => "there",
  });
  expect(vi.mocked(complain).mock.calls).toEqual([
    [`${join(out, "first.txt")} is missing: Maximum call stack size exceeded`],
  ]);
  expect(existsSync(join(out, "second.txt"))).toBe(true);
  expect(process.exitCode).toBe(1);
});
