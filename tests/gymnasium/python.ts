// The Python that plays in tests. Without one that has gymnasium a test is skipped and says why; where CI is set it fails.
import { spawnSync } from "node:child_process";
import { it } from "vitest";

/** The Python for tests. */
export const python = process.env.QSTILL_PYTHON || "python3";

const { stderr, status, error } = spawnSync(python, ["-c", "import gymnasium"], { encoding: "utf8" });
const missing =
  status === 0
    ? undefined
    : `${python} cannot import gymnasium (${error?.message ?? stderr.trim().split("\n").pop()}): QSTILL_PYTHON names a Python that can`;
if (missing !== undefined) console.warn(`skipped: ${missing}`); // Vitest keeps the note of a skip to itself

/** A test that needs gymnasium. */
export function withGymnasium(name: string, test: () => Promise<void> | void): void {
  it(name, async ({ skip }) => {
    if (missing === undefined) return test();
    if (process.env.CI) throw new Error(missing);
    return skip(missing);
  });
}
