// Programs that hold a file against a schema which others made. Where one is missing a test is skipped and says why;
// where CI is set it fails.
import { spawnSync } from "node:child_process";
import { it } from "vitest";

export interface Checker {
  /** Whether the schema allows a file, and what is said of it. */
  check(file: string): { allowed: boolean; said: string };
  /** A test that needs the program. */
  it(name: string, test: () => void): void;
}

/** The schemas of Kubernetes; a field that they do not have is refused, too. */
export const kubernetes = checker("QSTILL_KUBERNETES_VALIDATE", "kubernetes-validate", ["--strict"]);

/** The schema of the Compose specification. */
export const compose = checker("QSTILL_CHECK_JSONSCHEMA", "check-jsonschema", [
  ...["--builtin-schema", "vendor.compose-spec"],
]);

/** @param variable of the environment, which names the program where it is not on the PATH */
function checker(variable: string, name: string, args: readonly string[]): Checker {
  const program = process.env[variable] || name;
  const { status, error } = spawnSync(program, ["--version"]);
  const missing =
    status === 0
      ? undefined
      : `${program} does not run (${error?.message ?? `status ${status}`}): ${variable} names ${name}`;
  if (missing !== undefined) console.warn(`skipped: ${missing}`); // Vitest keeps the note of a skip to itself
  return {
    check(file) {
      const { status, stdout, stderr } = spawnSync(program, [...args, file], { encoding: "utf8" });
      return { allowed: status === 0, said: stdout + stderr };
    },
    it(title, test) {
      it(title, ({ skip }) => {
        if (missing === undefined) return test();
        if (process.env.CI) throw new Error(missing);
        return skip(missing);
      });
    },
  };
}
